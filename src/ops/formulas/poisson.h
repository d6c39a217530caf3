#pragma once

#include "ops/formulas/binomial.h"
#include "ops/formulas/counts.h"
#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/poisson_entropy.h"
#include "ops/special/poisson_log_density.h"

namespace torch::distributions {
class Poisson;
}

namespace torch::distributions::ops::formulas {

struct Poisson {
  using Family = distributions::Poisson;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kLogProb | kEntropy;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter}, {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& rate) { return rate >= 0.0; }

  static constexpr auto is_possible(const auto& k, const auto&) { return is_count(k); }

  static constexpr auto log_prob(const auto& rate) { return poisson_log_density.given(rate); }
  static constexpr auto mean(const auto& rate) { return rate; }
  static constexpr auto mode(const auto& rate) { return floor(rate); }
  static constexpr auto variance(const auto& rate) { return rate; }
  /// For large rates the asymptotic series of Binomial(n, rate / n) for n to infinity.
  static constexpr auto entropy(const auto& rate) {
    // 0 is replaced, where the entropy is 0 but its derivative infinite, and so is infinity.
    const auto usual = rate > 0.0 && rate < kInfinity;
    const auto m = select(usual, rate, 1.0);
    const auto large = m >= kSeriesVariance;
    const auto series = binomial_entropy_series(select(large, m, kSeriesVariance), 0.0);
    const auto sum = poisson_entropy_sum(select(large, 1.0, m));
    const auto at_end = select(rate == 0.0, 0.0, rate);
    return select(usual, select(large, series, sum), at_end);
  }
};

template <>
struct Kl<Poisson, Poisson> : Between<Poisson, Poisson> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& rate_p, const auto& rate_q) {
    return deviance(rate_p, rate_q, rate_p - rate_q);
  }
};

}  // namespace torch::distributions::ops::formulas
