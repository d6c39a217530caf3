#pragma once

#include "ops/formulas/formula.h"

/// What one category adds to the log density and to the entropy of a categorical distribution,
/// whose values are one-hot vectors: a 1 among zeros.

namespace torch::distributions::ops::formulas {

/// log p, which at 0 has no gradient.
inline auto log_of_probability(const auto& p) {
  const auto none = p == 0.0;
  return select(none, -kInfinity, log(select(none, 1.0, p)));
}

/// log p where `x` is 1. Whether there is a 1 is for the sum to see.
inline auto log_prob_of_hot(const auto& log_p) {
  return [log_p](const auto& x) {
    return select(x == 1.0, log_p, select(x == 0.0, 0.0 * x, -kInfinity));
  };
}

struct Category {  // of its probability
  static constexpr std::size_t kParameters = 1;
  static constexpr InDouble kInDouble = InDouble::kNever;

  static auto log_prob(const auto& p) { return log_prob_of_hot(log_of_probability(p)); }
  static auto entropy(const auto& p) { return -xlogy(p, p); }
};

struct CategoryLogits {  // of the logarithm of its probability
  static constexpr std::size_t kParameters = 1;
  static constexpr InDouble kInDouble = InDouble::kNever;

  static auto log_prob(const auto& log_p) { return log_prob_of_hot(log_p); }
  /// 0 log 0 = 0: masked before it is multiplied.
  static auto entropy(const auto& log_p) {
    return -(exp(log_p) * select(log_p == -kInfinity, 0.0, log_p));
  }
};

}  // namespace torch::distributions::ops::formulas
