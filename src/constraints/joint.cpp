#include <torch/distributions/constraints/joint.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "core/raise.h"
#include "core/seam.h"

namespace torch::distributions::constraints {
namespace {

Tensor both(const Tensor& a, const Tensor& b) { return a.logical_and(b); }

}  // namespace

Joint::Joint(const char* class_name, bool stacks, std::vector<ConstraintPtr> cseq, int64_t dim,
             std::vector<int64_t> lengths, LengthsOf lengths_of)
    : class_name_(class_name),
      stacks_(stacks),
      cseq_(std::move(cseq)),
      dim_(dim),
      lengths_(
          core::Seam::checked_lengths(class_name, "cseq", cseq_.size(), dim, std::move(lengths))),
      lengths_of_(std::move(lengths_of)) {
  for (const ConstraintPtr& part : cseq_) require_handle(class_name, "cseq", part);
}

std::vector<int64_t> Joint::lengths_of(int64_t dims) const {
  return lengths_of_ ? lengths_of_(dims) : lengths_;
}

core::Seam Joint::seam(std::vector<int64_t> lengths) const {
  int64_t most = 0;
  for (const ConstraintPtr& part : cseq_) most = std::max(most, part->event_dim());
  return {class_name_, stacks_, dim_, most, std::move(lengths)};
}

bool Joint::is_discrete() const {
  return std::ranges::any_of(cseq_, [](const ConstraintPtr& part) { return part->is_discrete(); });
}

int64_t Joint::event_dim() const { return seam({}).whole_event_dim(); }

Tensor Joint::check(const Tensor& value) const {
  core::require_numbers(class_name_, "value", value);
  const core::Seam seam = this->seam(lengths_of(value.dim()));
  const int64_t axis = seam.axis("value", value.dim());
  std::vector<Tensor> good = seam.split("value", value, axis);
  for (std::size_t i = 0; i < good.size(); ++i) {
    const int64_t extra = seam.event_dim - cseq_[i]->event_dim();
    good[i] = cseq_[i]->check(good[i]);
    if (extra > 0) good[i] = good[i].flatten(-extra).all(-1);
  }
  return seam.join_events("value", good, axis, both);
}

std::optional<int64_t> Joint::first_violation(const Tensor& value) const {
  core::require_numbers(class_name_, "value", value);
  const core::Seam seam = this->seam(lengths_of(value.dim()));
  const int64_t axis = seam.axis("value", value.dim());
  seam.require_known_events("value", axis);
  const std::vector<Tensor> parts = seam.split("value", value, axis);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // Only the whole says which event is the first.
    if (cseq_[i]->first_violation(parts[i])) return Constraint::first_violation(value);
  }
  return std::nullopt;
}

std::optional<Tensor> Joint::interior_point(IntArrayRef shape, const TensorOptions& options) const {
  if (static_cast<int64_t>(shape.size()) < event_dim()) return std::nullopt;
  std::vector<int64_t> whole = shape.vec();
  // A negative dimension that the shape lacks is a batch dimension.
  while (dim_ < -static_cast<int64_t>(whole.size())) whole.insert(whole.begin(), 1);
  const auto dims = static_cast<int64_t>(whole.size());
  if (dim_ >= dims) return std::nullopt;
  const core::Seam seam = this->seam(lengths_of(dims));
  if (dims < seam.least_dims()) return std::nullopt;
  const int64_t axis = seam.axis("shape", dims);
  int64_t& size = whole[static_cast<std::size_t>(dims + axis)];
  if (size == 1) size = seam.total();
  if (size != seam.total()) return std::nullopt;
  const std::vector<std::vector<int64_t>> shapes = seam.split("shape", whole, axis);
  std::vector<Tensor> points;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    const std::optional<Tensor> point = cseq_[i]->interior_point(shapes[i], options);
    if (!point) return std::nullopt;
    points.push_back(*point);
  }
  return seam.join("the point", points, axis);
}

void Joint::print(std::ostream& out) const { out << class_name_ << "()"; }

}  // namespace torch::distributions::constraints
