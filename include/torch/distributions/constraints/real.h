#pragma once

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// The extended real line [-inf, inf]: everything but NaN.
class TORCH_DISTRIBUTIONS_API Real final : public Constraint {
 public:
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

inline const Real real;

}  // namespace torch::distributions::constraints
