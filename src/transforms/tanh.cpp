#include <torch/distributions/transforms/tanh.h>

#include <ATen/ops/ones.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "ops/engine/evaluate.h"
#include "ops/formulas/transforms.h"

namespace torch::distributions {
inline namespace transforms {

ConstraintPtr TanhTransform::domain() const { return constraints::real; }

ConstraintPtr TanhTransform::codomain() const { return constraints::interval(-1.0, 1.0); }

Tensor TanhTransform::sign() const { return at::ones({}); }

Tensor TanhTransform::do_forward(const Tensor& x) const {
  return ops::evaluate_at<ops::functions::Forward, ops::formulas::Tanh>(x);
}

Tensor TanhTransform::do_inverse(const Tensor& y) const {
  return ops::evaluate_at<ops::functions::Inverse, ops::formulas::Tanh>(y);
}

Tensor TanhTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  return ops::evaluate_at<ops::functions::LogAbsDetJacobian, ops::formulas::Tanh>(x);
}

Tensor TanhTransform::do_limit(const Tensor& x) const { return do_forward(x); }

Tensor TanhTransform::do_inverse_limit(const Tensor& y) const { return do_inverse(y); }

}  // namespace transforms
}  // namespace torch::distributions
