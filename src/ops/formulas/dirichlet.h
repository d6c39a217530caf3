#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/stirling.h"
#include "ops/special/stirling_divergence.h"
#include "ops/special/xlogy.h"

namespace torch::distributions::ops::formulas {

/// The term of one component in a function of Dirichlet(a). A function is the sum of its terms over
/// the components, minus the same term of the total A = sum a in place of a component.
struct DirichletComponent {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr Functions kResultInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, parameter(1)}};

  /// The log density of Gamma(a, A), whose normalized draws follow Dirichlet(a). Its term -A x is
  /// left out: it cancels in the difference, since x sums to 1.
  static constexpr auto log_prob(const auto& a, const auto& total) {
    return [kernel = gamma_log_density.given(a, total), total](const auto& x) {
      return kernel(x) + total * x;
    };
  }

  /// lgamma(a) - (a - n) psi(a), without the terms that cancel in the sum. `n` is 1 for a
  /// component, and the number of components for the total.
  static constexpr auto entropy(const auto& n, const auto& a) {
    return log_factorial_remainder(a) + (a - n) * log_minus_digamma(a) + xlogy(n - 1.0, a);
  }
};

/// The term of one component in KL(Dirichlet(a) || Dirichlet(b)). The divergence is the sum of the
/// terms over the components, minus the same term of the totals.
struct DirichletComponentDivergence {
  static constexpr std::size_t kParameters = 4;
  static constexpr Functions kInDouble = kEvery;
  static constexpr Functions kResultInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// The Bregman divergence of lgamma at b from a: the deviance of b from a * ratio, plus
  /// stirling_divergence. `ratio` is (total of b) / (total of a). `growth` is ratio - 1 without the
  /// rounding of `ratio`.
  static constexpr auto kl(const auto& a, const auto& b, const auto& growth, const auto& ratio) {
    const auto d = b - a;
    const auto own_growth = a * growth;
    const auto expected = a * ratio;
    // Two equal forms of b - a * ratio. The one with the smaller terms is used.
    const auto is_near = abs(d) + abs(own_growth) < b + expected;
    return deviance(b, expected, select(is_near, d - own_growth, b - expected)) +
           stirling_divergence(b, a, d);
  }
};

}  // namespace torch::distributions::ops::formulas
