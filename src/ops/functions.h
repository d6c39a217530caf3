#pragma once

#include <string_view>
#include <type_traits>

#include "ops/constants.h"

/// The functions that a formula may have, as types. `Name::of<Formula>(parameters...)` calls
/// `Formula::name`, where there is one.
namespace torch::distributions::ops::functions {

/// `result`, a number or a function of the value, but NaN for parameters that are not
/// `Formula::in_range`. Every function of every family goes through here.
template <class Formula, class Result, class... Scalars>
auto in_range_or_nan(const Result& result, const Scalars&... parameters) {
  if constexpr (!requires { Formula::in_range(parameters...); } || std::is_same_v<Result, double>) {
    return result;
  } else if constexpr (requires { select(Formula::in_range(parameters...), result, kNaN); }) {
    return select(Formula::in_range(parameters...), result, kNaN);
  } else {
    return [result, in_range = Formula::in_range(parameters...)](const auto& x) {
      return select(in_range, result(x), kNaN);
    };
  }
}

#define TORCH_DISTRIBUTIONS_FUNCTION(Name, name)                                        \
  struct Name {                                                                         \
    static constexpr bool kIsCdf = std::string_view(#name) == "cdf";                    \
    template <class Formula, class... Scalars>                                          \
      requires requires(const Scalars&... parameters) { Formula::name(parameters...); } \
    static auto of(const Scalars&... parameters) {                                      \
      return in_range_or_nan<Formula>(Formula::name(parameters...), parameters...);     \
    }                                                                                   \
  };

TORCH_DISTRIBUTIONS_FUNCTION(LogProb, log_prob)
TORCH_DISTRIBUTIONS_FUNCTION(Cdf, cdf)
TORCH_DISTRIBUTIONS_FUNCTION(Mean, mean)
TORCH_DISTRIBUTIONS_FUNCTION(Mode, mode)
TORCH_DISTRIBUTIONS_FUNCTION(Variance, variance)
TORCH_DISTRIBUTIONS_FUNCTION(Stddev, stddev)
TORCH_DISTRIBUTIONS_FUNCTION(Entropy, entropy)
TORCH_DISTRIBUTIONS_FUNCTION(Kl, kl)  // of p's parameters, then q's
TORCH_DISTRIBUTIONS_FUNCTION(Inverse, inverse)
TORCH_DISTRIBUTIONS_FUNCTION(LogAbsDetJacobian, log_abs_det_jacobian)

#undef TORCH_DISTRIBUTIONS_FUNCTION

/// A quantile: NaN for what is no probability, by one rule for every family.
struct Icdf {
  static constexpr bool kIsCdf = true;

  template <class Formula, class... Scalars>
    requires requires(const Scalars&... parameters) { Formula::icdf(parameters...); }
  static auto of(const Scalars&... parameters) {
    const auto quantile = [quantile = Formula::icdf(parameters...)](const auto& p) {
      return quantile(select(p >= 0.0 && p <= 1.0, p, kNaN));
    };
    return in_range_or_nan<Formula>(quantile, parameters...);
  }
};

}  // namespace torch::distributions::ops::functions
