#include <torch/distributions/transforms/affine.h>

#include <ATen/ExpandUtils.h>
#include <ATen/ops/full.h>
#include <c10/util/Exception.h>

#include <cmath>

#include <torch/distributions/constraints/independent.h>

#include "ops/sum_rightmost.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

bool equal(const Param& a, const Param& b) {
  if (a.is_number() && b.is_number()) return a.number() == b.number();
  if (a.is_number()) return b.tensor().eq(a.number()).all().item<bool>();
  if (b.is_number()) return equal(b, a);
  const Tensor x = a.tensor(), y = b.tensor();
  return x.is_same(y) || (at::are_expandable(x.sizes(), y.sizes()) && x.eq(y).all().item<bool>());
}

}  // namespace

AffineTransform::AffineTransform(Param loc, Param scale, int64_t event_dim, int64_t cache_size)
    : ImplementsTransform(cache_size),
      loc_(std::move(loc)),
      scale_(std::move(scale)),
      event_dim_(event_dim) {
  TORCH_CHECK_VALUE(event_dim >= 0, "event_dim must be >= 0, got ", event_dim);
}

ConstraintPtr AffineTransform::domain() const {
  if (event_dim_ == 0) return constraints::real;
  return constraints::independent(constraints::real, event_dim_);
}

ConstraintPtr AffineTransform::codomain() const { return domain(); }

Tensor AffineTransform::sign() const { return scale().sign(); }

std::vector<int64_t> AffineTransform::forward_shape(IntArrayRef shape) const {
  std::vector<int64_t> joined = shape.vec();
  for (const Param* param : {&loc_, &scale_}) {
    if (param->is_number()) continue;
    const Tensor tensor = param->tensor();
    TORCH_CHECK_VALUE(at::are_expandable(joined, tensor.sizes()),
                      "Shape mismatch: ", IntArrayRef(joined),
                      " does not broadcast with a parameter of shape ", tensor.sizes());
    joined = at::infer_size(joined, tensor.sizes());
  }
  return joined;
}

std::vector<int64_t> AffineTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

Tensor AffineTransform::do_forward(const Tensor& x) const {
  const Tensor scaled = scale_.is_number() ? x * scale_.number() : x * scale_.tensor();
  return loc_.is_number() ? scaled + loc_.number() : loc_.tensor() + scaled;
}

Tensor AffineTransform::do_inverse(const Tensor& y) const {
  const Tensor centred = loc_.is_number() ? y - loc_.number() : y - loc_.tensor();
  return scale_.is_number() ? centred / scale_.number() : centred / scale_.tensor();
}

Tensor AffineTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  const std::vector<int64_t> shape = forward_shape(x.sizes());
  TORCH_CHECK_VALUE(static_cast<int64_t>(shape.size()) >= event_dim_,
                    "Too few dimensions on input");
  const Tensor log_scale = scale_.is_number()
                               ? at::full({}, std::log(std::abs(scale_.number())), y.options())
                               : scale_.tensor().abs().log();
  // Over all elements of the event, of which the scale may have fewer.
  return ops::sum_rightmost(log_scale.expand(shape), event_dim_);
}

bool AffineTransform::do_equals(const Transform& other) const {
  const auto& affine = static_cast<const AffineTransform&>(other);
  return equal(loc_, affine.loc_) && equal(scale_, affine.scale_);
}

void AffineTransform::change(const Change& change) {
  for (Param* param : {&loc_, &scale_}) {
    if (!param->is_number()) *param = change(param->tensor(), 0);
  }
}

}  // namespace transforms
}  // namespace torch::distributions
