#pragma once

#include <cstddef>

#include "ops/special/bessel_coefficients.h"
#include "ops/special/elementary.h"
#include "ops/special/jet.h"

/// Logarithms and ratios of the modified Bessel functions I0 and I1.

namespace torch::distributions::ops::special {

struct CircularVariance;
struct CircularVarianceD1;
struct CircularVarianceD2;
struct LogI0e;

/// log(exp(-x) I0(x)) for x >= 0. Error: 4 units; gradient relative, 32.
inline constexpr Function<LogI0e> log_i0e{};

/// 1 - I1(x) / I0(x) for x >= 0, without cancellation for large x. Error: relative, 32 units;
/// gradient 512.
inline constexpr Function<CircularVariance> circular_variance{};
/// Its first and second derivatives. The third throws c10::NotImplementedError.
inline constexpr Function<CircularVarianceD1> circular_variance_d1{};
inline constexpr Function<CircularVarianceD2> circular_variance_d2{};

/// Up to here power series are used, and beyond, polynomials in 1 / x.
inline constexpr double kBesselNear = 6;

/// The derivative of 1 - I1 / I0 of the given order, which is at most 2.
template <std::size_t order, class T>
[[gnu::noinline, gnu::pure]] constexpr T circular_variance_derivative(const T& at) {
  using Series = Jet<T, order>;
  constexpr double kFactorial[] = {1, 1, 2};
  const auto series = [&](const T& value, double slope) {
    return Series::generate(
        [&](std::size_t i) { return i == 0 ? value : like(at, i == 1 ? slope : 0.0); });
  };
  const Series x = series(at, 1);
  return kFactorial[order] * branch(
                                 at <= kBesselNear,
                                 [&] {
                                   const Series y = x * x * 0.25, i0 = polynomial(kI0, y);
                                   return ((i0 - x * polynomial(kI1, y) * 0.5) / i0)[order];
                                 },
                                 [&] {
                                   const Series u = series(like(at, 2 * kBesselNear), 0) / x + -1.0;
                                   return (polynomial(kCircularVariance, u) / x)[order];
                                 });
}

struct CircularVariance {
  static constexpr const char* kName = "circular_variance";
  static constexpr auto value(const auto& x) { return circular_variance_derivative<0>(x); }
  static constexpr auto partial(Argument<0>, const auto& x) { return circular_variance_d1(x); }
};

struct CircularVarianceD1 {
  static constexpr const char* kName = "circular_variance_d1";
  static constexpr auto value(const auto& x) { return circular_variance_derivative<1>(x); }
  static constexpr auto partial(Argument<0>, const auto& x) { return circular_variance_d2(x); }
};

struct CircularVarianceD2 {
  static constexpr const char* kName = "circular_variance_d2";
  static constexpr auto value(const auto& x) { return circular_variance_derivative<2>(x); }
};

struct LogI0e {
  static constexpr const char* kName = "log_i0e";
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x) {
    return branch(
        x <= kBesselNear, [&] { return log(polynomial(kI0, x * x * 0.25)) - x; },
        [&] {
          const T u = 2 * kBesselNear / x - 1.0;
          return polynomial(kLogI0e, u) / x - (0.5 * log(x) + kLogSqrt2Pi);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return -circular_variance(x); }
};

}  // namespace torch::distributions::ops::special
