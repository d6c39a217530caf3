#pragma once

#include "ops/formulas/formula.h"

namespace torch::distributions::ops::formulas {

struct Beta {
  static constexpr std::size_t kParameters = 2;
  static constexpr InDouble kInDouble = InDouble::kAlways;

  static auto log_prob(const auto& a, const auto& b) {
    return [kernel = beta_log_kernel(a, b)](const auto& x) {
      const auto outside = x < 0.0 || x > 1.0;
      return select(outside, -kInfinity, kernel(select(outside, 0.5, x)));
    };
  }
  static auto mean(const auto& a, const auto& b) { return a / (a + b); }

  /// The end at which the density is infinite, if there is one such end; NaN if there are two, or
  /// none and it is flat.
  static auto mode(const auto& a, const auto& b) {
    const auto interior = (a - 1.0) / ((a - 1.0) + (b - 1.0));
    return select(a < 1.0 && b < 1.0, kNaN, select(a < 1.0, 0.0, select(b < 1.0, 1.0, interior)));
  }
  static auto variance(const auto& a, const auto& b) {
    const auto sum = a + b;
    return (a / sum) * (b / sum) / (sum + 1.0);
  }

  /// lbeta(a, b) - (a - 1) psi(a) - (b - 1) psi(b) + (a + b - 2) psi(a + b), with Stirling's
  /// formula for the log-gammas written out, so that what is large cancels before it is computed.
  static auto entropy(const auto& a, const auto& b) {
    const auto sum = a + b;
    const auto of_sum = log_minus_digamma(sum, sum);
    return stirling_remainder(a) + stirling_remainder(b) - stirling_remainder(sum) +
           (a - 1.0) * (log_minus_digamma(a, a) - of_sum) +
           (b - 1.0) * (log_minus_digamma(b, b) - of_sum) - log(sum);
  }
};

}  // namespace torch::distributions::ops::formulas
