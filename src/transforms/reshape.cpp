#include <torch/distributions/transforms/reshape.h>

#include <ATen/ATen.h>
#include <c10/util/hash.h>

#include <torch/distributions/constraints/independent.h>

#include "core/floating.h"
#include "core/raise.h"
#include "core/shape.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

ConstraintPtr real_events(const std::vector<int64_t>& shape) {
  return constraints::independent(constraints::real, static_cast<int64_t>(shape.size()));
}

/// `shape` with the event shape `from` at its end replaced by `to`.
std::vector<int64_t> with_event_shape(IntArrayRef shape, IntArrayRef from, IntArrayRef to) {
  require_sizes("ReshapeTransform", "a shape", shape);
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, shape.size() >= from.size() && shape.slice(shape.size() - from.size()) == from,
      "ReshapeTransform: a shape must end with ", core::repr(from), ", got ", core::repr(shape));
  std::vector<int64_t> result = shape.slice(0, shape.size() - from.size()).vec();
  result.insert(result.end(), to.begin(), to.end());
  return result;
}

}  // namespace

ReshapeTransform::ReshapeTransform(std::vector<int64_t> in_shape, std::vector<int64_t> out_shape,
                                   int64_t cache_size)
    : ImplementsTransform(cache_size),
      in_shape_(std::move(in_shape)),
      out_shape_(std::move(out_shape)) {
  require_sizes("ReshapeTransform", "in_shape", in_shape_);
  require_sizes("ReshapeTransform", "out_shape", out_shape_);
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, c10::multiply_integers(in_shape_) == c10::multiply_integers(out_shape_),
      "ReshapeTransform: in_shape, out_shape have different numbers of elements: ",
      core::repr(IntArrayRef(in_shape_)), " and ", core::repr(IntArrayRef(out_shape_)));
}

ConstraintPtr ReshapeTransform::domain() const { return real_events(in_shape_); }

ConstraintPtr ReshapeTransform::codomain() const { return real_events(out_shape_); }

std::vector<int64_t> ReshapeTransform::forward_shape(IntArrayRef shape) const {
  return with_event_shape(shape, in_shape_, out_shape_);
}

std::vector<int64_t> ReshapeTransform::inverse_shape(IntArrayRef shape) const {
  return with_event_shape(shape, out_shape_, in_shape_);
}

Tensor ReshapeTransform::do_forward(const Tensor& x) const {
  return x.reshape(forward_shape(x.sizes()));
}

Tensor ReshapeTransform::do_inverse(const Tensor& y) const {
  return y.reshape(inverse_shape(y.sizes()));
}

Tensor ReshapeTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& /*y*/) const {
  return at::zeros(with_event_shape(x.sizes(), in_shape_, {}),
                   x.options().dtype(floating(x.scalar_type())));
}

bool ReshapeTransform::do_equals(const Transform& other) const {
  const auto& reshape = static_cast<const ReshapeTransform&>(other);
  return in_shape_ == reshape.in_shape_ && out_shape_ == reshape.out_shape_;
}

std::size_t ReshapeTransform::do_hash() const { return c10::get_hash(in_shape_, out_shape_); }

}  // namespace transforms
}  // namespace torch::distributions
