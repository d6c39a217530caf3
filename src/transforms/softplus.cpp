#include <torch/distributions/transforms/softplus.h>

#include <ATen/ops/ones.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "ops/engine/evaluate.h"
#include "ops/formulas/transforms.h"
#include "transforms/rounded.h"

namespace torch::distributions {
inline namespace transforms {

ConstraintPtr SoftplusTransform::domain() const { return constraints::real; }

ConstraintPtr SoftplusTransform::codomain() const { return constraints::positive; }

Tensor SoftplusTransform::sign() const { return at::ones({}); }

Tensor SoftplusTransform::do_forward(const Tensor& x) const {
  return rounded_to_positive(do_limit(x));
}

Tensor SoftplusTransform::do_inverse(const Tensor& y) const {
  return ops::evaluate_at<ops::functions::Inverse, ops::formulas::Softplus>(y);
}

Tensor SoftplusTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  return ops::evaluate_at<ops::functions::LogAbsDetJacobian, ops::formulas::Softplus>(x);
}

Tensor SoftplusTransform::do_limit(const Tensor& x) const {
  return ops::evaluate_at<ops::functions::Forward, ops::formulas::Softplus>(x);
}

Tensor SoftplusTransform::do_inverse_limit(const Tensor& y) const { return do_inverse(y); }

}  // namespace transforms
}  // namespace torch::distributions
