#include <torch/distributions/transforms/sigmoid.h>

#include <ATen/ops/ones.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "constraints/scan.h"
#include "core/float_limits.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/transforms.h"
#include "transforms/rounded.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

class OpenUnitInterval final : public Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.gt(0).bitwise_and(value.lt(1)); }
  std::optional<int64_t> first_violation(const Tensor& value) const override {
    return constraints::scan::first_violation(*this, value,
                                              [](auto x) { return (x > 0) & (x < 1); });
  }
  void print(std::ostream& out) const override { constraints::unit_interval.print(out); }
};

/// Whether all numbers are known to lie strictly between 0 and 1.
bool is_interior(const Tensor& y) {
  return constraints::scan::readable(y) && !OpenUnitInterval().first_violation(y);
}

/// `y` clamped to the numbers strictly between 0 and 1.
Tensor interior(const Tensor& y) {
  const FloatLimits limits = float_limits(y.scalar_type());
  return y.clamp(limits.least, limits.below_one());
}

}  // namespace

ConstraintPtr SigmoidTransform::domain() const { return constraints::real; }

ConstraintPtr SigmoidTransform::codomain() const { return constraints::unit_interval; }

Tensor SigmoidTransform::sign() const { return at::ones({}); }

Tensor SigmoidTransform::do_forward(const Tensor& x) const {
  const Tensor y = ops::evaluate_at<ops::functions::Forward, ops::formulas::Sigmoid>(x);
  if (is_interior(y)) return y;
  // LibTorch's sigmoid is 0 where exp(-x) overflows. There the sigmoid rounds to exp(x).
  const Tensor value = y.maximum(x.clamp_max(-40).exp());
  return rounded_to(interior(value), y);
}

Tensor SigmoidTransform::do_inverse(const Tensor& y) const {
  return ops::evaluate_at<ops::functions::Inverse, ops::formulas::Sigmoid>(
      is_interior(y) ? y : interior(y));
}

// 0 and 1 are limits, but `do_inverse` maps them to finite numbers.
ConstraintPtr SigmoidTransform::image() const { return OpenUnitInterval(); }

Tensor SigmoidTransform::do_limit(const Tensor& x) const { return x.sigmoid(); }

Tensor SigmoidTransform::do_inverse_limit(const Tensor& y) const { return y.logit(); }

Tensor SigmoidTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  return ops::evaluate_at<ops::functions::LogAbsDetJacobian, ops::formulas::Sigmoid>(x);
}

}  // namespace transforms
}  // namespace torch::distributions
