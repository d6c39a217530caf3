#pragma once

#include "ops/formulas/exponential.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/normal.h"
#include "ops/formulas/uniform.h"
#include "ops/special/deviance.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/exponential.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/normal.h"
#include "ops/special/stirling.h"
#include "ops/special/stirling_divergence.h"

namespace torch::distributions {
class Gumbel;
}

namespace torch::distributions::ops::formulas {

struct Gumbel {
  using Family = distributions::Gumbel;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto&, const auto& scale) { return scale >= 0.0; }

  /// -y - exp(-y) - log s. Each y is clamped where its term has no effect on the sum: at an
  /// infinite y the terms would be inf - inf, or their derivatives 0 times infinity.
  static constexpr auto log_prob(const auto& loc, const auto& scale) {
    return [loc, scale, log_scale = log(scale)](const auto& x) {
      constexpr double kFar = 1000;  // exp(kFar) is infinite, exp(-kFar) is 0 in double
      const auto y = standardized(x, loc, scale);
      return 0.0 - (max(y, -kFar) + exp(-min(y, kFar)) + log_scale);
    };
  }
  static constexpr auto cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kImpossible = -7, kCertain = 800;  // beyond, the cdf is 0 or 1 in double
      const auto y = standardized(x, loc, scale);
      const auto uncertain = !(y < kImpossible || y > kCertain);
      const auto body = [](const auto&... inputs) { return exp(-exp(-standardized(inputs...))); };
      return select(y > kCertain, 1.0, within(uncertain, 0.0, body, x, loc, scale));
    };
  }
  /// loc - s log(-log p). At p = 0 it is log p instead, which has the same limit and slope: the
  /// chain rule would multiply 0 by infinity.
  static constexpr auto icdf(const auto& loc, const auto& scale) {
    return [=](const auto& p) {
      const auto lowest = within(
          p == 0.0, 0.0, [](const auto& q) { return log(q); }, p);
      const auto others = within(
          p != 0.0, 0.0, [](const auto& q) { return log(0.0 - log(q)); }, p);
      return loc + scale * (lowest - others);
    };
  }
  static constexpr auto log_cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kCertain = 800;  // beyond, it is 0 in double
      const auto uncertain = !(standardized(x, loc, scale) > kCertain);
      const auto body = [](const auto&... inputs) { return 0.0 - exp(-standardized(inputs...)); };
      return within(uncertain, 0.0, body, x, loc, scale);
    };
  }
  static constexpr auto log_survival_function(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kCertain = -7, kFar = 40;  // beyond, it is 0 or -y in double
      const auto y = standardized(x, loc, scale);
      const auto far = y > kFar;
      const auto body = [](const auto&... inputs) {
        return log1mexp(-exp(-standardized(inputs...)));
      };
      const auto tail = [](const auto&... inputs) { return 0.0 - standardized(inputs...); };
      return select(far, within(far && x < kInfinity, -kInfinity, tail, x, loc, scale),
                    within(!(far || y < kCertain), 0.0, body, x, loc, scale));
    };
  }
  static constexpr auto mean(const auto& loc, const auto& scale) { return loc + kEuler * scale; }
  static constexpr auto mode(const auto& loc, const auto&) { return loc; }
  static constexpr auto variance(const auto& loc, const auto& scale) {
    return square(stddev(loc, scale));
  }
  static constexpr auto stddev(const auto&, const auto& scale) { return kPiOverSqrt6 * scale; }
  static constexpr auto entropy(const auto&, const auto& scale) {
    return log(scale) + (1.0 + kEuler);
  }
};

// For X ~ p and y = (X - loc) / scale, the divergence of p from a Gumbel distribution is
//     E[y] + E[exp(-y)] + log(scale) - entropy(p).
// With u = log E[exp(-y)] it is the sum of exp(u) - 1 - u and of a rest that does not depend on
// `loc`. Neither is negative, so nothing cancels.

/// exp(u) - 1 - u for u = log_mean - delta. If exp(u) overflows it is infinite, with a gradient of
/// 0.
constexpr auto exp_gap(const auto& log_mean, const auto& delta) {
  constexpr double kOverflow = 709.78;
  const auto u = select(delta == kInfinity, kInfinity, log_mean - delta);
  const auto gap = [](const auto& v) { return exp_divergence(v, like(v, 0.0)); };
  return within(!(u > kOverflow), kInfinity, gap, u);
}

template <>
struct Kl<Gumbel, Gumbel> : Between<Gumbel, Gumbel> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// With r = scale_p / scale_q, E[exp(-y)] is Gamma(1 + r) exp(-delta). The rest is
  /// lgamma(r) + gamma (r - 1), the Bregman divergence of lgamma at r from 1. It is the sum of the
  /// divergences of -log r and of lgamma(1 + r).
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    const auto divergence = [](const auto& s, const auto& t) {
      const auto at = s / t + 1.0, d = (s - t) / t;
      const auto two = like(at, 2.0);
      return deviance(at, two, d) + stirling_divergence(at, two, d);
    };
    const auto r = scale_p / scale_q, d = (scale_p - scale_q) / scale_q;
    const auto of_lgamma = within(!(r == kInfinity), kInfinity, divergence, scale_p, scale_q);
    const auto log_mean = select(r < 0.5, lgamma1p_unit(min(r, 0.5)),
                                 of_lgamma + (1.0 - kEuler) * d);  // lgamma(1 + r)
    return exp_gap(log_mean, standardized(loc_p, loc_q, scale_q)) +
           itakura_saito(scale_p, scale_q) + of_lgamma;
  }
};

template <>
struct Kl<Gumbel, Normal> : Between<Gumbel, Normal> {
  /// KL(Gumbel || N) + KL(N || q), where N is the normal distribution with the mean and variance of
  /// the Gumbel distribution.
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    constexpr double kNegentropy = kNormalEntropy + kLogPiOverSqrt6 - (1.0 + kEuler);
    return kNegentropy + Kl<Normal, Normal>::kl(Gumbel::mean(loc_p, scale_p),
                                                Gumbel::stddev(loc_p, scale_p), loc_q, scale_q);
  }
};

template <>
struct Kl<Normal, Gumbel> : Between<Normal, Gumbel> {
  /// With r = scale_p / scale_q, E[exp(-y)] is exp(r^2 / 2 - delta).
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    return (1.5 - kNormalEntropy) + 0.5 * square((scale_p - scale_q) / scale_q) +
           itakura_saito(scale_p, scale_q) +
           exp_gap(0.5 * square(scale_p / scale_q), standardized(loc_p, loc_q, scale_q));
  }
};

template <>
struct Kl<Gamma, Gumbel> : Between<Gamma, Gumbel> {
  /// With b = 1 / (rate scale), E[exp(-y)] is (1 + b)^-a exp(loc / scale). The rest is that of the
  /// normal distribution with the same mean and variance, plus the negentropy of the Gamma
  /// distribution.
  static constexpr auto kl(const auto& a, const auto& rate, const auto& loc, const auto& scale) {
    const auto b = min(1.0 / rate / scale, kLargestNumber);
    const auto log_deviation = 0.5 * log(a) - log(rate);
    return nonnegative((1.0 - kNormalEntropy) + Gamma::negentropy(a) - a * log1pmx(b) +
                       (log(scale) - log_deviation)) +
           exp_gap(-a * log1p(b), -loc / scale);
  }
};

template <>
struct Kl<Exponential, Gumbel> : Between<Exponential, Gumbel> {
  static constexpr auto kl(const auto& rate, const auto& loc, const auto& scale) {
    return Kl<Gamma, Gumbel>::kl(like(rate, 1.0), rate, loc, scale);
  }
};

template <>
struct Kl<Uniform, Gumbel> : Between<Uniform, Gumbel> {
  /// With w = (high - low) / scale, E[exp(-y)] is (1 - exp(-w)) / w exp(-delta) for
  /// delta = (low - loc) / scale.
  static constexpr auto kl(const auto& low, const auto& high, const auto& loc, const auto& scale) {
    constexpr double kLeast = 1e-150;
    const auto deviation = Uniform::stddev(low, high);
    const auto w = clamp(kSqrt12 * (deviation / scale), kLeast, kLargestNumber);
    const auto narrow = min(w, 1.0), wide = max(w, 1.0);
    const auto log_mean = select(w < 1.0, log1p(-exp_divergence(-narrow, like(w, 0.0)) / narrow),
                                 log(-expm1(-wide) / wide));
    return (2.0 - kLog2) + log_mean + itakura_saito(deviation, (2.0 / kSqrt12) * scale) +
           exp_gap(log_mean, standardized(low, loc, scale));
  }
};

}  // namespace torch::distributions::ops::formulas
