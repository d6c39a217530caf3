#include <torch/distributions/transforms/compose.h>

#include <ATen/ops/ones.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/hash.h>

#include <algorithm>
#include <ostream>

#include <torch/distributions/constraints/independent.h>

#include "constraints/points.h"
#include "core/raise.h"
#include "ops/tensor/sum_rightmost.h"
#include "transforms/image_of_parts.h"

namespace torch::distributions {
inline namespace transforms {
namespace {

/// `constraint` on events of `event_dim` dimensions: reinterprets the last batch dimensions as
/// event dimensions.
ConstraintPtr raised(const ConstraintPtr& constraint, int64_t event_dim) {
  const int64_t extra = event_dim - constraint->event_dim();
  if (extra == 0) return constraint;
  return constraints::independent(constraint, extra);
}

}  // namespace

ComposeTransform::ComposeTransform(std::vector<TransformPtr> parts, int64_t cache_size)
    : parts_(std::move(parts)), cache_size_(0) {
  for (const TransformPtr& part : parts_) require_handle("ComposeTransform", "parts", part);
  if (cache_size != 0) ComposeTransform::set_cache_size(cache_size);
}

bool ComposeTransform::bijective() const {
  return std::ranges::all_of(parts_, [](const TransformPtr& part) { return part->bijective(); });
}

int64_t ComposeTransform::domain_event_dim() const {
  int64_t event_dim = parts_.empty() ? 0 : parts_.back()->codomain()->event_dim();
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    const int64_t before = (*part)->domain()->event_dim(), after = (*part)->codomain()->event_dim();
    event_dim = std::max(event_dim + before - after, before);
  }
  return event_dim;
}

ConstraintPtr ComposeTransform::domain() const {
  if (parts_.empty()) return constraints::real;
  return raised(parts_.front()->domain(), domain_event_dim());
}

ConstraintPtr ComposeTransform::codomain() const {
  if (parts_.empty()) return constraints::real;
  int64_t event_dim = parts_.front()->domain()->event_dim();
  for (const TransformPtr& part : parts_) {
    const int64_t before = part->domain()->event_dim(), after = part->codomain()->event_dim();
    event_dim = std::max(event_dim + after - before, after);
  }
  return raised(parts_.back()->codomain(), event_dim);
}

Tensor ComposeTransform::sign() const {
  Tensor sign = at::ones({});
  for (const TransformPtr& part : parts_) sign = sign * part->sign();
  return sign;
}

TransformPtr ComposeTransform::inv() const {
  std::vector<TransformPtr> inverses;
  inverses.reserve(parts_.size());
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
    inverses.push_back((*part)->inv());
  ComposeTransform inverse(std::move(inverses));
  inverse.cache_size_ = cache_size_;
  return inverse;
}

std::vector<int64_t> ComposeTransform::forward_shape(IntArrayRef shape) const {
  std::vector<int64_t> mapped = shape.vec();
  for (const TransformPtr& part : parts_) mapped = part->forward_shape(mapped);
  return mapped;
}

std::vector<int64_t> ComposeTransform::inverse_shape(IntArrayRef shape) const {
  std::vector<int64_t> mapped = shape.vec();
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part)
    mapped = (*part)->inverse_shape(mapped);
  return mapped;
}

void ComposeTransform::print(std::ostream& out) const {
  out << "ComposeTransform(\n    ";
  const char* separator = "";
  for (const TransformPtr& part : parts_) {
    out << separator << *part;
    separator = ",\n    ";
  }
  out << "\n)";
}

Tensor ComposeTransform::do_forward(const Tensor& x) const {
  Tensor y = x;
  for (const TransformPtr& part : parts_) y = part(y);
  return y;
}

Tensor ComposeTransform::do_inverse(const Tensor& y) const { return inv()(y); }

Tensor ComposeTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  if (parts_.empty()) return at::zeros_like(x);
  Tensor sum;
  image_of_parts(parts_, x, domain_event_dim(), y,
                 [&](const Tensor& term) { sum = sum.defined() ? sum + term : term; });
  return sum;
}

Transform::Preimage ComposeTransform::do_preimage(const Tensor& y, bool with_jacobian) const {
  Tensor x = y, jacobian, outside;
  int64_t event_dim = codomain()->event_dim();
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    const int64_t before = (*part)->domain()->event_dim(), after = (*part)->codomain()->event_dim();
    const int64_t extra = event_dim - after;
    const Preimage found = (*part)->preimage(x, with_jacobian);
    x = found.x;
    if (with_jacobian) {
      const Tensor term = ops::sum_rightmost(found.log_abs_det_jacobian, extra);
      jacobian = jacobian.defined() ? jacobian + term : term;
    }
    if (found.outside.defined()) {
      outside = either(outside, any_rightmost(found.outside, extra));
    }
    event_dim += before - after;
  }
  if (with_jacobian && !jacobian.defined()) jacobian = at::zeros_like(x);
  return {x, jacobian, outside};
}

bool ComposeTransform::do_equals(const Transform& other) const {
  return std::ranges::equal(parts_, static_cast<const ComposeTransform&>(other).parts_,
                            [](const TransformPtr& a, const TransformPtr& b) { return *a == *b; });
}

std::size_t ComposeTransform::do_hash() const {
  std::size_t hash = parts_.size();
  for (const TransformPtr& part : parts_) hash = c10::hash_combine(hash, hash_value(*part));
  return hash;
}

void ComposeTransform::set_cache_size(int64_t cache_size) {
  check_cache_size(cache_size);
  cache_size_ = cache_size;
  for (TransformPtr& part : parts_) part = part->with_cache(cache_size);
}

void ComposeTransform::change(const core::Change& change) {
  for (TransformPtr& part : parts_) part = part->changed(change);
}

}  // namespace transforms
}  // namespace torch::distributions
