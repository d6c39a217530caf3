#pragma once

#include "ops/special/elementary.h"

namespace torch::distributions::ops::special {

/// E|X - z| for X ~ Gumbel(0, 1). Error: relative, 4 units; gradient 4, not relative.
struct GumbelMeanDistance;
inline constexpr Function<GumbelMeanDistance> gumbel_mean_distance{};

struct GumbelMeanDistance {
  static constexpr const char* kName = "gumbel_mean_distance";
  /// gamma - z + 2 E1(t) for t = exp(-z), where E1 is the exponential integral: by its power series
  /// (DLMF 6.6.2) for t <= 3, and beyond by its continued fraction (DLMF 6.9.1).
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& z) {
    // (-1)^k / (k k!). E1(t) is z - gamma minus t times this series in t.
    constexpr double kSeries[] = {-1.0,
                                  1. / 4,
                                  -1. / 18,
                                  1. / 96,
                                  -1. / 600,
                                  1. / 4320,
                                  -1. / 35280,
                                  1. / 322560,
                                  -1. / 3265920,
                                  1. / 36288000,
                                  -1. / 439084800,
                                  1. / 5748019200,
                                  -1. / 80951270400,
                                  1. / 1220496076800,
                                  -1. / 19615115520000,
                                  1. / 334764638208000,
                                  -1. / 6046686277632000,
                                  1. / 115242726703104000,
                                  -1. / 2311256907767808000.,
                                  1. / 48658040163532800000.,
                                  -1. / 1072909785605898240000.,
                                  1. / 24728016011107368960000.,
                                  -1. / 594596384994354462720000.,
                                  1. / 14890761641597746544640000.,
                                  -1. / 387780251083274649600000000.,
                                  1. / 10485577989291746525184000000.};
    constexpr double kLeast = -1.0986122886681098;  // -log 3
    return branch(
        z >= kLeast,
        [&] {
          const T t = exp(-max(z, kLeast));
          return z - (2.0 * (t * polynomial(kSeries, t)) + kEuler);
        },
        [&] {
          constexpr int kLevels = 40;
          constexpr double kVanishing = 50;  // beyond, E1 is 0 beside gamma - z
          const T t = clamp(exp(-max(z, -kVanishing)), 2.0, kVanishing);
          T rest = t * 0.0;
          for (int n = kLevels; n >= 1; --n) {
            rest = double(n) * double(n) / (t + double(2 * n + 1) - rest);
          }
          return (kEuler - z) + 2.0 * (exp(-t) / (t + 1.0 - rest));
        });
  }
  /// 2 F(z) - 1, where F is the distribution function.
  static constexpr auto partial(Argument<0>, const auto& z) {
    constexpr double kImpossible = -7;  // below, F is 0 in double
    return 2.0 * exp(-exp(-max(z, kImpossible))) - 1.0;
  }
};

}  // namespace torch::distributions::ops::special
