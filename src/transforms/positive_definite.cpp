#include <torch/distributions/transforms/positive_definite.h>

#include <ATen/ATen.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/transforms/lower_cholesky.h>

#include "core/floating.h"
#include "ops/special/constants.h"
#include "ops/tensor/plain.h"
#include "ops/vectors/cholesky.h"
#include "transforms/choose.h"
#include "transforms/square_shape.h"

namespace torch::distributions {
inline namespace transforms {

ConstraintPtr PositiveDefiniteTransform::domain() const {
  return constraints::independent(constraints::real, 2);
}

ConstraintPtr PositiveDefiniteTransform::codomain() const { return constraints::positive_definite; }

std::vector<int64_t> PositiveDefiniteTransform::forward_shape(IntArrayRef shape) const {
  return square_shape("PositiveDefiniteTransform", shape);
}

std::vector<int64_t> PositiveDefiniteTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

Tensor PositiveDefiniteTransform::do_forward(const Tensor& x) const {
  forward_shape(x.sizes());
  const auto dtype = floating(x.scalar_type());
  const Tensor factor = LowerCholeskyTransform()(x.to(at::kDouble));
  const Tensor exact = ops::symmetrized(factor.matmul(factor.mT()));
  // A meta tensor has no values to round, and a function transform does not show them.
  if (exact.is_meta() || !ops::is_unobserved()) return exact.to(dtype);
  const Tensor value = exact.detach(), rounded = ops::rounded_to_positive_definite(value, dtype);
  // 0, with the derivative of the exact result.
  const Tensor slope = at::where(value.isfinite(), exact - value, 0);
  return rounded + slope.to(dtype);
}

Tensor PositiveDefiniteTransform::do_inverse(const Tensor& y) const {
  inverse_shape(y.sizes());
  const auto [factor, exists] = ops::cholesky(y.to(at::kDouble), y);
  const Tensor known = choose(exists.unsqueeze(-1).unsqueeze(-1), factor, ops::kNaN);
  return LowerCholeskyTransform().inv()(known).to(floating(y.scalar_type()));
}

}  // namespace transforms
}  // namespace torch::distributions
