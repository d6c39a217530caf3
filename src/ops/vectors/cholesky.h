#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// (X + X^T) / 2 for matrices X, `[..., n, n]`.
at::Tensor symmetrized(const at::Tensor& matrices);

struct Cholesky {
  at::Tensor factor;  // L, in double; meaningless where there is none
  at::Tensor exists;  // a mask of the matrices that have a factor

  /// Whether all have one. True if it cannot be known: a meta tensor has no values, and a function
  /// transform does not show them.
  bool is_complete() const;
};

/// The lower triangular L with a positive diagonal and \f$L L^\top = X\f$ for symmetric matrices X,
/// whose upper triangles are not read. It is computed in double: in float an ill-conditioned matrix
/// loses all digits of its small eigenvalues.
Cholesky cholesky_in_double(const at::Tensor& matrices);

/// `cholesky_in_double(preferred)`. A matrix without a factor has that of `given`, if there is one:
/// in double, of its symmetric part, or in its own dtype, which is Python's factor. A matrix that is
/// singular up to rounding may have one of these and not another. The factor exists for every matrix
/// of the constraint `positive_definite`, and its derivatives are not NaN.
/// \param preferred `given` in double, or its symmetric part.
Cholesky cholesky(const at::Tensor& preferred, const at::Tensor& given);

/// Symmetric positive semidefinite matrices of doubles rounded to `dtype`. The result is positive
/// definite even where rounding would make a matrix singular: there the entries off the diagonal
/// shrink by a few roundings, and a diagonal that underflows is the least normal number. An entry
/// that overflows is the largest number. A matrix with a NaN is kept.
at::Tensor rounded_to_positive_definite(const at::Tensor& matrices, at::ScalarType dtype);

}  // namespace torch::distributions::ops
