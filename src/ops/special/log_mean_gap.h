#pragma once

#include "ops/special/exponential.h"

namespace torch::distributions::ops::special {

/// Jensen's gap of the logarithm of a uniform variable: log((low + high) / 2) minus the average of
/// log over [low, high], for 0 <= low <= high. The gradient in `low` is 0 at low = 0, and both are
/// 0 at low = high. Error: relative, 32 units.
struct LogMeanGap;
inline constexpr Function<LogMeanGap> log_mean_gap{};

/// (1 + t) log(1 + t) - t.
constexpr auto relative_deviance(const auto& t) {
  return branch(
      abs(t) <= 0.5, [&] { return (t + 1.0) * log1pmx(t) + t * t; },
      [&] {
        return branch(
            t == -1.0, [&] { return like(t, 1.0); }, [&] { return (t + 1.0) * log1p(t) - t; });
      });
}

/// log((low + high) / 2) - (high log high - low log low) / (high - low) + 1, which is minus the
/// mean of log(1 + y u) over -1 < u < 1, with y = (high - low) / (high + low).
struct LogMeanGap {
  static constexpr const char* kName = "log_mean_gap";

  template <class T>
  static constexpr T value(const T& low, const T& high) {
    const T y = (high - low) / (high + low);
    return branch(
        y <= 0.5,
        [&] {
          constexpr int kTerms = 25;
          const T y_squared = y * y;
          T sum = like(y, 0.0);
          for (int k = kTerms; k > 0; --k) sum = (sum + 1.0 / (2 * k * (2 * k + 1))) * y_squared;
          return sum;
        },
        [&] { return (relative_deviance(-y) - relative_deviance(y)) / (2.0 * y); });
  }
  template <class T>
  static constexpr T partial(Argument<0>, const T& low, const T& high) {
    const auto flat = low == 0.0 || low == high;
    const T a = select(flat, 1.0, low), b = select(flat, 2.0, high);
    const T y = (b - a) / (b + a);
    const auto is_narrow = y <= 0.5;
    const T log_part = branch(  // log(1 - y) + y
        is_narrow, [&] { return log1pmx(-select(is_narrow, y, 0.0)); },
        [&] { return log(2.0 * a) - log(a + b) + y; });
    return select(flat, 0.0, (log_part + log_mean_gap(a, b)) / (b - a));
  }
  template <class T>
  static constexpr T partial(Argument<1>, const T& low, const T& high) {
    const auto flat = low == high;
    const T a = select(flat, 1.0, low), b = select(flat, 2.0, high);
    const T y = (b - a) / (b + a);
    return select(flat, 0.0, -(log1pmx(y) + log_mean_gap(a, b)) / (b - a));
  }
};

}  // namespace torch::distributions::ops::special
