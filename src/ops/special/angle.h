#pragma once

#include <type_traits>

#include "ops/special/elementary.h"

/// The angle of a point in the first quadrant, as a share of the right angle: the distribution
/// function of the half-Cauchy distribution.

namespace torch::distributions::ops::special {

struct AngleShare;
struct LogAngleShare;

/// 2 / pi atan(y / x) for x, y >= 0, not both 0. It is relatively accurate near 0, and 1 minus the
/// share of exchanged arguments. Error: relative, 4 units; gradient the same.
inline constexpr Function<AngleShare> angle_share{};

/// Its logarithm, even where y / x underflows. Error: relative, 6 units; gradient the same.
inline constexpr Function<LogAngleShare> log_angle_share{};

/// atan(t) for 0 <= t <= 1.
constexpr auto atan_of_unit(const auto& t) {
  // (-1)^k / (2k + 1). atan(r) is r times this series in r^2, for |r| <= tan(pi / 8).
  constexpr double kSeries[] = {1.0,     -1. / 3,  1. / 5,  -1. / 7,  1. / 9,  -1. / 11,
                                1. / 13, -1. / 15, 1. / 17, -1. / 19, 1. / 21, -1. / 23,
                                1. / 25, -1. / 27, 1. / 29, -1. / 31, 1. / 33, -1. / 35,
                                1. / 37, -1. / 39, 1. / 41};
  constexpr double kTanPiOver8 = 0.41421356237309504880;
  const auto is_low = t <= kTanPiOver8;
  const auto r = select(is_low, t, (t - 1.0) / (t + 1.0));  // of the angle minus pi / 4
  return select(is_low, like(t, 0.0), like(t, kPi / 4)) + r * polynomial(kSeries, r * r);
}

/// The sum of the squares of x and y is (larger^2) (1 + quotient^2), which may overflow.
struct AngleShare {
  static constexpr const char* kName = "angle_share";
  static constexpr auto value(const auto& y, const auto& x) {
    const auto smaller = kTwoOverPi * atan_of_unit(min(y, x) / max(y, x));
    return select(y <= x, smaller, 1.0 - smaller);
  }
  static constexpr auto partial(Argument<0>, const auto& y, const auto& x) {
    return x / max(y, x) * slope(y, x);
  }
  static constexpr auto partial(Argument<1>, const auto& y, const auto& x) {
    return -(y / max(y, x) * slope(y, x));
  }

  static constexpr double kTwoOverPi = 2 / kPi;

 private:
  /// 2 / pi larger / (x^2 + y^2).
  static constexpr auto slope(const auto& y, const auto& x) {
    const auto larger = max(y, x);
    return kTwoOverPi / (larger * (square(min(y, x) / larger) + 1.0));
  }
};

struct LogAngleShare {
  static constexpr const char* kName = "log_angle_share";
  static constexpr auto value(const auto& y, const auto& x) {
    constexpr double kTiny = 1e-290;  // below, y / x may underflow
    constexpr double kLogTwoOverPi = -0.45158270528945486473;
    return branch(
        y <= x,
        [&] {
          return branch(
              y / x < kTiny, [&] { return log(y) - log(x) + kLogTwoOverPi; },
              [&] { return log(AngleShare::value(y, x)); });
        },
        [&] { return log1p(0.0 - AngleShare::value(x, y)); });
  }
  static constexpr auto partial(Argument<0>, const auto& y, const auto& x) {
    const auto at = apart(y, x);
    return branch(
        at.is_low, [&] { return 1.0 / (at.low_y * at.factor); },
        [&] { return AngleShare::partial(Argument<0>(), at.y, at.x) / angle_share(at.y, at.x); });
  }
  static constexpr auto partial(Argument<1>, const auto& y, const auto& x) {
    const auto at = apart(y, x);
    return branch(
        at.is_low, [&] { return -(1.0 / (at.low_x * at.factor)); },
        [&] { return AngleShare::partial(Argument<1>(), at.y, at.x) / angle_share(at.y, at.x); });
  }

 private:
  /// The arguments of both branches of a derivative: those with y <= x, and the others. Where one
  /// branch is taken, the arguments of the other are harmless numbers. For t = y / x <= 1, `factor`
  /// is (1 + t^2) atan(t) / t.
  template <class Condition, class T>
  struct Apart {
    Condition is_low;
    T low_y, low_x, factor, y, x;
  };
  static constexpr auto apart(const auto& y, const auto& x) {
    constexpr double kFlat = 1e-9;  // below, atan(t) = t in double
    const auto is_low = y <= x;
    const auto low_y = select(is_low, y, 0.5), low_x = select(is_low, x, 1.0);
    const auto t = low_y / low_x;
    const auto is_flat = t < kFlat;
    const auto bent = select(is_flat, 0.5, t);
    const auto ratio = select(is_flat, 1.0, atan_of_unit(bent) / bent);
    return Apart<std::remove_const_t<decltype(is_low)>, std::remove_const_t<decltype(low_y)>>{
        is_low,
        low_y,
        low_x,
        (square(t) + 1.0) * ratio,
        select(is_low, 1.0, y),
        select(is_low, 0.5, x)};
  }
};

}  // namespace torch::distributions::ops::special
