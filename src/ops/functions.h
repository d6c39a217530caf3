#pragma once

#include <limits>
#include <string_view>

/// The functions that a formula may have, as types. `Name::of<Formula>(parameters...)` calls
/// `Formula::name`, where there is one.
namespace torch::distributions::ops::functions {

#define TORCH_DISTRIBUTIONS_FUNCTION(Name, name)                                        \
  struct Name {                                                                         \
    static constexpr bool kIsCdf = std::string_view(#name) == "cdf";                    \
    template <class Formula, class... Scalars>                                          \
      requires requires(const Scalars&... parameters) { Formula::name(parameters...); } \
    static auto of(const Scalars&... parameters) {                                      \
      return Formula::name(parameters...);                                              \
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
    return [quantile = Formula::icdf(parameters...)](const auto& p) {
      return quantile(select(p >= 0.0 && p <= 1.0, p, std::numeric_limits<double>::quiet_NaN()));
    };
  }
};

}  // namespace torch::distributions::ops::functions
