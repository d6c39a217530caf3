#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"

/// KL(Uniform || ...): -log(high - low) less the average of the log density of `q` over the
/// interval. That average is taken as the log density at the middle, less Jensen's gaps of its
/// logarithms.

namespace torch::distributions::ops::formulas {

struct UniformBeta {
  static constexpr InDouble kInDouble = InDouble::kAlways;

  static auto kl(const auto& low_p, const auto& high_p, const auto& a, const auto& b) {
    const auto covered = low_p >= 0.0 && high_p <= 1.0;
    const auto low = select(covered, low_p, 0.0), high = select(covered, high_p, 1.0);
    const auto value = (a - 1.0) * log_mean_gap(low, high) +
                       (b - 1.0) * log_mean_gap(1.0 - high, 1.0 - low) -
                       beta_log_kernel(a, b)(0.5 * (low + high)) - log(high - low);
    return select(covered, nonnegative(value), kInfinity);
  }
};

struct UniformGamma {
  static constexpr InDouble kInDouble = InDouble::kAlways;

  static auto kl(const auto& low_p, const auto& high_p, const auto& a, const auto& rate) {
    const auto covered = low_p >= 0.0;
    const auto low = select(covered, low_p, 0.0), high = select(covered, high_p, 1.0);
    const auto value = (a - 1.0) * log_mean_gap(low, high) -
                       gamma_log_kernel(a, rate)(0.5 * (low + high)) - log(high - low);
    return select(covered, nonnegative(value), kInfinity);
  }
};

struct UniformExponential {
  static constexpr InDouble kInDouble = InDouble::kNever;

  static auto kl(const auto& low, const auto& high, const auto& rate) {
    const auto covered = low >= 0.0;
    return select(covered, 0.5 * rate * (low + high) - log(rate) - log(high - low), kInfinity);
  }
};

struct UniformNormal {
  static constexpr InDouble kInDouble = InDouble::kNever;

  static auto kl(const auto& low, const auto& high, const auto& loc, const auto& scale) {
    return (kNormalEntropy - kLogSqrt12) +
           Normal::kl(0.5 * (low + high), (high - low) / kSqrt12, loc, scale);
  }
};

struct UniformUniform {
  static constexpr InDouble kInDouble = InDouble::kNever;

  static auto kl(const auto& low_p, const auto& high_p, const auto& low_q, const auto& high_q) {
    const auto covered = low_q <= low_p && high_q >= high_p;
    const auto beyond = select(covered, (low_p - low_q) + (high_q - high_p), 0.0);
    return select(covered, log1p(beyond / (high_p - low_p)), kInfinity);
  }
};

}  // namespace torch::distributions::ops::formulas
