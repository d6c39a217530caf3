#include <torch/distributions/transforms/independent.h>

#include <c10/util/hash.h>

#include <ostream>

#include <torch/distributions/constraints/independent.h>

#include "constraints/points.h"
#include "core/raise.h"
#include "ops/tensor/sum_rightmost.h"

namespace torch::distributions {
inline namespace transforms {

IndependentTransform::IndependentTransform(TransformPtr base_transform,
                                           int64_t reinterpreted_batch_ndims, int64_t cache_size)
    : base_(std::move(base_transform)), ndims_(reinterpreted_batch_ndims) {
  require_handle("IndependentTransform", "base_transform", base_);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, ndims_ >= 0, "reinterpreted_batch_ndims must be >= 0, got ",
                            ndims_);
  if (cache_size != 0) base_ = base_->with_cache(cache_size);
}

ConstraintPtr IndependentTransform::domain() const {
  return constraints::independent(base_->domain(), ndims_);
}

ConstraintPtr IndependentTransform::codomain() const {
  return constraints::independent(base_->codomain(), ndims_);
}

std::vector<int64_t> IndependentTransform::forward_shape(IntArrayRef shape) const {
  return base_->forward_shape(shape);
}

std::vector<int64_t> IndependentTransform::inverse_shape(IntArrayRef shape) const {
  return base_->inverse_shape(shape);
}

void IndependentTransform::print(std::ostream& out) const {
  out << "IndependentTransform(" << *base_ << ", " << ndims_ << ')';
}

Tensor IndependentTransform::do_forward(const Tensor& x) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, x.dim() >= domain()->event_dim(),
                            "Too few dimensions on input");
  return base_(x);
}

Tensor IndependentTransform::do_inverse(const Tensor& y) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, y.dim() >= codomain()->event_dim(),
                            "Too few dimensions on input");
  return base_->inv()(y);
}

Tensor IndependentTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  return ops::sum_rightmost(base_->log_abs_det_jacobian(x, y), ndims_);
}

Transform::Preimage IndependentTransform::do_preimage(const Tensor& y, bool with_jacobian) const {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, y.dim() >= codomain()->event_dim(),
                            "Too few dimensions on input");
  auto [x, jacobian, outside] = base_->preimage(y, with_jacobian);
  if (with_jacobian) jacobian = ops::sum_rightmost(jacobian, ndims_);
  if (outside.defined()) outside = any_rightmost(outside, ndims_);
  return {x, jacobian, outside};
}

Tensor IndependentTransform::do_limit(const Tensor& x) const { return base_->limit(x); }

Tensor IndependentTransform::do_inverse_limit(const Tensor& y) const {
  return base_->inverse_limit(y);
}

bool IndependentTransform::do_equals(const Transform& other) const {
  const auto& independent = static_cast<const IndependentTransform&>(other);
  return ndims_ == independent.ndims_ && *base_ == *independent.base_;
}

std::size_t IndependentTransform::do_hash() const {
  return c10::hash_combine(static_cast<std::size_t>(ndims_), hash_value(*base_));
}

void IndependentTransform::set_cache_size(int64_t cache_size) {
  base_ = base_->with_cache(cache_size);
}

void IndependentTransform::change(const core::Change& change) { base_ = base_->changed(change); }

}  // namespace transforms
}  // namespace torch::distributions
