#pragma once

#include "ops/formulas/formula.h"

namespace torch::distributions::ops::formulas {

/// On the closed interval from `low` to `high`.
struct Uniform {
  static constexpr std::size_t kParameters = 2;
  static constexpr InDouble kInDouble = InDouble::kNever;

  static auto log_prob(const auto& low, const auto& high) {
    return [low, high, log_density = -log(high - low)](const auto& x) {
      return select(x < low || x > high, -kInfinity, select(isnan(x), x, log_density));
    };
  }
  static auto cdf(const auto& low, const auto& high) {
    return [=](const auto& x) { return min(max((x - low) / (high - low), 0.0), 1.0); };
  }
  static auto icdf(const auto& low, const auto& high) {
    return [=](const auto& p) { return low + p * (high - low); };
  }
  static auto mean(const auto& low, const auto& high) { return 0.5 * low + 0.5 * high; }
  static auto mode(const auto&, const auto&) { return kNaN; }  // every point is one
  static auto variance(const auto& low, const auto& high) { return square(high - low) / 12.0; }
  static auto stddev(const auto& low, const auto& high) { return (high - low) / kSqrt12; }
  static auto entropy(const auto& low, const auto& high) { return log(high - low); }
};

}  // namespace torch::distributions::ops::formulas
