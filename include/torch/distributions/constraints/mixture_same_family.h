#pragma once

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// The support of a mixture: the union of the supports of its components. `base_constraint` is the
/// batch of these supports, with the components along the last batch dimension.
class TORCH_DISTRIBUTIONS_API MixtureSameFamilyConstraint final : public Constraint {
 public:
  /// \param weights The probabilities of the components. A component of weight 0 is ignored; if
  ///     `weights` is undefined, all components count.
  explicit MixtureSameFamilyConstraint(ConstraintPtr base_constraint, Tensor weights = {});

  const ConstraintPtr& base_constraint() const& noexcept { return base_; }
  ConstraintPtr base_constraint() && { return base_; }
  const Tensor& weights() const noexcept { return weights_; }

  bool is_discrete() const override { return base_->is_discrete(); }
  int64_t event_dim() const override { return base_->event_dim(); }
  /// \throws c10::ValueError if `value` has fewer than `event_dim()` dimensions.
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;

 private:
  ConstraintPtr base_;
  Tensor weights_;
};

}  // namespace torch::distributions::constraints
