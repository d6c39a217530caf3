#pragma once

#include "ops/random/inversion.h"
#include "ops/random/rejection.h"

/// Counts with a mean below 32 are drawn by inversion, others by rejection from a transformed uniform
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
inline constexpr double kSmallMean = 32;
/// More than the largest count that inversion finds.
inline constexpr int kCounts = 128;
/// Sums of this many probabilities are compared together.
inline constexpr int kStep = 4;
/// If the last probability of a step is not larger, an inversion ends. It is behind the mode, since
/// the count 0 has a larger one: that of 63 trials with p = 1/2 is twice as large.
inline constexpr double kNegligible = 0x1p-64 * kSure;
/// The first of the two attempts that give words to an inversion. Rejection has fewer attempts.
inline constexpr std::uint32_t kInversion = 1u << 15;

/// Draws counts of a law. They are computed in double, whatever the type in memory.
template <class Law>
class Counts {
 public:
  /// \param elements How many will be drawn.
  template <class Memory>
  Counts(const Operand<Memory>* operands, std::int64_t elements) : parameters_(operands) {
    if (!parameters_.are_shared()) return;
    are_valid_ = parameters_.apply(kIsValid, kAnywhere).all();
    are_small_ = parameters_.apply(kIsSmall, kAnywhere).all();
    if (are_tabulated()) tabulate(elements);
  }

  /// Whether `invert` draws the counts, else `draw`.
  bool are_tabulated() const { return parameters_.are_shared() && are_valid_ && are_small_; }
  /// Draws all elements of a task.
  template <class Memory>
  void invert(const Task<Memory>& task) const {
    const auto count = parameters_.apply(kCount, kAnywhere);
    Memory results[kCounts + 1];
    for (int k = 0; k <= sums_count_; ++k)
      results[k] = static_cast<Memory>(std::min(first_lane(count(Lanes<T>(k))), task.most));
    Memory* const to = task.to;
    shared_sums_.for_each(task.draw, task.shift + static_cast<std::uint64_t>(task.first),
                          task.count, kInversion,
                          [&](std::int64_t i, int k) { to[i] = results[k]; });
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
    } else {
      with_functions<Law>(parameters_, [&](const auto& proposal_of, const auto& test_of) {
        if (parameters_.are_shared()) {
          rejection_.draw(elements, 0, proposal_of, test_of, {counts_.data()});
        } else {
          classify(elements.count);
          invert_small(elements);
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

  static T first_lane(const Lanes<T>& x) {
    T lanes[kLanes<T>];
    x.store(lanes);
    return lanes[0];
  }

  /// The probability of a count, and of all up to it.
  template <class Ratio>
  struct Terms {
    Ratio ratio;
    Lanes<T> term, sum;

    /// The sums up to each of the counts k, k + 1, ... of a step.
    [[gnu::always_inline]] std::array<Lanes<T>, kStep> step(int k, Mask<T>& goes_on) {
      std::array<Lanes<T>, kStep> sums;
      for (Lanes<T>& each : sums) {
        each = sum;
        goes_on = term > kNegligible;
        ++k;
        term = term * ratio(k, 1.0 / k);
        sum = sum + term;
      }
      return sums;
    }
  };
  template <class Where>
  [[gnu::always_inline]] auto terms(const Where& where) const {
    const Lanes<T> first = parameters_.apply(kFirst, where) * kSure;
    return Terms<decltype(parameters_.apply(kRatio, where))>{parameters_.apply(kRatio, where),
                                                             first, first};
  }

  /// The cumulative probabilities of the shared parameters.
  void tabulate(std::int64_t elements) {
    auto of_counts = terms(kAnywhere);
    Mask<T> goes_on = Lanes<T>(0.0) == 0.0;  // true
    while (goes_on.all() && sums_count_ < kCounts) {
      for (const Lanes<T>& sum : of_counts.step(sums_count_, goes_on))
        sums_[static_cast<std::size_t>(sums_count_++)] = first_lane(sum);
    }
    shared_sums_.assign(sums_.data(), sums_count_, elements);
  }

  /// Inversion of the elements in `small_`, each with its own parameters.
  void invert_small(const Elements& elements) {
    const int count = small_.count;
    if (count == 0) return;
    uniforms_.fill(elements.draw, elements.first, elements.count, kInversion);
    if (count == elements.count) {
      invert_each(count, [count](int i) { return Run{i < count ? i : 0, count}; });
    } else {  // lanes beyond the last element repeat it
      invert_each(count, [&](int i) { return Gathered{small_.at.data() + i, count - i}; });
    }
  }
  /// \param at The places of the registers of elements i, i + 1, ...
  template <class At>
  [[gnu::always_inline]] void invert_each(int count, const At& at) {
    constexpr int kRegisters = 2;
    for (int i = 0; i < count; i += kRegisters * kLanes<T>) {
      std::array<Lanes<T>, kRegisters> high, low, k;
      std::array<decltype(terms(at(i))), kRegisters> of_counts{terms(at(i)),
                                                               terms(at(i + kLanes<T>))};
      for (int j = 0; j < kRegisters; ++j) {
        high[j] = at(i + j * kLanes<T>).load(uniforms_.high.data());
        low[j] = at(i + j * kLanes<T>).load(uniforms_.low.data());
        k[j] = Lanes<T>(0.0);
      }
      unsigned above = 1;
      for (int n = 0; n < kCounts && above != 0; n += kStep) {
        above = 0;
        for (int j = 0; j < kRegisters; ++j) {
          Mask<T> goes_on = Lanes<T>(0.0) == 0.0;
          const auto sums = of_counts[j].step(n, goes_on);
          const Mask<T> are_all = is_at_most(sums[kStep - 1], high[j], low[j]);
          if (are_all.all()) {
            k[j] = Lanes<T>(n + kStep);
          } else {
            for (int s = 0; s < kStep; ++s)
              k[j] = select(is_at_most(sums[s], high[j], low[j]), Lanes<T>(n + s + 1), k[j]);
          }
          above |= lanes_of(are_all);
          high[j] = select(goes_on, high[j], -kInfinity);  // above no further sum
        }
      }
      for (int j = 0; j < kRegisters; ++j) {
        const auto where = at(i + j * kLanes<T>);
        where.store(parameters_.apply(kCount, where)(k[j]), counts_.data());
      }
    }
  }

  Parameters<T, Law::kParameters> parameters_;
  bool are_valid_ = true, are_small_ = false;
  Places small_, large_;
  Rejection<Law, T> rejection_;
  alignas(64) std::array<T, kRoom> counts_;
  Uniforms<kRoom> uniforms_;
  int sums_count_ = 0;
  std::array<T, kCounts> sums_;
  SharedSums shared_sums_;
};

}  // namespace
}  // namespace torch::distributions::ops::random
