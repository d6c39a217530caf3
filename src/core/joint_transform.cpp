#include <torch/distributions/core/joint_transform.h>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <c10/util/hash.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "constraints/points.h"
#include "core/kept.h"
#include "core/raise.h"
#include "core/seam.h"
#include "ops/tensor/sum_rightmost.h"

namespace torch::distributions::core {
namespace {

Tensor sum(const Tensor& a, const Tensor& b) { return a + b; }

Tensor any(const Tensor& a, const Tensor& b) { return a.logical_or(b); }

}  // namespace

/// The dimension along which the parts lie, counted from the right.
struct JointTransform::Axes {
  int64_t x, y;
};

/// The parts of the last x and y. A transform finds a part of y in its cache only if it is the very
/// tensor that it returned.
class JointTransform::Kept {
 public:
  std::optional<std::vector<Tensor>> find(Side side, const Tensor& whole) {
    const std::lock_guard lock(mutex_);
    const auto& [kept, with_graph, parts] = entries_[side];
    if (!kept.tensor().is_same(whole) || !kept.is_unmodified()) return std::nullopt;
    if (at::GradMode::is_enabled() &&
        (!kept.has_same_graph() || (whole.requires_grad() && !with_graph))) {
      return std::nullopt;
    }
    return parts;
  }

  void keep(Side side, const Tensor& whole, const std::vector<Tensor>& parts) {
    replace(entries_[side], mutex_, Entry{KeptTensor(whole), at::GradMode::is_enabled(), parts});
  }

 private:
  struct Entry {
    KeptTensor whole;
    bool with_graph = false;  // whether the parts were made in grad mode
    std::vector<Tensor> parts;
  };

  std::mutex mutex_;
  std::array<Entry, 2> entries_;
};

JointTransform::JointTransform(const char* class_name, bool stacks,
                               std::vector<TransformPtr> transforms, int64_t dim,
                               std::vector<int64_t> lengths, int64_t cache_size)
    : class_name_(class_name), stacks_(stacks), transforms_(std::move(transforms)), dim_(dim) {
  lengths_ =
      Seam::checked_lengths(class_name, "transforms", transforms_.size(), dim, std::move(lengths));
  for (const TransformPtr& part : transforms_) {
    require_handle(class_name, "transforms", part);
    const int64_t of_x = part->domain()->event_dim(), of_y = part->codomain()->event_dim();
    if (event_dims_.empty()) added_dims_ = of_y - of_x;
    TORCH_DISTRIBUTIONS_CHECK(
        ValueError, of_y - of_x == added_dims_, class_name,
        ": all `transforms` must add the same number of event dimensions, but ",
        transforms_.front(), " adds ", added_dims_, " and ", part, " adds ", of_y - of_x);
    event_dims_.push_back(of_x);
  }
  event_dim_ = std::ranges::max(event_dims_);
  if (cache_size != 0) JointTransform::set_cache_size(cache_size);
}

std::vector<ConstraintPtr> JointTransform::domains() const {
  std::vector<ConstraintPtr> domains;
  for (const TransformPtr& part : transforms_) domains.push_back(part->domain());
  return domains;
}

std::vector<ConstraintPtr> JointTransform::codomains() const {
  std::vector<ConstraintPtr> codomains;
  for (const TransformPtr& part : transforms_) codomains.push_back(part->codomain());
  return codomains;
}

bool JointTransform::bijective() const {
  return std::ranges::all_of(transforms_,
                             [](const TransformPtr& part) { return part->bijective(); });
}

/// How x or y is joined of parts of these lengths.
Seam JointTransform::seam(std::vector<int64_t> lengths) const {
  return {class_name_, stacks_, dim_, event_dim_, std::move(lengths)};
}

/// \param x The dimension along which the parts of x lie.
JointTransform::Axes JointTransform::axes_at(int64_t x) const {
  // To the right of a batch dimension, y has `added_dims_` more dimensions than x. The same holds
  // for a `dim` that counts from the left. A negative `dim` in the event means the same number for
  // y, or the first dimension of the event of y if that event has fewer dimensions.
  const bool has_same_number = dim_ < 0 && x + event_dim_ >= 0;
  const int64_t y = has_same_number ? std::max(x, -event_dim_ - added_dims_) : x - added_dims_;
  TORCH_DISTRIBUTIONS_CHECK(ValueError, y < 0, class_name_, ": `dim` is ", dim_,
                            ", a dimension of the event, but the events of y have none");
  return {x, y};
}

/// \param dims The number of dimensions of x or y.
JointTransform::Axes JointTransform::axes_of(Side side, int64_t dims) const {
  return axes_at(seam({}).axis(side == kX ? "x" : "y", side == kX ? dims : dims - added_dims_));
}

/// The axes if nothing is known of a value. Those of a negative `dim` are the same for all values.
JointTransform::Axes JointTransform::assumed_axes() const {
  if (dim_ < 0) return axes_at(dim_);
  const bool are_alike = std::ranges::min(event_dims_) == event_dim_;
  return axes_at(are_alike ? -event_dim_ - 1 : dim_ - std::max(event_dim_, dim_ + 1));
}

int64_t JointTransform::dim_of_y() const { return dim_ < 0 ? assumed_axes().y : dim_; }

std::vector<int64_t> JointTransform::lengths_of_y() const { return lengths_at(assumed_axes()); }

std::vector<int64_t> JointTransform::lengths_of_y(int64_t dims) const {
  return lengths_at(axes_of(kY, dims));
}

/// The lengths of the parts of y.
std::vector<int64_t> JointTransform::lengths_at(const Axes& axes) const {
  std::vector<int64_t> lengths = lengths_;
  for (std::size_t i = 0; i < lengths.size() && !stacks_; ++i) {
    const int64_t x_dim = event_dims_[i], y_dim = x_dim + added_dims_;
    if (axes.x + x_dim < 0 || axes.y + y_dim < 0) continue;  // a batch dimension of this part
    // An event of several dimensions is assumed to be square, since its other sizes are not known.
    const std::vector<int64_t> x(static_cast<std::size_t>(x_dim), lengths[i]);
    const std::vector<int64_t> y = transforms_[i]->forward_shape(x);
    lengths[i] = *(y.end() + axes.y);
  }
  return lengths;
}

std::vector<int64_t> JointTransform::forward_shape(IntArrayRef shape) const {
  const Axes axes = axes_of(kX, static_cast<int64_t>(shape.size()));
  const Seam seam = this->seam(lengths_);
  std::vector<std::vector<int64_t>> parts = seam.split("x", shape, axes.x);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = transforms_[i]->forward_shape(parts[i]);
  return seam.join("y", parts, axes.y);
}

std::vector<int64_t> JointTransform::inverse_shape(IntArrayRef shape) const {
  const Axes axes = axes_of(kY, static_cast<int64_t>(shape.size()));
  const Seam seam = this->seam(lengths_at(axes));
  std::vector<std::vector<int64_t>> parts = seam.split("y", shape, axes.y);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = transforms_[i]->inverse_shape(parts[i]);
  return seam.join("x", parts, axes.x);
}

/// The parts of x or y. With a cache, those of the last x or y are the same tensors.
std::vector<Tensor> JointTransform::parts_of(Side side, const Tensor& whole) const {
  if (kept_ != nullptr) {
    if (std::optional<std::vector<Tensor>> parts = kept_->find(side, whole)) return *parts;
  }
  const Axes axes = axes_of(side, whole.dim());
  const std::vector<Tensor> parts = side == kX ? seam(lengths_).split("x", whole, axes.x)
                                               : seam(lengths_at(axes)).split("y", whole, axes.y);
  if (kept_ != nullptr) kept_->keep(side, whole, parts);
  return parts;
}

/// Joins the parts of x or y.
Tensor JointTransform::whole_of(Side side, const std::vector<Tensor>& parts,
                                const Axes& axes) const {
  const Seam seam = this->seam({});
  const Tensor whole = side == kX ? seam.join("x", parts, axes.x) : seam.join("y", parts, axes.y);
  if (kept_ != nullptr) kept_->keep(side, whole, parts);
  return whole;
}

Tensor JointTransform::do_forward(const Tensor& x) const {
  std::vector<Tensor> parts = parts_of(kX, x);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = transforms_[i](parts[i]);
  return whole_of(kY, parts, axes_of(kX, x.dim()));
}

Tensor JointTransform::do_inverse(const Tensor& y) const {
  std::vector<Tensor> parts = parts_of(kY, y);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = transforms_[i]->inv()(parts[i]);
  return whole_of(kX, parts, axes_of(kY, y.dim()));
}

Tensor JointTransform::do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const {
  const std::vector<Tensor> xs = parts_of(kX, x), ys = parts_of(kY, y);
  std::vector<Tensor> terms;
  terms.reserve(xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    terms.push_back(ops::sum_rightmost(transforms_[i]->log_abs_det_jacobian(xs[i], ys[i]),
                                       event_dim_ - event_dims_[i]));
  }
  return seam({}).join_events("x", terms, axes_of(kX, x.dim()).x, sum);
}

/// The preimage of y, or of x under the inverse.
Transform::Preimage JointTransform::preimage_of(Side side, const Tensor& whole,
                                                bool with_jacobian) const {
  const Axes axes = axes_of(side, whole.dim());
  const std::vector<Tensor> parts = parts_of(side, whole);
  std::vector<Tensor> found, terms, masks;
  bool all_inside = true;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const TransformPtr transform = side == kY ? transforms_[i] : transforms_[i]->inv();
    const auto [preimage, log_det, outside] = transform->preimage(parts[i], with_jacobian);
    const int64_t extra = event_dim_ - event_dims_[i];
    found.push_back(preimage);
    if (with_jacobian) terms.push_back(ops::sum_rightmost(log_det, extra));
    masks.push_back(outside.defined() ? any_rightmost(outside, extra) : outside);
    all_inside = all_inside && !outside.defined();
  }
  const Seam seam = this->seam({});
  const char* const name = side == kY ? "y" : "x";
  Preimage result;
  result.x = side == kY ? seam.join("x", found, axes.x) : seam.join("y", found, axes.y);
  if (with_jacobian) result.log_abs_det_jacobian = seam.join_events(name, terms, axes.x, sum);
  if (all_inside) return result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (masks[i].defined()) continue;
    const int64_t events = event_dim_ + (side == kY ? added_dims_ : 0);
    const auto batch_dims = static_cast<std::size_t>(parts[i].dim() - events);
    masks[i] =
        at::zeros(parts[i].sizes().slice(0, batch_dims), parts[i].options().dtype(at::kBool));
  }
  result.outside = seam.join_events(name, masks, axes.x, any);
  return result;
}

bool JointTransform::do_equals(const Transform& other) const {
  const auto& joint = static_cast<const JointTransform&>(other);
  return dim_ == joint.dim_ && lengths_ == joint.lengths_ &&
         std::ranges::equal(transforms_, joint.transforms_,
                            [](const TransformPtr& a, const TransformPtr& b) { return *a == *b; });
}

std::size_t JointTransform::do_hash() const {
  std::size_t hash = c10::hash_combine(static_cast<std::size_t>(dim_), c10::get_hash(lengths_));
  for (const TransformPtr& part : transforms_) hash = c10::hash_combine(hash, hash_value(*part));
  return hash;
}

void JointTransform::set_cache_size(int64_t cache_size) {
  Transform::set_cache_size(cache_size);
  for (TransformPtr& part : transforms_) part = part->with_cache(cache_size);
  kept_ = cache_size == 0 ? nullptr : std::make_shared<Kept>();
}

void JointTransform::change(const Change& change) {
  for (TransformPtr& part : transforms_) part = part->changed(change);
  if (kept_ != nullptr) kept_ = std::make_shared<Kept>();
}

}  // namespace torch::distributions::core
