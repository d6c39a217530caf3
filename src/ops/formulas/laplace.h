#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/mean_distance.h"
#include "ops/special/normal.h"

namespace torch::distributions {
class Laplace;
}

namespace torch::distributions::ops::formulas {

struct Laplace {
  using Family = distributions::Laplace;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto&, const auto& scale) { return scale >= 0.0; }

  static constexpr auto log_prob(const auto& loc, const auto& scale) {
    return [loc, scale, log_normalizer = log(scale) + kLog2](const auto& x) {
      return 0.0 - (side(x, loc) * standardized(x, loc, scale) + log_normalizer);
    };
  }
  static constexpr auto cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kCertain = 800;  // beyond, the cdf is 0 or 1 in double
      const auto uncertain = !(abs(standardized(x, loc, scale)) > kCertain);
      const auto tail = [](const auto& y, const auto& m, const auto& s) {
        const auto z = standardized(y, m, s);
        return 0.5 * exp(select(y <= m, z, -z));
      };
      const auto smaller = within(uncertain, 0.0, tail, x, loc, scale);
      return select(x <= loc, smaller, 1.0 - smaller);
    };
  }
  static constexpr auto icdf(const auto& loc, const auto& scale) {
    return [=](const auto& p) {
      const auto lower = p <= 0.5;
      const auto z = log(2.0 * select(lower, p, 1.0 - p));
      return loc + scale * select(lower, z, -z);
    };
  }
  static constexpr auto log_cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kCertain = 800;  // beyond, the cdf is 1 in double
      const auto lower = x <= loc;
      const auto uncertain = !(lower || standardized(x, loc, scale) > kCertain);
      const auto left = within(
          lower && x > -kInfinity && loc < kInfinity, -kInfinity,
          [](const auto&... inputs) { return standardized(inputs...) - kLog2; }, x, loc, scale);
      const auto right = within(
          uncertain, 0.0,
          [](const auto&... inputs) { return log1p(-0.5 * exp(-standardized(inputs...))); }, x, loc,
          scale);
      return select(lower, left, right);
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
  static constexpr auto variance(const auto&, const auto& scale) { return 2.0 * square(scale); }
  static constexpr auto stddev(const auto&, const auto& scale) { return 2 * kSqrtHalf * scale; }
  static constexpr auto entropy(const auto&, const auto& scale) {
    return log(scale) + (1.0 + kLog2);
  }

 private:
  /// The sign of x - loc. Times x - loc it is |x - loc|, with the right slope even at underflow.
  static constexpr auto side(const auto& x, const auto& loc) {
    return select(x < loc, -1.0, select(x > loc, 1.0, like(x, 0.0)));
  }
};

template <>
struct Kl<Laplace, Laplace> : Between<Laplace, Laplace> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    return itakura_saito(scale_p, scale_q) + laplace_mean_distance(loc_p - loc_q, scale_p, scale_q);
  }
};

template <>
struct Kl<Laplace, Normal> : Between<Laplace, Normal> {
  /// KL(Laplace || N) + KL(N || q), where N is the normal distribution with the mean and variance
  /// of the Laplace distribution.
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    constexpr double kNegentropy = kNormalEntropy - 1.0 - 0.5 * kLog2;
    return kNegentropy +
           Kl<Normal, Normal>::kl(loc_p, Laplace::stddev(loc_p, scale_p), loc_q, scale_q);
  }
};

}  // namespace torch::distributions::ops::formulas
