#pragma once

#include "ops/special/exponential.h"

namespace torch::distributions::ops::special {

struct Bd0;
struct Deviance;

/// x log(x/m) - x + m, the Bregman divergence of x log x, for x, m >= 0: Loader's deviance. `d` is
/// x - m, an argument of its own because a caller may know it more accurately than x and m. `d` has
/// no gradient; the gradients in x and m include its dependence on them. At x = 0 the deviance is
/// m, and its gradient in x is 0. At m = 0 < x it is infinite, and its gradients are 0. Error:
/// relative, 8 units.
inline constexpr Function<Deviance> deviance{};

/// The deviance of x and m alone, for m > 0. Error: relative, 6 units; gradient 4, not relative.
inline constexpr Function<Bd0> bd0{};

struct Deviance {
  static constexpr const char* kName = "deviance";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& m, const T& d) {
    const auto relative = -d / x;
    return branch(
        abs(relative - 0.25) <= 0.75,
        [&] {
          // x (relative - log(1 + relative)), corrected for the rounding of `relative`.
          const auto [high, low] = two_product(relative, x);
          const auto rounding = (-d - high) - low;
          return rounding * relative / (relative + 1.0) - x * log1pmx(relative);
        },
        [&] {
          return branch(
              x > 0.0 && m < kInfinity, [&] { return x_log_ratio(x, m) - d; }, [&] { return -d; });
        });
  }

  template <class T>
  [[gnu::always_inline]] static constexpr T partial(Argument<0>, const T& x, const T& m,
                                                    const T& d) {
    const auto flat = x == 0.0 || m == 0.0;
    const auto is_near = abs(d) <= 0.5 * m;
    const auto mean = select(flat, 1.0, m);
    return branch(
        is_near && !flat, [&] { return log1p(select(is_near, d, 0.0) / mean); },
        [&] { return log(select(flat, 1.0, x) / mean); });
  }
  template <class T>
  [[gnu::always_inline]] static constexpr T partial(Argument<1>, const T& x, const T& m,
                                                    const T& d) {
    const auto no_mean = m == 0.0;
    const auto difference = select(abs(d) <= 0.5 * m, d, x - m);
    const auto slope = -select(no_mean, 0.0, difference) / select(no_mean, 1.0, m);
    return select(x == 0.0 && no_mean, 1.0, slope);
  }
  static constexpr NoGradient partial(Argument<2>, const auto&, const auto&, const auto&) {
    return {};
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::pure]] static constexpr T value(const T& x, const T& m, const T& d) {
      const auto t = d / m;
      return branch(
          abs(t) <= kNear,
          [&] {  // m ((1 + t) log(1 + t) - t)
            constexpr double kSeries[] = {1. / 2, -1. / 6, 1. / 12, -1. / 20};
            return d * t * polynomial(kSeries, t);
          },
          [&] {  // m + 0.0 turns -0 into 0
            return select(x > 0.0 && m < kInfinity, x * log(x / (m + 0.0)) - d, -d);
          });
    }
  };

  /// Up to this relative difference of its arguments, a short series gives a divergence to float
  /// precision. Beyond, the textbook formula in double is accurate enough.
  static constexpr double kNear = 0x1p-11;

 private:
  template <class T>
  static constexpr T x_log_ratio(const T& x, const T& m) {
    const auto ratio = x / m;
    return branch(
        ratio > 1e-290 && ratio < 1e290,
        [&] {
          const auto [high, low] = two_product(ratio, m);  // it may round to infinity
          return x * log(ratio) + select(high < kInfinity, (x - high) - low, 0.0);
        },
        [&] { return x * (log(x) - log(m)); });
  }
};

struct Bd0 {
  static constexpr const char* kName = "bd0";
  static constexpr auto value(const auto& x, const auto& m) { return deviance(x, m, x - m); }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& m) { return log(x / m); }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& m) { return (m - x) / m; }
};

}  // namespace torch::distributions::ops::special
