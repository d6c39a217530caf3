#pragma once

#include <utility>

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// A covariance in one of three forms, exactly one of which must be given:
/// `{.covariance_matrix = S}`, `{.precision_matrix = P}` (the inverse of S) or `{.scale_tril = L}`
/// (the lower Cholesky factor of S).
struct Covariance {
  core::Named by_name = core::Named();
  Param covariance_matrix = {};
  Param precision_matrix = {};
  Param scale_tril = {};
};

/// Factories of the three forms: `covariance_matrix(S)` is `{.covariance_matrix = S}`.
inline Covariance covariance_matrix(Param matrix) {
  return {.covariance_matrix = std::move(matrix)};
}
inline Covariance precision_matrix(Param matrix) { return {.precision_matrix = std::move(matrix)}; }
inline Covariance scale_tril(Param factor) { return {.scale_tril = std::move(factor)}; }

}  // namespace torch::distributions
