#include <torch/distributions/transforms/affine.h>

#include <ATen/ops/full.h>
#include <c10/util/hash.h>

#include <cmath>

#include <torch/distributions/constraints/independent.h>

#include "core/floating.h"
#include "core/raise.h"
#include "ops/tensor/sum_rightmost.h"
#include "transforms/parameters.h"

namespace torch::distributions {
inline namespace transforms {

AffineTransform::AffineTransform(Param loc, Param scale, int64_t event_dim, int64_t cache_size)
    : ImplementsTransform(cache_size),
      loc_(std::move(loc)),
      scale_(std::move(scale)),
      event_dim_(event_dim) {
  core::require_numbers("AffineTransform", "loc", loc_);
  core::require_numbers("AffineTransform", "scale", scale_);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, event_dim >= 0,
                            "AffineTransform: event_dim must be >= 0, got ", event_dim);
}

ConstraintPtr AffineTransform::domain() const {
  if (event_dim_ == 0) return constraints::real;
  return constraints::independent(constraints::real, event_dim_);
}

ConstraintPtr AffineTransform::codomain() const { return domain(); }

Tensor AffineTransform::sign() const { return scale().sign(); }

std::vector<int64_t> AffineTransform::forward_shape(IntArrayRef shape) const {
  return broadcast_shape("AffineTransform", shape, {&loc_, &scale_});
}

std::vector<int64_t> AffineTransform::inverse_shape(IntArrayRef shape) const {
  return forward_shape(shape);
}

Tensor AffineTransform::scaled(const Tensor& x) const {
  return scale_.is_number() ? x * scale_.number() : x * scale_.tensor(core::options_beside(x));
}

Tensor AffineTransform::unscaled(const Tensor& y) const {
  return scale_.is_number() ? y / scale_.number() : y / scale_.tensor(core::options_beside(y));
}

AffineTransform AffineTransform::with_event_dim(int64_t event_dim) const {
  AffineTransform other(*this);
  other.event_dim_ = event_dim;
  return other;
}

Tensor AffineTransform::do_forward(const Tensor& x) const {
  return loc_.is_number() ? scaled(x) + loc_.number()
                          : loc_.tensor(core::options_beside(x)) + scaled(x);
}

Tensor AffineTransform::do_inverse(const Tensor& y) const {
  return unscaled(loc_.is_number() ? y - loc_.number() : y - loc_.tensor(core::options_beside(y)));
}

Tensor AffineTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  const std::vector<int64_t> shape = forward_shape(x.sizes());
  TORCH_DISTRIBUTIONS_CHECK(ValueError, static_cast<int64_t>(shape.size()) >= event_dim_,
                            "AffineTransform: Too few dimensions on input");
  // Compute in the result's dtype: x and y may be integers, and the scale may be less precise.
  const auto log_scale = [&] {
    if (scale_.is_number())
      return at::full({}, std::log(std::abs(scale_.number())),
                      x.options().dtype(floating(at::result_type(x, y))));
    const Tensor scale = scale_.tensor(core::options_beside(x));
    const Tensor converted = scale.to(floating(at::result_type(scale, x)));
    // LibTorch has no meta kernel for `abs`.
    return (scale.is_meta() ? converted : converted.abs()).log();
  }();
  // The scale may have fewer elements than an event, so it is expanded before the sum.
  return ops::sum_rightmost(log_scale.expand(shape), event_dim_);
}

Tensor AffineTransform::do_limit(const Tensor& x) const { return do_forward(x); }

Tensor AffineTransform::do_inverse_limit(const Tensor& y) const { return do_inverse(y); }

bool AffineTransform::do_equals(const Transform& other) const {
  const auto& affine = static_cast<const AffineTransform&>(other);
  return equal(loc_, affine.loc_) && equal(scale_, affine.scale_);
}

std::size_t AffineTransform::do_hash() const {
  return c10::hash_combine(hash_of(loc_), hash_of(scale_));
}

void AffineTransform::change(const core::Change& change) {
  change_tensors(change, {&loc_, &scale_});
}

}  // namespace transforms
}  // namespace torch::distributions
