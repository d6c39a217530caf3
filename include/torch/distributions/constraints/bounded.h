#pragma once

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions::constraints {

/// What the constraints with a lower bound share; a tensor bound broadcasts with the value.
class TORCH_DISTRIBUTIONS_API LowerBounded : public Constraint {
 public:
  /// The bound; a number becomes a zero-dimensional tensor of the default dtype.
  Tensor lower_bound() const { return lower_.tensor(); }
  /// The bound as it was given, which may be a number.
  const Param& lower() const noexcept { return lower_; }

  void print(std::ostream& out) const override;

 protected:
  explicit LowerBounded(Param lower) : lower_(std::move(lower)) {}

 private:
  virtual const char* name() const = 0;

  Param lower_;
};

/// What the constraints with an upper bound share; a tensor bound broadcasts with the value.
class TORCH_DISTRIBUTIONS_API UpperBounded : public Constraint {
 public:
  /// The bound; a number becomes a zero-dimensional tensor of the default dtype.
  Tensor upper_bound() const { return upper_.tensor(); }
  /// The bound as it was given, which may be a number.
  const Param& upper() const noexcept { return upper_; }

  void print(std::ostream& out) const override;

 protected:
  explicit UpperBounded(Param upper) : upper_(std::move(upper)) {}

 private:
  virtual const char* name() const = 0;

  Param upper_;
};

/// What the constraints with both bounds share; tensor bounds broadcast with the value.
class TORCH_DISTRIBUTIONS_API Bounded : public Constraint {
 public:
  /// The bounds; a number becomes a zero-dimensional tensor of the other bound's dtype, else of the
  /// default one.
  Tensor lower_bound() const;
  Tensor upper_bound() const;
  /// The bounds as they were given, which may be numbers.
  const Param& lower() const noexcept { return lower_; }
  const Param& upper() const noexcept { return upper_; }

  void print(std::ostream& out) const override;

 protected:
  Bounded(Param lower, Param upper) : lower_(std::move(lower)), upper_(std::move(upper)) {}

 private:
  virtual const char* name() const = 0;

  Param lower_, upper_;
};

}  // namespace torch::distributions::constraints
