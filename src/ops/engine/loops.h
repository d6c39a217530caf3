#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

#include "ops/engine/dual.h"
#include "ops/engine/formula_kernels.h"
#include "ops/formulas/functions.h"

/// Runs a function of a formula over tiles.

namespace torch::distributions::ops::engine {
namespace {

/// Evaluates `Function` of `Formula` if `M` is 0, else the gradients of the inputs in the mask `M`.
template <class Function, class Formula, std::size_t kParameters, class S, unsigned M>
class Loop {
 public:
  using T = typename S::Element;
  using Memory = typename S::Memory;
  using Numbers = Lanes<T>;

  template <Parameters parameters>
  static void run(const Tile& tile) {
    Loop loop(tile);
    if constexpr (parameters == Parameters::kOfColumn) {
      loop.by_columns();
    } else {
      loop.by_rows();
    }
    if constexpr (functions::kIsOfValue<Function> && M == 0) {
      if (!loop.is_finite_.all()) *tile.is_finite = false;
    }
  }

 private:
  static constexpr int64_t kCount = Numbers::kCount;
  using Sums = std::array<Numbers, kParameters>;

  explicit Loop(const Tile& tile) : tile_(tile) {}

  [[gnu::always_inline]] void by_columns() const {
    for (int64_t column = 0; column < tile_.columns; column += kCount) {
      const int64_t count = std::min(kCount, tile_.columns - column);
      std::array<Numbers, kParameters> parameters;
      for (std::size_t i = 0; i < kParameters; ++i) parameters[i] = load(i, 0, column, count);
      const auto function = prepare(parameters);
      Sums sums = zeros();
      for (int64_t row = 0; row < tile_.rows; ++row) {
        const auto terms = element(function, row, column, count);
        for (std::size_t i = 0; i < kParameters; ++i) sums[i] = sums[i] + terms[i];
      }
      for (std::size_t i = 0; i < kParameters; ++i) {
        if (is_wanted(i)) store(sums[i], static_cast<Memory*>(tile_.gradients[i]) + column, count);
      }
    }
  }

  [[gnu::always_inline]] void by_rows() const {
    for (int64_t row = 0; row < tile_.rows; ++row) {
      std::array<Numbers, kParameters> parameters;
      for (std::size_t i = 0; i < kParameters; ++i) {
        parameters[i] = Numbers(static_cast<double>(input(i)[row * tile_.row_strides[i]]));
      }
      const auto function = prepare(parameters);
      // The last register may be partly filled, so its terms are added at the end. The element is
      // computed in one place, since it is inlined and long.
      Sums sums = zeros(), last = zeros();
      int64_t count = 0;
      for (int64_t column = 0; column < tile_.columns; column += kCount) {
        for (std::size_t i = 0; i < kParameters; ++i) sums[i] = sums[i] + last[i];
        count = std::min(kCount, tile_.columns - column);
        last = element(function, row, column, count);
      }
      for (std::size_t i = 0; i < kParameters; ++i) {
        if (is_wanted(i)) {
          static_cast<Memory*>(tile_.gradients[i])[row] =
              static_cast<Memory>(sums[i].sum(kCount) + last[i].sum(count));
        }
      }
    }
  }

  /// The function of the value, or the result if `Function` has no value.
  static auto prepare(const std::array<Numbers, kParameters>& parameters) {
    return [&]<std::size_t... i>(std::index_sequence<i...>) {
      return Function::template of<Formula>(seed<S, i, M>(parameters[i])...);
    }(std::make_index_sequence<kParameters>());
  }

  /// Stores the output, or the gradient of the value, for these elements. Returns their terms of
  /// the gradients of the parameters.
  template <class Prepared>
  Sums element(const Prepared& function, int64_t row, int64_t column, int64_t count) const {
    const auto result = [&] {
      if constexpr (functions::kIsOfValue<Function>) {
        return function(seed<S, kParameters, M>(load(kParameters, row, column, count)));
      } else {
        return function;
      }
    }();
    if constexpr (M == 0) {
      if constexpr (functions::kIsOfValue<Function>) {
        is_finite_ = is_finite_ & (abs(result.value) < std::numeric_limits<double>::infinity());
      }
      store(result.value,
            static_cast<Memory*>(tile_.output) + row * tile_.output_row_stride + column, count);
      return zeros();
    } else {
      const Numbers gradient = load_gradient(row, column, count);
      const auto term = [&](auto i) {
        if constexpr (std::decay_t<decltype(result)>::template kDependsOn<decltype(i)::value>) {
          // An output gradient of 0 adds 0, even if the slope is infinite or NaN.
          return select(gradient == 0.0, Numbers(0.0),
                        result.template partial<decltype(i)::value>() * gradient);
        } else {
          return Numbers(0.0);
        }
      };
      if constexpr (functions::kIsOfValue<Function> && (M >> kParameters & 1) != 0) {
        if (is_wanted(kParameters)) {
          store(term(std::integral_constant<unsigned, kParameters>()),
                static_cast<Memory*>(tile_.gradients[kParameters]) +
                    row * tile_.value_gradient_row_stride + column,
                count);
        }
      }
      return [&]<std::size_t... i>(std::index_sequence<i...>) {
        return Sums{term(std::integral_constant<unsigned, i>())...};
      }(std::make_index_sequence<kParameters>());
    }
  }

  bool is_wanted(std::size_t i) const { return M != 0 && tile_.gradients[i] != nullptr; }

  static Sums zeros() {
    Sums sums;
    sums.fill(Numbers(0.0));
    return sums;
  }
  const Memory* input(std::size_t i) const { return static_cast<const Memory*>(tile_.inputs[i]); }
  Numbers load(std::size_t i, int64_t row, int64_t column, int64_t count) const {
    const Memory* from = input(i) + row * tile_.row_strides[i] + column;
    return count == kCount ? Numbers::load(from) : Numbers::load_part(from, count);
  }
  Numbers load_gradient(int64_t row, int64_t column, int64_t count) const {
    const Memory* from = static_cast<const Memory*>(tile_.gradient) +
                         row * tile_.gradient_row_stride + column * tile_.gradient_column_stride;
    if (tile_.gradient_column_stride == 0) return Numbers(static_cast<double>(*from));
    return count == kCount ? Numbers::load(from) : Numbers::load_part(from, count);
  }
  static void store(const Numbers& numbers, Memory* to, int64_t count) {
    count == kCount ? numbers.store(to) : store_part(numbers, to, count);
  }

  mutable Mask<T> is_finite_{Numbers(0.0) == 0.0};
  const Tile tile_;  // a copy, which no store can change
};

template <class Function, class Formula>
constexpr Kernels make_kernels() {
  using Masks = KernelMasks<Function, Formula>;
  constexpr std::size_t kParameters = Formula::kParameters;
  Kernels made{};
  const auto fill = [&]<class S>(std::size_t dtype, S) {
    const auto set = [&]<unsigned M>(Kernels::Run(&runs)[2][2],
                                     std::integral_constant<unsigned, M>) {
      using L = Loop<Function, Formula, kParameters, S, M>;
      runs[dtype][0] = &L::template run<Parameters::kOfColumn>;
      if constexpr (functions::kIsOfValue<Function>)
        runs[dtype][1] = &L::template run<Parameters::kOfRow>;
    };
    set(made.forward, std::integral_constant<unsigned, 0>());
    set(made.backward_typical, std::integral_constant<unsigned, Masks::kTypical>());
    if constexpr (Masks::kAll != 0)
      set(made.backward_all, std::integral_constant<unsigned, Masks::kAll>());
  };
  if constexpr (kReturnsDouble<Function, Formula>) {
    fill(1, DoubleForFloat());
  } else {
    fill(0, std::conditional_t<kComputesInDouble<Function, Formula>, FloatInDouble, Float>());
    fill(1, Double());
  }
  return made;
}

/// Calls f(Function()) for the only function in `set`.
template <Functions set, class F>
constexpr auto with_function(const F& f) {
  if constexpr (set == kLogProb) return f(functions::LogProb());
  if constexpr (set == kCdf) return f(functions::Cdf());
  if constexpr (set == kIcdf) return f(functions::Icdf());
  if constexpr (set == kLogCdf) return f(functions::LogCdf());
  if constexpr (set == kSurvivalFunction) return f(functions::SurvivalFunction());
  if constexpr (set == kLogSurvivalFunction) return f(functions::LogSurvivalFunction());
  if constexpr (set == kEntropy) return f(functions::Entropy());
  if constexpr (set == kKl) return f(functions::Kl());
  if constexpr (set == kForward) return f(functions::Forward());
  if constexpr (set == kInverse) return f(functions::Inverse());
  if constexpr (set == kLogAbsDetJacobian) return f(functions::LogAbsDetJacobian());
}

/// The kernels of `Formula`, in the order of `Formula::kKernels`.
template <class Formula>
constexpr auto kKernelsOf = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<Kernels, sizeof...(i)>{with_function<Formula::kKernels[i].function>(
      []<class Function>(Function) { return make_kernels<Function, Formula>(); })...};
}(std::make_index_sequence<std::size(Formula::kKernels)>());

}  // namespace

template <class Isa, class Formula>
const Kernels* kernels_of() {
  return kKernelsOf<Formula>.data();
}

}  // namespace torch::distributions::ops::engine
