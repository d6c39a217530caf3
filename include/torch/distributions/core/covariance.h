#pragma once

#include <utility>

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// The three ways to give the spread of a matrix family, of which a program names exactly one:
/// `{.covariance_matrix = S}`, `{.precision_matrix = P}` (its inverse), or `{.scale_tril = L}` (its
/// lower Cholesky factor).
struct Covariance {
  core::Named by_name = core::Named();
  Param covariance_matrix = {};
  Param precision_matrix = {};
  Param scale_tril = {};
};

/// `{.covariance_matrix = S}`, `{.precision_matrix = P}` and `{.scale_tril = L}` without braces.
inline Covariance covariance_matrix(Param matrix) {
  return {.covariance_matrix = std::move(matrix)};
}
inline Covariance precision_matrix(Param matrix) { return {.precision_matrix = std::move(matrix)}; }
inline Covariance scale_tril(Param factor) { return {.scale_tril = std::move(factor)}; }

}  // namespace torch::distributions
