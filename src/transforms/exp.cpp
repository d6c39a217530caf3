#include <torch/distributions/transforms/exp.h>

#include <ATen/ops/ones.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "ops/engine/evaluate.h"
#include "ops/formulas/transforms.h"
#include "transforms/rounded.h"

namespace torch::distributions {
inline namespace transforms {

ConstraintPtr ExpTransform::domain() const { return constraints::real; }

ConstraintPtr ExpTransform::codomain() const { return constraints::positive; }

Tensor ExpTransform::sign() const { return at::ones({}); }

Tensor ExpTransform::do_forward(const Tensor& x) const { return rounded_to_positive(do_limit(x)); }

Tensor ExpTransform::do_inverse(const Tensor& y) const { return y.log(); }

Tensor ExpTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  return x;
}

Tensor ExpTransform::do_limit(const Tensor& x) const {
  return ops::evaluate_at<ops::functions::Forward, ops::formulas::Exp>(x);
}

Tensor ExpTransform::do_inverse_limit(const Tensor& y) const { return y.log(); }

}  // namespace transforms
}  // namespace torch::distributions
