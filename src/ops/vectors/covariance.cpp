#include "ops/vectors/covariance.h"

#include "ops/vectors/meeting.h"

namespace torch::distributions::ops {

using at::Tensor;

Tensor DenseCovariance::whiten(const Tensor& vectors) const {
  const Meeting meeting(factor_, vectors);
  return meeting.vectors(meeting.whitened(factor_, vectors), vectors);
}

Tensor DenseCovariance::unwhiten(const Tensor& vectors) const {
  const Meeting meeting(factor_, vectors);
  return meeting.vectors(meeting.factors(factor_).bmm(meeting.columns(vectors)), vectors);
}

Tensor DenseCovariance::whiten_columns(const Tensor& matrices) const {
  if (matrices.sizes() == factor_.sizes())
    return at::linalg_solve_triangular(factor_, matrices, /*upper=*/false);
  // The columns of a matrix are vectors that share a factor.
  return DenseCovariance(factor_.unsqueeze(-3)).whiten(matrices.mT()).mT();
}

}  // namespace torch::distributions::ops
