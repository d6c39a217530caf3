#pragma once

#include "ops/formulas/formula.h"

namespace torch::distributions::ops::formulas {

/// What one component adds to the logarithm of the density of Dirichlet(a), but for the lgamma of
/// the sum of a.
struct DirichletComponent {
  static constexpr std::size_t kParameters = 1;
  static constexpr InDouble kInDouble = InDouble::kAlways;

  /// (a - 1) log x - lgamma(a), with Stirling's formula written out.
  static auto log_prob(const auto& a) {
    return [a, rest = a - stirling_remainder(a)](const auto& x) {
      return xlogy(a - 1.0, x / a) + rest;
    };
  }
};

}  // namespace torch::distributions::ops::formulas
