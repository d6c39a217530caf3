#pragma once

#include "ops/special/log_density.h"

namespace torch::distributions::ops::special {

/// x log m - m - lgamma(x + 1): the log density of Poisson(m) at x. Error: 4 units; gradient the
/// same.
struct PoissonLogDensity;
inline constexpr Function<PoissonLogDensity> poisson_log_density{};

struct PoissonLogDensity {
  static constexpr const char* kName = "poisson_log_density";
  static constexpr auto value(const auto& x, const auto& m) {
    return -(log_factorial_remainder(x) + bd0(x, m));
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& m) {
    return log_over_digamma1p(m, x);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& m) {
    return ratio_or_zero(x, m) - 1.0;
  }
};

}  // namespace torch::distributions::ops::special
