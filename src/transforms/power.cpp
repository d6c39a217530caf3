#include <torch/distributions/transforms/power.h>

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <ostream>

#include <torch/distributions/constraints/interval.h>

#include "constraints/scan.h"
#include "core/float_limits.h"
#include "core/floating.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/transforms.h"
#include "ops/special/constants.h"
#include "transforms/inverse_transform.h"
#include "transforms/parameters.h"
#include "transforms/rounded.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

/// The positive numbers without infinity, which is a limit, although its inverse may be finite. For
/// an exponent of 0, only the number 1.
class Image final : public Constraint {
 public:
  explicit Image(Param exponent) : exponent_(std::move(exponent)) {}

  Tensor check(const Tensor& value) const override {
    const Tensor exponent = exponent_.tensor(core::options_beside(value));
    return value.gt(0)
        .bitwise_and(value.lt(ops::kInfinity))
        .bitwise_and(exponent.ne(0).bitwise_or(value.eq(1)));
  }
  std::optional<int64_t> first_violation(const Tensor& value) const override {
    return constraints::scan::first_violation(
        *this, value,
        []<class T>(T y, T exponent) {
          return (y > 0) & (y <= std::numeric_limits<T>::max()) & ((exponent != 0) | (y == 1));
        },
        exponent_);
  }
  void print(std::ostream& out) const override { constraints::positive.print(out); }

 private:
  Param exponent_;
};

/// x^exponent. LibTorch's is 1 for an exponent of 0 or an x of 1, even if the other one is NaN.
Tensor power(const Tensor& x, const Tensor& exponent) {
  const Tensor y = x.pow(exponent);
  const bool is_readable = constraints::scan::readable(exponent);
  if (y.is_meta() ||
      (is_readable && !constraints::positive.first_violation(exponent.detach().abs()))) {
    return y;
  }
  return y.masked_fill(x.isnan().logical_or(exponent.isnan()), ops::kNaN);
}

Tensor power(const Tensor& x, double exponent) {
  if (exponent == 0 || std::isnan(exponent))
    return power(x, at::full({}, exponent, core::options_beside(x)));
  // LibTorch refuses a number that the dtype cannot represent.
  if (x.is_floating_point() && std::abs(exponent) > float_limits(x.scalar_type()).largest)
    return x.to(at::kDouble).pow(exponent).to(x.scalar_type());
  return x.pow(exponent);
}

/// log |exponent x^(exponent - 1)|
Tensor jacobian(const Tensor& exponent, const Tensor& x) {
  return ops::evaluate_at<ops::functions::LogAbsDetJacobian, ops::formulas::Power>(exponent, x);
}

}  // namespace

PowerTransform::PowerTransform(Param exponent, int64_t cache_size)
    : ImplementsTransform(cache_size), exponent_(std::move(exponent)) {
  core::require_numbers("PowerTransform", "exponent", exponent_);
}

ConstraintPtr PowerTransform::domain() const { return constraints::positive; }

ConstraintPtr PowerTransform::codomain() const { return constraints::positive; }

ConstraintPtr PowerTransform::image() const { return Image(exponent_); }

Tensor PowerTransform::sign() const { return exponent().sign(); }

std::vector<int64_t> PowerTransform::forward_shape(IntArrayRef shape) const {
  return broadcast_shape("PowerTransform", shape, {&exponent_});
}

std::vector<int64_t> PowerTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

/// The exponent in the dtype of the result. LibTorch has no powers of integers with negative
/// integers, so integers are converted to a floating dtype.
Tensor PowerTransform::exponent_beside(const Tensor& x) const {
  const Tensor exponent = exponent_.tensor(core::options_beside(x));
  return exponent.to(floating(at::result_type(exponent, x)));
}

Tensor PowerTransform::do_forward(const Tensor& x) const {
  return rounded_to_positive(do_limit(x));
}

Tensor PowerTransform::do_inverse(const Tensor& y) const {
  return rounded_to_positive(do_inverse_limit(y));
}

Tensor PowerTransform::do_limit(const Tensor& x) const {
  return exponent_.is_number() ? power(x, exponent_.number()) : power(x, exponent_beside(x));
}

Tensor PowerTransform::do_inverse_limit(const Tensor& y) const {
  return exponent_.is_number() ? power(y, 1 / exponent_.number())
                               : power(y, exponent_beside(y).reciprocal());
}

Tensor PowerTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  return jacobian(exponent_beside(x), x);
}

/// The same for an x that is the inverse of y. If x has overflowed or is subnormal, it has lost
/// digits that y has. Then it is minus that of the inverse, y^(1/exponent).
Tensor PowerTransform::jacobian_at_inverse(const Tensor& x, const Tensor& y) const {
  const auto normal_numbers = [](const Tensor& of) {
    const FloatLimits limits = float_limits(of.scalar_type());
    return constraints::interval(limits.least_normal, limits.largest);
  };
  const Tensor exponent = exponent_beside(x);
  const bool have_limits = x.is_floating_point() && y.is_floating_point() && !x.is_meta();
  if (!have_limits || (constraints::scan::readable(x) && !normal_numbers(x).first_violation(x))) {
    return jacobian(exponent, x);
  }
  const Tensor lost = x.ge(0)
                          .logical_and(normal_numbers(x).check(x).logical_not())
                          .logical_and(normal_numbers(y).check(y))
                          .logical_and(exponent.ne(0));
  if (constraints::scan::readable(lost) && !lost.any().item<bool>()) return jacobian(exponent, x);
  const Tensor of_inverse =
      jacobian(at::where(lost, exponent, 1).reciprocal(), at::where(lost, y, 1));
  return at::where(lost, of_inverse.neg(), jacobian(exponent, at::where(lost, 1, x)));
}

Transform::Preimage PowerTransform::do_preimage(const Tensor& y, bool with_jacobian) const {
  Preimage found = InverseTransform::usual_preimage(*this, y, /*with_jacobian=*/false);
  if (!with_jacobian) return found;
  // An event without a preimage has a constant x.
  const Tensor of =
      found.outside.defined() ? at::where(found.outside, do_limit(found.x).detach(), y) : y;
  found.log_abs_det_jacobian = jacobian_at_inverse(found.x, of);
  return found;
}

class PowerTransform::Inverse final : public ImplementsTransform<Inverse, InverseTransform> {
 public:
  using ImplementsTransform::ImplementsTransform;

 private:
  Tensor do_log_abs_det_jacobian(const Tensor& y, const Tensor& x) const override {
    const TransformPtr power = inv();
    return power.as<PowerTransform>().jacobian_at_inverse(x, y).neg();
  }
};

TransformPtr PowerTransform::inv() const { return Inverse(TransformPtr(*this)); }

bool PowerTransform::do_equals(const Transform& other) const {
  return equal(exponent_, static_cast<const PowerTransform&>(other).exponent_);
}

std::size_t PowerTransform::do_hash() const { return hash_of(exponent_); }

void PowerTransform::change(const core::Change& change) { change_tensors(change, {&exponent_}); }

}  // namespace transforms
}  // namespace torch::distributions
