#include "ops/vectors/covariance.h"

#include <ATen/ops/linalg_solve_triangular.h>

#include "ops/vectors/meeting.h"

namespace torch::distributions::ops {

using at::Tensor;

Tensor DenseCovariance::whiten(const Tensor& vectors) const {
  const Meeting meeting(factor_, vectors);
  return meeting.vectors(at::linalg_solve_triangular(meeting.factors(factor_),
                                                     meeting.columns(vectors), /*upper=*/false),
                         vectors);
}

Tensor DenseCovariance::unwhiten(const Tensor& vectors) const {
  const Meeting meeting(factor_, vectors);
  return meeting.vectors(meeting.factors(factor_).bmm(meeting.columns(vectors)), vectors);
}

}  // namespace torch::distributions::ops
