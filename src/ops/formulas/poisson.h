#pragma once

#include "ops/formulas/counts.h"
#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/poisson_log_density.h"

namespace torch::distributions {
class Poisson;
}

namespace torch::distributions::ops::formulas {

struct Poisson {
  using Family = distributions::Poisson;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kLogProb;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter}};

  static constexpr auto in_range(const auto& rate) { return rate >= 0.0; }

  static constexpr auto is_possible(const auto& k, const auto&) { return is_count(k); }

  static constexpr auto log_prob(const auto& rate) { return poisson_log_density.given(rate); }
  static constexpr auto mean(const auto& rate) { return rate; }
  static constexpr auto mode(const auto& rate) { return floor(rate); }
  static constexpr auto variance(const auto& rate) { return rate; }
};

template <>
struct Kl<Poisson, Poisson> : Between<Poisson, Poisson> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& rate_p, const auto& rate_q) {
    return deviance(rate_p, rate_q, rate_p - rate_q);
  }
};

}  // namespace torch::distributions::ops::formulas
