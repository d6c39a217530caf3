#pragma once

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// Vectors x of length n with x >= 0 and |sum(x) - 1| < tol. For integers, tol is Python's 1e-6. In
/// a floating dtype with epsilon eps and least positive number s, rounding moves the sum:
/// tol = 1e-6 + 2 eps + sqrt(n) min(eps, 2^-23) + n s / 2.
class TORCH_DISTRIBUTIONS_API Simplex final : public Constraint {
 public:
  int64_t event_dim() const override { return 1; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

inline const Simplex simplex;

}  // namespace torch::distributions::constraints
