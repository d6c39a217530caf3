#include <torch/distributions/transforms/lower_cholesky.h>

#include <ATen/ATen.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/matrix.h>

#include "transforms/rounded.h"
#include "transforms/square_shape.h"

namespace torch::distributions {
inline namespace transforms {

ConstraintPtr LowerCholeskyTransform::domain() const {
  return constraints::independent(constraints::real, 2);
}

ConstraintPtr LowerCholeskyTransform::codomain() const { return constraints::lower_cholesky; }

std::vector<int64_t> LowerCholeskyTransform::forward_shape(IntArrayRef shape) const {
  return square_shape("LowerCholeskyTransform", shape);
}

std::vector<int64_t> LowerCholeskyTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

Tensor LowerCholeskyTransform::do_forward(const Tensor& x) const {
  forward_shape(x.sizes());
  return x.tril(-1) + rounded_to_positive(x.diagonal(0, -2, -1).exp()).diag_embed();
}

Tensor LowerCholeskyTransform::do_inverse(const Tensor& y) const {
  inverse_shape(y.sizes());
  return y.tril(-1) + y.diagonal(0, -2, -1).log().diag_embed();
}

}  // namespace transforms
}  // namespace torch::distributions
