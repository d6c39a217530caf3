#pragma once

#include "ops/special/exponential.h"
#include "ops/special/normal.h"

/// E|X + d| - E|X| for a random X around 0. It is 0 at d = 0, grows as d^2 for small d, and as |d|
/// for large d. The distances are divided by a second scale b.

namespace torch::distributions::ops::special {

struct LaplaceMeanDistance;
struct LaplaceSign;
struct NormalMeanDistance;
struct NormalSign;

/// (|d| + a exp(-|d| / a) - a) / b, for X ~ Laplace(0, a) and a, b > 0. It is infinite if a / b or
/// d / b is. Error: relative, 4 units; gradient the same.
inline constexpr Function<LaplaceMeanDistance> laplace_mean_distance{};
/// E[sign(X + d)] for X ~ Laplace(0, a).
inline constexpr Function<LaplaceSign> laplace_sign{};

/// (d erf(d / (a sqrt 2)) + a sqrt(2 / pi) (exp(-d^2 / (2 a^2)) - 1)) / b, for X ~ Normal(0, a).
/// It is infinite if a / b or d / b is. Error: relative, 8 units; gradient the same.
inline constexpr Function<NormalMeanDistance> normal_mean_distance{};
/// E[sign(X + d)] for X ~ Normal(0, a).
inline constexpr Function<NormalSign> normal_sign{};

struct LaplaceMeanDistance {
  static constexpr const char* kName = "laplace_mean_distance";
  static constexpr auto value(const auto& d, const auto& a, const auto& b) {
    const auto t = abs(d / a), far = abs(d) / b, unit = a / b;
    const auto distance = branch(
        t <= 1.0, [&] { return unit * expm1mx(-t); }, [&] { return far + unit * expm1(-t); });
    return select(max(far, unit) == kInfinity, kInfinity, distance);
  }
  static constexpr auto partial(Argument<0>, const auto& d, const auto& a, const auto& b) {
    return laplace_sign(d, a) / b;
  }
  /// ((1 + t) exp(-t) - 1) / b.
  static constexpr auto partial(Argument<1>, const auto& d, const auto& a, const auto& b) {
    constexpr double kCertain = 800;  // beyond, (1 + t) exp(-t) - 1 is -1 in double
    const auto t = min(abs(d / a), kCertain);
    const auto is_near = t <= 1.0;
    return branch(
               is_near, [&] { return -exp(-t) * expm1mx(select(is_near, t, 0.0)); },
               [&] { return expm1(-t) + t * exp(-t); }) /
           b;
  }
  static constexpr auto partial(Argument<2>, const auto& d, const auto& a, const auto& b) {
    return -laplace_mean_distance(d, a, b) / b;
  }
};

struct LaplaceSign {
  static constexpr const char* kName = "laplace_sign";
  static constexpr auto value(const auto& d, const auto& a) {
    const auto tail = expm1(-abs(d / a));
    return select(d > 0.0, -tail, tail);
  }
  static constexpr auto partial(Argument<0>, const auto& d, const auto& a) {
    return exp(-abs(d / a)) / a;
  }
  static constexpr auto partial(Argument<1>, const auto& d, const auto& a) {
    const auto z = clamp(d / a, -800.0, 800.0);
    return -(z * exp(-abs(z))) / a;
  }
};

struct NormalMeanDistance {
  static constexpr const char* kName = "normal_mean_distance";
  static constexpr auto value(const auto& d, const auto& a, const auto& b) {
    const auto z = d / a, far = d / b, unit = a / b;
    const auto distance = far * normal_sign(d, a) + unit * (kSqrtTwoOverPi * expm1(-0.5 * (z * z)));
    return select(max(abs(far), unit) == kInfinity, kInfinity, distance);
  }
  static constexpr auto partial(Argument<0>, const auto& d, const auto& a, const auto& b) {
    return normal_sign(d, a) / b;
  }
  static constexpr auto partial(Argument<1>, const auto& d, const auto& a, const auto& b) {
    return kSqrtTwoOverPi * expm1(-0.5 * square(clamp(d / a, -40.0, 40.0))) / b;
  }
  static constexpr auto partial(Argument<2>, const auto& d, const auto& a, const auto& b) {
    return -normal_mean_distance(d, a, b) / b;
  }
};

struct NormalSign {
  static constexpr const char* kName = "normal_sign";
  static constexpr auto value(const auto& d, const auto& a) {
    // (-1/2)^k / (k! (2k + 1)). erf(z / sqrt 2) is sqrt(2 / pi) z times this series in z^2.
    constexpr double kSeries[] = {1.0,
                                  -1. / 6,
                                  1. / 40,
                                  -1. / 336,
                                  1. / 3456,
                                  -1. / 42240,
                                  1. / 599040,
                                  -1. / 9676800,
                                  1. / 175472640,
                                  -1. / 3530096640,
                                  1. / 78033715200,
                                  -1. / 1880240947200,
                                  1. / 49049763840000,
                                  -1. / 1377317368627200,
                                  1. / 41421544567603200};
    const auto z = d / a;
    return branch(
        abs(z) <= 1.0, [&] { return z * (kSqrtTwoOverPi * polynomial(kSeries, z * z)); },
        [&] {
          const auto tail = erfc(abs(z) * kSqrtHalf) - 1.0;
          return select(d > 0.0, -tail, tail);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& d, const auto& a) {
    return 2.0 * normal_density(d / a) / a;
  }
  static constexpr auto partial(Argument<1>, const auto& d, const auto& a) {
    const auto z = clamp(d / a, -40.0, 40.0);
    return -2.0 * (z * normal_density(z)) / a;
  }
};

}  // namespace torch::distributions::ops::special
