#pragma once

#include "ops/random/rejection.h"

/// Counts with a mean below 10 are drawn by inversion, others by rejection from a transformed uniform
/// number.
///
/// A law of counts is a sampler with the additional members
///
///   * `is_valid(parameters...)`;
///   * `is_small(parameters...)`: whether counts are drawn by inversion;
///   * `first(parameters...)`: the probability of the count 0;
///   * `ratio(parameters...)`: a function of k and 1 / k, the probability of k over that of k - 1;
///   * `count(parameters...)`: a function of k, the result.

namespace torch::distributions::ops::random {
namespace {

/// The mean from which on counts are drawn by rejection.
inline constexpr double kSmallMean = 10;
/// More than the largest count that inversion finds.
inline constexpr int kCounts = 128;
/// Probabilities that are smaller than this one end an inversion, behind the mode.
inline constexpr double kNegligible = 0x1p-60;

/// Draws counts of a law. They are computed in double, whatever the type in memory.
template <class Law>
class Counts {
 public:
  template <class Memory>
  explicit Counts(const Operand<Memory>* operands) : parameters_(operands) {
    if (!parameters_.are_shared()) return;
    are_valid_ = parameters_.apply(kIsValid, kAnywhere).all();
    are_small_ = parameters_.apply(kIsSmall, kAnywhere).all();
    if (are_valid_ && are_small_) tabulate();
  }

  /// Draws elements, of which the first is element `first` of the operands.
  template <class Memory>
  void draw(const Elements& elements, const Operand<Memory>* operands, std::int64_t first) {
    parameters_.load(operands, first, elements.count);
    draw(elements);
  }
  const double* counts() const { return counts_.data(); }

 private:
  using T = double;
  static constexpr Run kAnywhere{0, kMost};

  static constexpr auto kIsValid = [](const auto&... p) { return Law::is_valid(p...); };
  static constexpr auto kIsSmall = [](const auto&... p) { return Law::is_small(p...); };
  static constexpr auto kFirst = [](const auto&... p) { return Law::first(p...); };
  static constexpr auto kRatio = [](const auto&... p) { return Law::ratio(p...); };
  static constexpr auto kCount = [](const auto&... p) { return Law::count(p...); };

  [[gnu::noinline]] void draw(const Elements& elements) {
    if (parameters_.are_shared() && !are_valid_) {
      counts_.fill(kNaN);
    } else if (parameters_.are_shared() && are_small_) {
      invert_by_table(elements);
    } else {
      with_functions<Law>(parameters_, [&](const auto& proposal_of, const auto& test_of) {
        if (parameters_.are_shared()) {
          rejection_.draw(elements, 0, proposal_of, test_of, {counts_.data()});
        } else {
          classify(elements.count);
          invert_each(elements);
          rejection_.draw(elements, large_, 0, proposal_of, test_of, {counts_.data()});
        }
      });
    }
  }

  /// Divides the elements into small ones, large ones and those that are NaN.
  void classify(int count) {
    small_.count = large_.count = 0;
    for (int i = 0; i < count; i += kLanes<T>) {
      const Run where{i, count - i};
      const unsigned all = first_lanes<T>(where.count);
      const unsigned valid = lanes_of(parameters_.apply(kIsValid, where)) & all;
      const unsigned small = lanes_of(parameters_.apply(kIsSmall, where)) & valid;
      where.add_to(small_, small);
      where.add_to(large_, valid & ~small);
      if (valid != all) where.store(Lanes<T>(kNaN), counts_.data());  // the valid ones are replaced
    }
    small_.pad();
  }

  /// The cumulative probabilities of the shared parameters, as `invert_each` adds them up.
  void tabulate() {
    const auto ratio = parameters_.apply(kRatio, kAnywhere);
    Lanes<T> term = parameters_.apply(kFirst, kAnywhere), sum = term;
    for (sums_count_ = 0; (term > kNegligible).all() && sums_count_ < kCounts; ++sums_count_) {
      sums_[sums_count_] = sum;
      const T k = sums_count_ + 1;
      term = term * ratio(k, 1 / k);
      sum = sum + term;
    }
  }

  void invert_by_table(const Elements& elements) {
    constexpr int kRegisters = 4;  // whose additions overlap in time
    const auto count = parameters_.apply(kCount, kAnywhere);
    for (int i = 0; i < elements.count; i += kRegisters * kLanes<T>) {
      std::array<Lanes<T>, kRegisters> u, k;
      for (int j = 0; j < kRegisters; ++j) {
        const Run where{i + j * kLanes<T>, kLanes<T>};
        u[j] = unit_uniform<T>(elements.bits<T, 1>(where, 0)[0]);
        k[j] = Lanes<T>(0.0);
      }
      for (int n = 0; n < sums_count_; ++n) {
        unsigned above = 0;
        for (int j = 0; j < kRegisters; ++j) {
          const Mask<T> is_above = u[j] >= sums_[n];
          k[j] = select(is_above, k[j] + 1.0, k[j]);
          above |= lanes_of(is_above);
        }
        if (above == 0) break;
      }
      for (int j = 0; j < kRegisters; ++j) {
        count(k[j]).store(counts_.data() + i + j * kLanes<T>);
      }
    }
  }

  /// Inversion of the elements in `small_`, each with its own parameters.
  void invert_each(const Elements& elements) {
    constexpr int kRegisters = 2;
    for (int i = 0; i < small_.count; i += kRegisters * kLanes<T>) {
      std::array<Lanes<T>, kRegisters> u, k, term, sum;
      std::array<decltype(parameters_.apply(kRatio, Gathered{})), kRegisters> ratio{
          parameters_.apply(kRatio, at(i)), parameters_.apply(kRatio, at(i + kLanes<T>))};
      for (int j = 0; j < kRegisters; ++j) {
        const Gathered where = at(i + j * kLanes<T>);
        u[j] = unit_uniform<T>(elements.bits<T, 1>(where, 0)[0]);
        k[j] = Lanes<T>(0.0);
        term[j] = sum[j] = parameters_.apply(kFirst, where);
      }
      for (int n = 1; n <= kCounts; ++n) {
        unsigned above = 0;
        for (int j = 0; j < kRegisters; ++j) {
          const Mask<T> is_above = u[j] >= sum[j] && term[j] > kNegligible;
          k[j] = select(is_above, Lanes<T>(n), k[j]);
          term[j] = term[j] * ratio[j](n, 1.0 / n);
          sum[j] = sum[j] + term[j];
          above |= lanes_of(is_above);
        }
        if (above == 0) break;
      }
      for (int j = 0; j < kRegisters; ++j) {
        const Gathered where = at(i + j * kLanes<T>);
        where.store(parameters_.apply(kCount, where)(k[j]), counts_.data());
      }
    }
  }
  /// Lanes beyond the last element repeat it.
  Gathered at(int i) const { return {small_.at.data() + i, small_.count - i}; }

  Parameters<T, Law::kParameters> parameters_;
  bool are_valid_ = true, are_small_ = false;
  Places small_, large_;
  Rejection<Law, T> rejection_;
  alignas(64) std::array<T, kRoom> counts_;
  int sums_count_ = 0;
  std::array<Lanes<T>, kCounts> sums_;
};

}  // namespace
}  // namespace torch::distributions::ops::random
