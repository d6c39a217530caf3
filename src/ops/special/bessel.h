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
struct LogI0Divergence;
struct LogI0e;
struct MeanCosine;
struct MeanCosineDifference;

/// log(exp(-x) I0(x)) for x >= 0. Error: 4 units; gradient relative, 32.
inline constexpr Function<LogI0e> log_i0e{};

/// 1 - I1(x) / I0(x) for x >= 0, without cancellation for large x. Error: relative, 32 units;
/// gradient 512.
inline constexpr Function<CircularVariance> circular_variance{};
/// Its first and second derivatives. The third throws c10::NotImplementedError.
inline constexpr Function<CircularVarianceD1> circular_variance_d1{};
inline constexpr Function<CircularVarianceD2> circular_variance_d2{};

/// I1(x) / I0(x) for x >= 0, without cancellation for small x: the derivative of log I0. Error:
/// relative, 4 units; gradient 128. The third derivative throws c10::NotImplementedError.
inline constexpr Function<MeanCosine> mean_cosine{};

/// mean_cosine(x) - mean_cosine(y), without cancellation if they are close. Error: relative, 64
/// units; gradient 128.
inline constexpr Function<MeanCosineDifference> mean_cosine_difference{};

/// log I0(x) - log I0(y) - mean_cosine(y) (x - y) for x, y >= 0, the Bregman divergence of log I0.
/// Error: relative, 32 units; gradient 128.
inline constexpr Function<LogI0Divergence> log_i0_divergence{};

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

/// The integral of (1 - u)^moment f(u) over 0 < u < 1, by the Gauss-Legendre rule of 16 nodes.
/// \param at Any number of the result's type.
template <int moment, class T, class F>
constexpr T gauss_integral(const T& at, const F& f) {
  static_assert(moment == 0 || moment == 1);
  constexpr double kNodes[] = {0.095012509837637440185, 0.28160355077925891323,
                               0.45801677765722738634,  0.61787624440264374845,
                               0.7554044083550030339,   0.86563120238783174388,
                               0.94457502307323257608,  0.9894009349916499326};
  constexpr double kWeights[] = {0.18945061045506849629,  0.18260341504492358887,
                                 0.16915651939500253819,  0.14959598881657673208,
                                 0.12462897125553387205,  0.09515851168249278481,
                                 0.062253523938647892863, 0.027152459411754094852};
  T sum = like(at, 0.0);
  for (std::size_t i = 0; i < 8; ++i) {
    for (const double node : {-kNodes[i], kNodes[i]}) {
      const double u = 0.5 + 0.5 * node;
      sum = sum + f(u) * (0.5 * kWeights[i] * (moment == 0 ? 1.0 : 1.0 - u));
    }
  }
  return sum;
}

/// Whether the 16 nodes between x and y are enough. The nearest singularity of log I0 is at 2.4 i.
constexpr auto is_smooth_between(const auto& x, const auto& y) {
  const auto smaller = min(x, y), larger = max(x, y);
  return larger <= 4.0 || larger <= 4.0 * smaller;
}

/// The slope of mean_cosine at a fraction u of the way from y to x.
template <class T>
constexpr T mean_cosine_slope(const T& x, const T& y, double u) {
  return -circular_variance_derivative<1, T>(y + u * (x - y));
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

struct LogI0Divergence {
  static constexpr const char* kName = "log_i0_divergence";
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y) {
    const T d = x - y;
    return branch(
        is_smooth_between(x, y),
        [&] {
          return d * (d * gauss_integral<1>(
                              x, [&](double u) { return mean_cosine_slope<T>(x, y, u); }));
        },
        // The terms x - y of log I0(x) = log_i0e(x) + x cancel.
        [&] { return (log_i0e(x) - log_i0e(y)) + circular_variance(y) * d; });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& y) {
    return mean_cosine_difference(x, y);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& y) {
    return circular_variance_d1(y) * (x - y);
  }
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

struct MeanCosine {
  static constexpr const char* kName = "mean_cosine";
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x) {
    return branch(
        x <= kBesselNear,
        [&] {
          const T y = x * x * 0.25;
          return 0.5 * x * (polynomial(kI1, y) / polynomial(kI0, y));
        },
        [&] { return 1.0 - circular_variance(x); });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return -circular_variance_d1(x); }
};

struct MeanCosineDifference {
  static constexpr const char* kName = "mean_cosine_difference";
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y) {
    return branch(
        is_smooth_between(x, y),
        [&] {
          return (x - y) *
                 gauss_integral<0>(x, [&](double u) { return mean_cosine_slope<T>(x, y, u); });
        },
        [&] { return circular_variance(y) - circular_variance(x); });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto&) {
    return -circular_variance_d1(x);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto& y) {
    return circular_variance_d1(y);
  }
};

}  // namespace torch::distributions::ops::special
