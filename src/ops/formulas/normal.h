#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/mean_distance.h"
#include "ops/special/normal.h"

namespace torch::distributions {
class Normal;
}

namespace torch::distributions::ops::formulas {

struct Laplace;

struct Normal {
  using Family = distributions::Normal;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto&, const auto& scale) { return scale >= 0.0; }

  static constexpr auto log_prob(const auto& loc, const auto& scale) {
    return [loc, scale, log_normalizer = log(scale) + kLogSqrt2Pi](const auto& x) {
      return -0.5 * square(standardized(x, loc, scale)) - log_normalizer;
    };
  }
  static constexpr auto cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kCertain = 40;  // beyond, the cdf is 0 or 1 in double
      const auto z = standardized(x, loc, scale);
      const auto uncertain = !(abs(z) > kCertain);
      const auto tail = [](const auto&... inputs) { return ndtr(standardized(inputs...)); };
      return select(z > kCertain, 1.0, within(uncertain, 0.0, tail, x, loc, scale));
    };
  }
  static constexpr auto icdf(const auto& loc, const auto& scale) {
    return [=](const auto& p) { return loc + scale * ndtri(p); };
  }
  static constexpr auto log_cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      const auto z = standardized(x, loc, scale);
      const auto tail = [](const auto&... inputs) { return log_ndtr(standardized(inputs...)); };
      const auto finite = !(abs(z) == kInfinity);
      return select(z == kInfinity, 0.0, within(finite, -kInfinity, tail, x, loc, scale));
    };
  }
  // The distribution is symmetric: P(X > x) is the cdf at `loc` of the distribution around x.
  static constexpr auto survival_function(const auto& loc, const auto& scale) {
    return [=](const auto& x) { return cdf(x, scale)(loc); };
  }
  static constexpr auto log_survival_function(const auto& loc, const auto& scale) {
    return [=](const auto& x) { return log_cdf(x, scale)(loc); };
  }
  static constexpr auto mean(const auto& loc, const auto&) { return loc; }
  static constexpr auto mode(const auto& loc, const auto&) { return loc; }
  static constexpr auto variance(const auto&, const auto& scale) { return square(scale); }
  static constexpr auto stddev(const auto&, const auto& scale) { return scale; }
  static constexpr auto entropy(const auto&, const auto& scale) {
    return kNormalEntropy + log(scale);
  }
};

template <>
struct Kl<Normal, Normal> : Between<Normal, Normal> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    return 0.5 * (square(standardized(loc_p, loc_q, scale_q)) +
                  square((scale_p - scale_q) / scale_q)) +
           itakura_saito(scale_p, scale_q);
  }
};

template <>
struct Kl<Normal, Laplace> : Between<Normal, Laplace> {
  /// The sum of E|X - loc_q| / scale_q, -log(m / scale_q) and a constant, with
  /// m = E|X - loc_p| = sqrt(2 / pi) scale_p.
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    constexpr double kLeast = 0.048417294710545135;  // 1/2 + log(2 / pi)
    return kLeast + itakura_saito(kSqrtTwoOverPi * scale_p, scale_q) +
           normal_mean_distance(loc_p - loc_q, scale_p, scale_q);
  }
};

}  // namespace torch::distributions::ops::formulas
