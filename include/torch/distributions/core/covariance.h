#pragma once

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// The three ways to give the spread of a matrix family, of which a program names exactly one:
/// `{.covariance_matrix = S}`, `{.precision_matrix = P}` (its inverse), or `{.scale_tril = L}` (its
/// lower Cholesky factor).
struct Covariance {
  Param covariance_matrix = {};
  Param precision_matrix = {};
  Param scale_tril = {};
};

}  // namespace torch::distributions
