#pragma once

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// Base of the constraints with a lower bound. A tensor bound broadcasts with the value.
class TORCH_DISTRIBUTIONS_API LowerBounded : public Constraint {
 public:
  /// The bound as a tensor. Numbers and lists take the default dtype.
  Tensor lower_bound() const { return lower_.tensor(); }
  /// The bound as it was given: a tensor, a number or a list.
  const Param& lower() const& noexcept { return lower_; }
  Param lower() && { return lower_; }

  void print(std::ostream& out) const override;

 protected:
  LowerBounded(const char* name, Param lower);

 private:
  const char* name_;
  Param lower_;
};

/// Base of the constraints with an upper bound. A tensor bound broadcasts with the value.
class TORCH_DISTRIBUTIONS_API UpperBounded : public Constraint {
 public:
  /// The bound as a tensor. Numbers and lists take the default dtype.
  Tensor upper_bound() const { return upper_.tensor(); }
  /// The bound as it was given: a tensor, a number or a list.
  const Param& upper() const& noexcept { return upper_; }
  Param upper() && { return upper_; }

  void print(std::ostream& out) const override;

 protected:
  UpperBounded(const char* name, Param upper);

 private:
  const char* name_;
  Param upper_;
};

/// Base of the constraints with both bounds. Tensor bounds broadcast with the value.
class TORCH_DISTRIBUTIONS_API Bounded : public Constraint {
 public:
  /// The bounds as tensors. Numbers and lists take the dtype of a floating bound, else the default.
  Tensor lower_bound() const;
  Tensor upper_bound() const;
  /// The bounds as they were given: tensors, numbers or lists.
  const Param& lower() const& noexcept { return lower_; }
  Param lower() && { return lower_; }
  const Param& upper() const& noexcept { return upper_; }
  Param upper() && { return upper_; }

  void print(std::ostream& out) const override;

 protected:
  Bounded(const char* name, Param lower, Param upper);

 private:
  const char* name_;
  Param lower_, upper_;
};

}  // namespace torch::distributions::constraints
