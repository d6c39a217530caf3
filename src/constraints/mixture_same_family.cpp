#include <torch/distributions/constraints/mixture_same_family.h>

#include <c10/util/Exception.h>

#include <ostream>

#include "constraints/numbers.h"
#include "core/raise.h"

namespace torch::distributions::constraints {

MixtureSameFamilyConstraint::MixtureSameFamilyConstraint(ConstraintPtr base_constraint,
                                                         Tensor weights)
    : base_(std::move(base_constraint)), weights_(std::move(weights)) {
  require_handle("MixtureSameFamilyConstraint", "base_constraint", base_);
}

Tensor MixtureSameFamilyConstraint::check(const Tensor& value) const {
  require_numbers(*this, value);
  TORCH_CHECK_VALUE(value.dim() >= event_dim(), "Expected value.dim() >= ", event_dim(),
                    " but got ", value.dim());
  Tensor good = base_->check(value.unsqueeze(-1 - event_dim()));
  if (weights_.defined()) good = good.bitwise_and(weights_.gt(0));
  return good.any(-1);
}

std::optional<int64_t> MixtureSameFamilyConstraint::first_violation(const Tensor& value) const {
  require_numbers(*this, value);
  // What lies in every component's support lies in that of one which has weight.
  if (value.dim() >= event_dim() && !base_->first_violation(value.unsqueeze(-1 - event_dim()))) {
    return std::nullopt;
  }
  return Constraint::first_violation(value);
}

void MixtureSameFamilyConstraint::print(std::ostream& out) const {
  out << "MixtureSameFamilyConstraint(" << *base_ << ')';
}

}  // namespace torch::distributions::constraints
