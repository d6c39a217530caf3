#pragma once

#include <torch/distributions/constraints/real.h>

namespace torch::distributions::constraints {

/// `base_constraint` with `reinterpreted_batch_ndims` more dimensions checked together: an event is
/// in the set if all of its parts are in the base's set.
class TORCH_DISTRIBUTIONS_API IndependentConstraint final : public Constraint {
 public:
  /// \throws c10::ValueError if `reinterpreted_batch_ndims` is negative or exceeds 2^31 - 1.
  IndependentConstraint(ConstraintPtr base_constraint, int64_t reinterpreted_batch_ndims);

  const ConstraintPtr& base_constraint() const& noexcept { return base_; }
  ConstraintPtr base_constraint() && { return base_; }
  int64_t reinterpreted_batch_ndims() const noexcept { return ndims_; }

  bool is_discrete() const override { return base_->is_discrete(); }
  int64_t event_dim() const override { return base_->event_dim() + ndims_; }
  /// \throws c10::ValueError if `value` has fewer than `event_dim()` dimensions.
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;

 private:
  ConstraintPtr base_;
  int64_t ndims_;
};

inline IndependentConstraint independent(ConstraintPtr base_constraint,
                                         int64_t reinterpreted_batch_ndims) {
  return {std::move(base_constraint), reinterpreted_batch_ndims};
}

inline const IndependentConstraint real_vector(real, 1);

}  // namespace torch::distributions::constraints
