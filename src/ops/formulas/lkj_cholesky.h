#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/half_step_remainder.h"

namespace torch::distributions::ops::formulas {

/// The term of one row in the log density of LKJCholesky, for a row with `below` rows below it.
///
/// With x = concentration + below/2, the row contributes, by its k elements before the diagonal,
///   2 (x - 1) log L_ii + lgamma(x + k/2) - lgamma(x) - k/2 log(pi).
/// The difference of lgamma is the sum over k half steps from x on. A half step from x occurs in
/// below + 1 rows, and is log(x)/2 + half_step_remainder(x), so that nothing large cancels. The term
/// here has all half steps from its own x.
struct LKJCholeskyRow {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, parameter(0), kValue}};

  static constexpr auto log_prob(const auto& concentration, const auto& below) {
    constexpr double kHalfLogPi = kLogSqrt2Pi - 0.5 * kLog2;
    const auto x = concentration + 0.5 * below;
    const auto half_step = (0.5 * log(x) - kHalfLogPi) + half_step_remainder(x);
    return [power = 2.0 * concentration + (below - 2.0), half_steps = (below + 1.0) * half_step](
               const auto& diagonal) { return power * log(diagonal) + half_steps; };
  }
};

}  // namespace torch::distributions::ops::formulas
