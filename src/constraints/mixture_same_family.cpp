#include <torch/distributions/constraints/mixture_same_family.h>

#include <ATen/ops/broadcast_tensors.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <ostream>

#include "constraints/numbers.h"
#include "constraints/points.h"
#include "constraints/scan.h"
#include "core/raise.h"

namespace torch::distributions::constraints {
namespace {

/// Vectors with at least one positive number.
class SomeWeight final : public Constraint {
 public:
  int64_t event_dim() const override { return 1; }
  Tensor check(const Tensor& value) const override { return value.gt(0).any(-1); }
  std::optional<int64_t> first_violation(const Tensor& value) const override {
    if (value.dim() < 1) return Constraint::first_violation(value);
    return scan::first_violation_of_events(
        *this, value, [n = value.size(-1)]<class T>(const T* weights) {
          return std::any_of(weights, weights + n, [](T weight) { return weight > T{0}; });
        });
  }
  void print(std::ostream& out) const override { out << "SomeWeight()"; }
};

const SomeWeight some_weight;

}  // namespace

MixtureSameFamilyConstraint::MixtureSameFamilyConstraint(ConstraintPtr base_constraint,
                                                         Tensor weights)
    : base_(std::move(base_constraint)), weights_(std::move(weights)) {
  require_handle("MixtureSameFamilyConstraint", "base_constraint", base_);
}

Tensor MixtureSameFamilyConstraint::check(const Tensor& value) const {
  require_numbers(*this, value);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, value.dim() >= event_dim(),
                            "Expected value.dim() >= ", event_dim(), " but got ", value.dim());
  Tensor good = base_->check(value.unsqueeze(-1 - event_dim()));
  if (weights_.defined()) good = good.bitwise_and(weights_.gt(0));
  return good.any(-1);
}

std::optional<int64_t> MixtureSameFamilyConstraint::first_violation(const Tensor& value) const {
  require_numbers(*this, value);
  // A value in the support of every component is in the support of one with positive weight, if a
  // weight is positive. A single weight is excluded: it could broadcast to an empty dimension.
  const bool have_components = weights_.defined() && weights_.dim() > 0 && weights_.size(-1) > 1 &&
                               weights_.device() == value.device() && value.dim() >= event_dim();
  if (have_components && !some_weight.first_violation(weights_) &&
      !base_->first_violation(value.unsqueeze(-1 - event_dim()))) {
    return std::nullopt;
  }
  return Constraint::first_violation(value);
}

std::optional<Tensor> MixtureSameFamilyConstraint::interior_point(
    IntArrayRef shape, const TensorOptions& options) const {
  if (static_cast<int64_t>(shape.size()) < event_dim()) return std::nullopt;
  at::DimVector of_components(shape);
  of_components.insert(of_components.end() - event_dim(), 1);
  const std::optional<Tensor> points = base_->interior_point(of_components, options);
  if (!points) return std::nullopt;
  // The point of the first component with positive weight.
  const int64_t dim = -1 - event_dim();
  const Tensor counts =
      weights_.defined() ? weights_.gt(0) : at::ones({1}, options.dtype(at::kBool));
  const std::vector<Tensor> both =
      at::broadcast_tensors({*points, with_event(counts, event_dim())});
  if (both[0].size(dim) == 0) return std::nullopt;
  const Tensor first = both[1].to(at::kByte).argmax(dim, /*keepdim=*/true);
  return both[0].gather(dim, first).squeeze(dim);
}

void MixtureSameFamilyConstraint::print(std::ostream& out) const {
  out << "MixtureSameFamilyConstraint(" << *base_ << ')';
}

}  // namespace torch::distributions::constraints
