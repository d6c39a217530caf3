#pragma once

#include "ops/special/exponential.h"

namespace torch::distributions::ops::special {

/// x/y - log(x/y) - 1, the Bregman divergence of -log, for x, y > 0: the Itakura-Saito distance. It
/// is infinite if x is infinite. Error: relative, 8 units.
struct ItakuraSaito;
inline constexpr Function<ItakuraSaito> itakura_saito{};

/// log(x/y * factor). x/y may overflow; `factor` is of ordinary size.
constexpr auto log_quotient(const auto& x, const auto& y, const auto& factor) {
  const auto quotient = x / y;
  return branch(
      quotient > 1e-290 && quotient < 1e290, [&] { return log(quotient * factor); },
      [&] { return log(x) - log(y) + log(factor); });
}

struct ItakuraSaito {
  static constexpr const char* kName = "itakura_saito";

  template <class T>
  static constexpr T value(const T& x, const T& y) {
    return of_difference(x, y, x - y);
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& y) {
    return (x - y) / y / x;
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& y) {
    return (y - x) / y / y;
  }

  /// The value from d = x - y.
  template <class T>
  static constexpr T of_difference(const T& x, const T& y, const T& d) {
    const T t = d / y;
    return branch(
        abs(t) <= 0.5, [&] { return 0.0 - log1pmx(t); },
        [&] { return select(x == kInfinity, t, t - log_quotient(x, y, like(x, 1.0))); });
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::pure]] static constexpr T value(const T& x, const T& y) {
      const T t = (x - y) / y;
      return branch(
          abs(t) <= 0.5,
          [&] {  // log1pmx with half of its terms
            constexpr double kSeries[] = {1. / 3,  1. / 5,  1. / 7,  1. / 9, 1. / 11,
                                          1. / 13, 1. / 15, 1. / 17, 1. / 19};
            const T r = t / (t + 2.0), r_squared = r * r;
            return r * (t - 2.0 * r_squared * polynomial(kSeries, r_squared));
          },
          [&] { return select(x == kInfinity, t, t - log(x / y)); });
    }
  };
};

}  // namespace torch::distributions::ops::special
