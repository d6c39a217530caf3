#include <torch/distributions/constraints/independent.h>

#include <cstdint>
#include <limits>
#include <ostream>

#include "constraints/numbers.h"
#include "core/raise.h"

namespace torch::distributions::constraints {

IndependentConstraint::IndependentConstraint(ConstraintPtr base_constraint,
                                             int64_t reinterpreted_batch_ndims)
    : base_(std::move(base_constraint)), ndims_(reinterpreted_batch_ndims) {
  require_handle("IndependentConstraint", "base_constraint", base_);
  // No tensor has more dimensions, and event_dim() must not overflow.
  TORCH_DISTRIBUTIONS_CHECK(ValueError,
                            ndims_ >= 0 && ndims_ <= std::numeric_limits<int32_t>::max(),
                            "IndependentConstraint: reinterpreted_batch_ndims must be >= 0 and < "
                            "2^31, got ",
                            ndims_);
}

Tensor IndependentConstraint::check(const Tensor& value) const {
  require_numbers(*this, value);
  const Tensor good = base_->check(value);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, good.dim() >= ndims_,
                            "Expected value.dim() >= ", event_dim(), " but got ", value.dim());
  return ndims_ == 0 ? good : good.flatten(good.dim() - ndims_).all(-1);
}

std::optional<int64_t> IndependentConstraint::first_violation(const Tensor& value) const {
  require_numbers(*this, value);
  if (value.dim() >= event_dim() && !base_->first_violation(value)) return std::nullopt;
  return Constraint::first_violation(value);
}

std::optional<Tensor> IndependentConstraint::interior_point(IntArrayRef shape,
                                                            const TensorOptions& options) const {
  return base_->interior_point(shape, options);
}

void IndependentConstraint::print(std::ostream& out) const {
  out << "IndependentConstraint(" << *base_ << ", " << ndims_ << ')';
}

}  // namespace torch::distributions::constraints
