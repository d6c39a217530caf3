#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/beta_log_density.h"
#include "ops/special/stirling.h"

namespace torch::distributions::ops::formulas {

struct Beta {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& a, const auto& b) { return a >= 0.0 && b >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x < 0.0 || x > 1.0);
  }

  static constexpr auto log_prob(const auto& a, const auto& b) {
    return beta_log_density.given(a, b);
  }
  static constexpr auto mean(const auto& a, const auto& b) { return share(a, b); }

  /// The end at which the density is infinite, if there is one such end; NaN if there are two, or
  /// none and it is flat.
  static constexpr auto mode(const auto& a, const auto& b) {
    const auto interior = [](const auto& c, const auto& d) { return share(c - 1.0, d - 1.0); };
    const auto at_most = within(!(a < 1.0 || b < 1.0), 1.0, interior, a, b);
    return select(a < 1.0 && b < 1.0, kNaN, select(a < 1.0, 0.0, at_most));
  }
  static constexpr auto variance(const auto& a, const auto& b) {
    const auto huge = is_huge(a, b);
    const auto sum = halved_where(huge, a) + halved_where(huge, b);
    const auto result = share(a, b) * share(b, a) / (sum + 1.0);
    return select(huge, 0.5 * result, result);
  }

  /// The variance may underflow, and a / (a + b).
  static constexpr auto stddev(const auto& a, const auto& b) {
    const auto huge = is_huge(a, b);
    const auto first = halved_where(huge, a), second = halved_where(huge, b);
    const auto sum = first + second, root = sqrt(sum);
    const auto result = (sqrt(first) / root) * (sqrt(second) / root) / sqrt(sum + 1.0);
    return select(huge, result * kSqrtHalf, result);
  }

  /// lbeta(a, b) - (a - 1) psi(a) - (b - 1) psi(b) + (a + b - 2) psi(a + b), with Stirling's
  /// formula for the log-gammas written out, so that what is large cancels before it is computed.
  static constexpr auto entropy(const auto& a, const auto& b) {
    // Of huge shapes it is that of a normal distribution, whose variance is proportional to them.
    const auto huge = is_huge(a, b);
    const auto half = entropy_of_sum(halved_where(huge, a), halved_where(huge, b));
    return select(huge, half - 0.5 * kLog2, half);
  }

 private:
  /// Whether the sum overflows.
  static constexpr auto is_huge(const auto& a, const auto& b) { return a + b == kInfinity; }

  /// a / (a + b)
  static constexpr auto share(const auto& a, const auto& b) {
    const auto huge = is_huge(a, b);
    const auto part = halved_where(huge, a);
    return part / (part + halved_where(huge, b));
  }

  static constexpr auto entropy_of_sum(const auto& a, const auto& b) {
    const auto sum = a + b;
    const auto of_sum = log_minus_digamma(sum);
    return log_factorial_remainder(a) + log_factorial_remainder(b) - log_factorial_remainder(sum) +
           (a - 1.0) * (log_minus_digamma(a) - of_sum) +
           (b - 1.0) * (log_minus_digamma(b) - of_sum) - log(sum);
  }
};

}  // namespace torch::distributions::ops::formulas
