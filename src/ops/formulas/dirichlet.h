#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/stirling.h"
#include "ops/special/stirling_divergence.h"
#include "ops/special/xlogy.h"

namespace torch::distributions::ops::formulas {

/// What one component adds to a function of Dirichlet(a), where A is the sum of a. The same of the
/// total, as if it were a component, is what has to be subtracted in the end.
struct DirichletComponent {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr Functions kResultInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, parameter(1)}};

  /// A vector of Gamma(a, A) has that direction: its density, without the factor exp(-A x), as the
  /// sum of x is 1.
  static constexpr auto log_prob(const auto& a, const auto& total) {
    return [kernel = gamma_log_density.given(a, total), total](const auto& x) {
      return kernel(x) + total * x;
    };
  }

  /// lgamma(a) - (a - n) psi(a), less what cancels: `n` is 1 for a component and the number of
  /// those for the total.
  static constexpr auto entropy(const auto& n, const auto& a) {
    return log_factorial_remainder(a) + (a - n) * log_minus_digamma(a) + xlogy(n - 1.0, a);
  }
};

/// What one component adds to KL(Dirichlet(a) || Dirichlet(b)); the same of the totals has to be
/// subtracted.
struct DirichletComponentDivergence {
  static constexpr std::size_t kParameters = 4;
  static constexpr Functions kInDouble = kEvery;
  static constexpr Functions kResultInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// The Bregman divergence of lgamma, from a to b: that of x log x - x from the component's share
  /// of a total that has grown, and what Stirling's formula leaves. `ratio` is that of the totals,
  /// and `growth` what it has above 1, which it may not tell.
  static constexpr auto kl(const auto& a, const auto& b, const auto& growth, const auto& ratio) {
    const auto d = b - a;
    const auto own_growth = a * growth;
    const auto expected = a * ratio;
    // From the differences of the parameters, unless those are the larger numbers.
    const auto is_near = abs(d) + abs(own_growth) < b + expected;
    return deviance(b, expected, select(is_near, d - own_growth, b - expected)) +
           stirling_divergence(b, a, d);
  }
};

}  // namespace torch::distributions::ops::formulas
