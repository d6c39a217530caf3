#pragma once

#include "ops/formulas/formula.h"

namespace torch::distributions::ops::formulas {

/// The exponential of Normal(loc, scale).
struct LogNormal {
  static constexpr std::size_t kParameters = 2;
  static constexpr InDouble kInDouble = InDouble::kAlways;

  static auto log_prob(const auto& loc, const auto& scale) {
    return [loc, scale, log_normalizer = log(scale) + kLogSqrt2Pi](const auto& x) {
      const auto outside = x <= 0.0;
      const auto log_x = log(select(outside, 1.0, x));
      return select(outside, -kInfinity,
                    -0.5 * square((log_x - loc) / scale) - log_normalizer - log_x);
    };
  }
  static auto cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      const auto outside = x <= 0.0;
      return select(outside, 0.0, ndtr((log(select(outside, 1.0, x)) - loc) / scale));
    };
  }
  // An exponent's rounding error is the relative error of its exponential: here and below it is put
  // back.
  static auto icdf(const auto& loc, const auto& scale) {
    return [=](const auto& p) {
      const auto z = ndtri(p);
      const auto deviation = scale * z;
      return exp(loc + deviation) * (1.0 + sum_error(loc, deviation) + product_error(scale, z));
    };
  }
  static auto mean(const auto& loc, const auto& scale) {
    const auto s2 = square(scale);
    const auto exponent = loc + 0.5 * s2;
    return exp(exponent) * (1.0 + sum_error(loc, 0.5 * s2) + 0.5 * product_error(scale, scale));
  }
  static auto mode(const auto& loc, const auto& scale) {
    const auto s2 = square(scale);
    const auto exponent = loc - s2;
    return exp(exponent) * (1.0 + sum_error(loc, -s2) - product_error(scale, scale));
  }
  /// (1 - exp(-s^2)) exp(2 (loc + s^2)): unlike exp(s^2), its factors are finite wherever the
  /// variance is.
  static auto variance(const auto& loc, const auto& scale) {
    const auto s2 = square(scale);
    const auto exponent = loc + s2;
    const auto error = sum_error(loc, s2) + product_error(scale, scale);
    return -expm1(-s2) * exp(2.0 * exponent) * (1.0 + 2.0 * error);
  }
  static auto entropy(const auto& loc, const auto& scale) {
    return kNormalEntropy + log(scale) + loc;
  }
};

}  // namespace torch::distributions::ops::formulas
