#pragma once

#include "ops/special/digamma.h"
#include "ops/special/half_step_coefficients.h"

/// log(Gamma(x + 1/2) / Gamma(x)) without its leading term log(x) / 2, and the derivatives.

namespace torch::distributions::ops::special {

struct HalfStepRemainder;
struct HalfStepRemainderD1;
struct HalfStepRemainderD2;

/// lgamma(x + 1/2) - lgamma(x) - log(x)/2 for x > 0. It is negative, and 0 at infinity. Error:
/// relative, 4 units; gradient the same.
inline constexpr Function<HalfStepRemainder> half_step_remainder{};
/// psi(x + 1/2) - psi(x) - 1/(2x). Error: relative, 4 units; gradient the same.
inline constexpr Function<HalfStepRemainderD1> half_step_remainder_d1{};
/// psi'(x + 1/2) - psi'(x) + 1/(2x^2). Error: relative, 4 units.
inline constexpr Function<HalfStepRemainderD2> half_step_remainder_d2{};

/// Maps (0, infinity) to (-1, 1). The result is the variable of the polynomials.
constexpr auto positive_to_unit_interval(const auto& x) { return 2.0 / (x + 1.0) - 1.0; }

struct HalfStepRemainder {
  static constexpr const char* kName = "half_step_remainder";
  /// The singularity at 0 is that of log(x / (x + 1/2)) / 2. The rest is smooth.
  static constexpr auto value(const auto& x) {
    const auto smooth = polynomial(kHalfStepRemainder, positive_to_unit_interval(x)) / (x + 1.0);
    return smooth - 0.5 * log1p(0.5 / x);
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return half_step_remainder_d1(x); }
};

struct HalfStepRemainderD1 {
  static constexpr const char* kName = "half_step_remainder_d1";
  static constexpr auto value(const auto& x) { return times_x(x) / x; }
  static constexpr auto partial(Argument<0>, const auto& x) { return half_step_remainder_d2(x); }

  /// x times the value.
  static constexpr auto times_x(const auto& x) {
    return polynomial(kHalfStepRemainderD1, positive_to_unit_interval(x)) / (x + 1.0);
  }
};

struct HalfStepRemainderD2 {
  static constexpr const char* kName = "half_step_remainder_d2";
  static constexpr auto value(const auto& x) { return times_x_squared(x) / x / x; }
  static constexpr auto partial(Argument<0>, const auto& x) {
    const auto inverse = 1.0 / x;
    return polygamma(2, x + 0.5) - polygamma(2, x) - inverse * inverse * inverse;
  }

  /// x^2 times the value.
  static constexpr auto times_x_squared(const auto& x) {
    return polynomial(kHalfStepRemainderD2, positive_to_unit_interval(x)) / (x + 1.0);
  }
};

}  // namespace torch::distributions::ops::special
