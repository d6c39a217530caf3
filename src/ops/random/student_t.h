#pragma once

#include "ops/random/uniforms.h"
#include "ops/special/constants.h"

namespace torch::distributions::ops::random {
namespace {

/// Draws of StudentT(df). R. W. Bailey, "Polar generation of random variates with the
/// t-distribution", 1994: sqrt(df expm1(2 E / df)) cos(angle) for a number E of Exponential(1). For
/// df = infinity, this is a normal number by Box and Muller.
struct StudentT {
  /// A draw is factor * exp(exponent). The factor neither overflows nor underflows.
  template <class T>
  struct Result {
    Lanes<T> factor, exponent;
  };

  template <class T>
  static constexpr auto draw(const Lanes<T>& df) {
    constexpr double kNormal = 0x1p64;  // for larger df, a draw is normal to the last digit
    const Lanes<T> n = select(df > 0.0, select(df < kNormal, df, kNormal), Lanes<T>(kNaN));
    return [root = sqrt(n), rate = 2.0 / n](const BitLanes<T>& of_radius,
                                            const BitLanes<T>& of_angle) {
      constexpr double kFar = 40;  // beyond, expm1(y) is exp(y) to the last digit
      const Lanes<T> y = standard_exponential<T>(of_radius) * rate;
      const Mask<T> is_far = y > kFar;
      const Lanes<T> radius = root * sqrt(expm1(select(is_far, kFar, y)));
      return Result<T>{radius * random_direction<T>(of_angle).cosine,
                       select(is_far, 0.5 * (y - kFar), 0.0)};
    };
  }

  /// scale * draw + loc. Overflows only where this number does.
  template <class T>
  [[gnu::always_inline]] static constexpr Lanes<T> moved(const Result<T>& result,
                                                         const Lanes<T>& loc,
                                                         const Lanes<T>& scale) {
    const auto& [factor, exponent] = result;
    const Lanes<T> x = branch(
        exponent > 0.0,
        [&, &factor = factor, &exponent = exponent] {
          const Lanes<T> root = exp(0.5 * exponent);
          return (factor * root) * (scale * root);
        },
        [&, &factor = factor] { return factor * scale; });
    return x + loc;
  }

  /// log |draw|
  template <class T>
  [[gnu::always_inline]] static constexpr Lanes<T> log(const Result<T>& result) {
    return engine::log(abs(result.factor)) + result.exponent;
  }
};

}  // namespace
}  // namespace torch::distributions::ops::random
