#pragma once

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// Placeholder for a constraint that depends on other parameters of an object.
///
/// `check` throws `c10::ValueError`; `is_discrete` and `event_dim` throw `c10::NotImplementedError`
/// unless they were given.
class TORCH_DISTRIBUTIONS_API Dependent final : public Constraint {
 public:
  explicit Dependent(std::optional<bool> is_discrete = std::nullopt,
                     std::optional<int64_t> event_dim = std::nullopt)
      : is_discrete_(is_discrete), event_dim_(event_dim) {}

  /// A copy with the given properties replaced: `constraints::dependent(false, 1)`.
  Dependent operator()(std::optional<bool> is_discrete,
                       std::optional<int64_t> event_dim = std::nullopt) const;

  bool is_discrete() const override;
  int64_t event_dim() const override;
  Tensor check(const Tensor& value) const override;
  void print(std::ostream& out) const override;

 private:
  std::optional<bool> is_discrete_;
  std::optional<int64_t> event_dim_;
};

inline const Dependent dependent;

TORCH_DISTRIBUTIONS_API bool is_dependent(const Constraint& constraint);

}  // namespace torch::distributions::constraints
