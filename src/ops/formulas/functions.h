#pragma once

#include <type_traits>

#include "ops/formulas/formula.h"
#include "ops/special/elementary.h"

/// The functions of formulas, as types. `Name::of<Formula>(parameters...)` calls `Formula::name`.
namespace torch::distributions::ops::functions {

/// The first parameter. It stands for a value, which has the same scalar type.
constexpr const auto& first_of(const auto& first, const auto&...) { return first; }

template <class Formula, class... Scalars>
concept HasSupport = requires(const Scalars&... parameters) {
  Formula::is_possible(first_of(parameters...), parameters...);
};

/// `f(parameters...)`, which is a number or a function of the value. It is NaN for parameters
/// outside of `Formula::in_range`. Every function of every family uses this.
template <class Formula, class Function, class... Scalars>
constexpr auto in_range_or_nan(const Function& f, const Scalars&... parameters) {
  using Result = decltype(f(parameters...));
  if constexpr (!kHasRange<Formula> || std::is_same_v<Result, double>) {
    return f(parameters...);
  } else if constexpr (requires(const Result& x) {
                         select(Formula::in_range(parameters...), x, kNaN);
                       }) {
    return within(Formula::in_range(parameters...), kNaN, f, parameters...);
  } else {
    return [in_range = Formula::in_range(parameters...), of_value = prepared(f, parameters...)](
               const auto& x) { return of_value(in_range, kNaN, x); };
  }
}

#define TORCH_DISTRIBUTIONS_FUNCTION(Name, name)                                            \
  struct Name {                                                                             \
    static constexpr Functions kSet = k##Name;                                              \
    static constexpr const char* kName = #Name;                                             \
    template <class Formula, class... Scalars>                                              \
      requires requires(const Scalars&... parameters) { Formula::name(parameters...); }     \
    static constexpr auto of(const Scalars&... parameters) {                                \
      return in_range_or_nan<Formula>([](const auto&... p) { return Formula::name(p...); }, \
                                      parameters...);                                       \
    }                                                                                       \
  };

TORCH_DISTRIBUTIONS_FUNCTION(Cdf, cdf)
TORCH_DISTRIBUTIONS_FUNCTION(LogCdf, log_cdf)
TORCH_DISTRIBUTIONS_FUNCTION(LogSurvivalFunction, log_survival_function)
TORCH_DISTRIBUTIONS_FUNCTION(Mean, mean)
TORCH_DISTRIBUTIONS_FUNCTION(Mode, mode)
TORCH_DISTRIBUTIONS_FUNCTION(Variance, variance)
TORCH_DISTRIBUTIONS_FUNCTION(Stddev, stddev)
TORCH_DISTRIBUTIONS_FUNCTION(Entropy, entropy)
TORCH_DISTRIBUTIONS_FUNCTION(Kl, kl)  // parameters of p, then those of q
TORCH_DISTRIBUTIONS_FUNCTION(Forward, forward)
TORCH_DISTRIBUTIONS_FUNCTION(Inverse, inverse)
TORCH_DISTRIBUTIONS_FUNCTION(LogAbsDetJacobian, log_abs_det_jacobian)

#undef TORCH_DISTRIBUTIONS_FUNCTION

/// The log density. It is -inf for values that `Formula::is_possible` rejects.
struct LogProb {
  static constexpr Functions kSet = kLogProb;
  static constexpr const char* kName = "LogProb";

  template <class Formula, class... Scalars>
    requires requires(const Scalars&... parameters) { Formula::log_prob(parameters...); }
  static constexpr auto of(const Scalars&... parameters) {
    const auto density = [](const auto&... p) { return Formula::log_prob(p...); };
    if constexpr (!HasSupport<Formula, Scalars...>) {
      return in_range_or_nan<Formula>(density, parameters...);
    } else {
      return [=, in_range = Formula::in_range(parameters...),
              of_value = prepared(density, parameters...)](const auto& x) {
        const auto possible = Formula::is_possible(x, parameters...);
        return select(in_range, of_value(in_range && possible, -kInfinity, x), kNaN);
      };
    }
  }
};

/// The quantile. It is NaN unless 0 <= p <= 1.
struct Icdf {
  static constexpr Functions kSet = kIcdf;
  static constexpr const char* kName = "Icdf";

  template <class Formula, class... Scalars>
    requires requires(const Scalars&... parameters) { Formula::icdf(parameters...); }
  static constexpr auto of(const Scalars&... parameters) {
    const auto quantile = [](const auto&... q) {
      return [quantile = Formula::icdf(q...)](const auto& p) {
        return quantile(select(p >= 0.0 && p <= 1.0, p, kNaN));
      };
    };
    return in_range_or_nan<Formula>(quantile, parameters...);
  }
};

/// P(X > x). A formula that defines only the logarithm has its exponential.
struct SurvivalFunction {
  static constexpr Functions kSet = kSurvivalFunction;
  static constexpr const char* kName = "SurvivalFunction";

  template <class Formula, class... Scalars>
    requires requires(const Scalars&... parameters) {
      Formula::log_survival_function(parameters...);
    }
  static constexpr auto of(const Scalars&... parameters) {
    const auto tail = [](const auto&... p) {
      if constexpr (requires { Formula::survival_function(p...); }) {
        return Formula::survival_function(p...);
      } else {
        return [log_tail = Formula::log_survival_function(p...)](const auto& x) {
          return special::exp(log_tail(x));
        };
      }
    };
    return in_range_or_nan<Formula>(tail, parameters...);
  }
};

/// Whether the last input is a value. All other inputs are parameters.
constexpr bool is_of_value(Functions function) {
  return (function &
          (kLogProb | kCdf | kIcdf | kTails | kForward | kInverse | kLogAbsDetJacobian)) != 0;
}
template <class Function>
inline constexpr bool kIsOfValue = is_of_value(Function::kSet);

}  // namespace torch::distributions::ops::functions
