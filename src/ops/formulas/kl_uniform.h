#pragma once

#include "ops/formulas/beta.h"
#include "ops/formulas/exponential.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/normal.h"
#include "ops/formulas/uniform.h"
#include "ops/special/beta_log_density.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/log_mean_gap.h"
#include "ops/special/rounding.h"

/// KL(Uniform || ...): -log(high - low) less the average of the log density of `q` over the
/// interval. That average is taken as the log density at the middle, less Jensen's gaps of its
/// logarithms.

namespace torch::distributions::ops::formulas {

struct UniformBeta : Between<Uniform, Beta> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& low_p, const auto& high_p, const auto& a, const auto& b) {
    const auto covered = low_p >= 0.0 && high_p <= 1.0;
    const auto low = select(covered, low_p, 0.0), high = select(covered, high_p, 1.0);
    const auto value = (a - 1.0) * log_mean_gap(low, high) +
                       (b - 1.0) * log_mean_gap(1.0 - high, 1.0 - low) -
                       beta_log_density(0.5 * (low + high), a, b) - log(high - low);
    return select(covered, nonnegative(value), kInfinity);
  }
};

struct UniformGamma : Between<Uniform, Gamma> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& low_p, const auto& high_p, const auto& a, const auto& rate) {
    const auto covered = low_p >= 0.0;
    const auto low = select(covered, low_p, 0.0), high = select(covered, high_p, 1.0);
    const auto value = (a - 1.0) * log_mean_gap(low, high) -
                       gamma_log_density(Uniform::mean(low, high), a, rate) -
                       Uniform::log_width(low, high);
    return select(covered, nonnegative(value), kInfinity);
  }
};

struct UniformExponential : Between<Uniform, Exponential> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& low, const auto& high, const auto& rate) {
    const auto divergence = [](const auto& a, const auto& b, const auto& r) {
      return r * Uniform::mean(a, b) - log(r) - Uniform::log_width(a, b);
    };
    return within(low >= 0.0 && rate < kInfinity, kInfinity, divergence, low, high, rate);
  }
};

struct UniformNormal : Between<Uniform, Normal> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& low, const auto& high, const auto& loc, const auto& scale) {
    return (kNormalEntropy - kLogSqrt12) +
           NormalNormal::kl(Uniform::mean(low, high), Uniform::stddev(low, high), loc, scale);
  }
};

struct UniformUniform : Between<Uniform, Uniform> {
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& low_p, const auto& high_p, const auto& low_q,
                           const auto& high_q) {
    const auto divergence = [](const auto& a, const auto& b, const auto& low, const auto& high) {
      const auto wide = Uniform::is_wide(low, high);
      const auto start = halved_where(wide, a);
      const auto end = halved_where(wide, b);
      const auto beyond = (start - halved_where(wide, low)) + (halved_where(wide, high) - end);
      return log1p(beyond / (end - start));
    };
    const auto covered = low_q <= low_p && high_q >= high_p;
    return within(covered, kInfinity, divergence, low_p, high_p, low_q, high_q);
  }
};

}  // namespace torch::distributions::ops::formulas
