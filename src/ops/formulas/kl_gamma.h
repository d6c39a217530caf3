#pragma once

#include "ops/formulas/exponential.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/normal.h"
#include "ops/special/deviance.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"
#include "ops/special/stirling_divergence.h"

/// KL(Gamma || ...) and KL(Exponential || ...).

namespace torch::distributions::ops::formulas {

struct GammaGamma : Between<Gamma, Gamma> {
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& a_p, const auto& rate_p, const auto& a_q,
                           const auto& rate_q) {
    const auto d = a_q - a_p;
    const auto expected = a_p * (rate_q / rate_p);
    // From the differences of the parameters, unless those are the larger numbers.
    const auto growth = a_p * ((rate_q - rate_p) / rate_p);
    const auto excess = select(abs(d) + abs(growth) < a_q + expected, d - growth, a_q - expected);
    return deviance(a_q, expected, excess) + stirling_divergence(a_q, a_p, d);
  }
};

struct GammaExponential : Between<Gamma, Exponential> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& a_p, const auto& rate_p, const auto& rate_q) {
    return GammaGamma::kl(a_p, rate_p, like(rate_q, 1.0), rate_q);
  }
};

struct GammaNormal : Between<Gamma, Normal> {
  static constexpr Functions kInDouble = kEvery;

  /// The divergence from the normal distribution of the same mean and variance, which Stirling's
  /// formula makes small for a large `a`, and that between the two normals.
  static constexpr auto kl(const auto& a, const auto& rate, const auto& loc, const auto& scale) {
    const auto negentropy = 0.5 / a - stirlerr(a) + (a - 1.0) * stirlerr_d1(a);
    return nonnegative(negentropy) + NormalNormal::kl(a / rate, sqrt(a) / rate, loc, scale);
  }
};

struct ExponentialExponential : Between<Exponential, Exponential> {
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& rate_p, const auto& rate_q) {
    return itakura_saito(rate_q, rate_p);
  }
};

struct ExponentialGamma : Between<Exponential, Gamma> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& rate_p, const auto& a_q, const auto& rate_q) {
    return GammaGamma::kl(like(rate_p, 1.0), rate_p, a_q, rate_q);
  }
};

struct ExponentialNormal : Between<Exponential, Normal> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& rate, const auto& loc, const auto& scale) {
    const auto mean = 1.0 / rate;  // and standard deviation
    return (kNormalEntropy - 1.0) + NormalNormal::kl(mean, mean, loc, scale);
  }
};

}  // namespace torch::distributions::ops::formulas
