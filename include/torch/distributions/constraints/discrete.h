#pragma once

#include <torch/distributions/constraints/bounded.h>

namespace torch::distributions::constraints {

/// The two numbers 0 and 1.
class TORCH_DISTRIBUTIONS_API Boolean final : public Constraint {
 public:
  bool is_discrete() const override { return true; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

/// Vectors of zeros with a single 1.
class TORCH_DISTRIBUTIONS_API OneHot final : public Constraint {
 public:
  bool is_discrete() const override { return true; }
  int64_t event_dim() const override { return 1; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

/// The integers in [lower, upper].
class TORCH_DISTRIBUTIONS_API IntegerInterval final : public Bounded {
 public:
  IntegerInterval(Param lower, Param upper)
      : Bounded("IntegerInterval", std::move(lower), std::move(upper)) {}
  bool is_discrete() const override { return true; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

/// The integers in [lower, inf). As in Python, the set includes the bound despite its name.
class TORCH_DISTRIBUTIONS_API IntegerGreaterThan final : public LowerBounded {
 public:
  explicit IntegerGreaterThan(Param lower) : LowerBounded("IntegerGreaterThan", std::move(lower)) {}
  bool is_discrete() const override { return true; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

/// The integers in (-inf, upper]. As in Python, the set includes the bound despite its name.
class TORCH_DISTRIBUTIONS_API IntegerLessThan final : public UpperBounded {
 public:
  explicit IntegerLessThan(Param upper) : UpperBounded("IntegerLessThan", std::move(upper)) {}
  bool is_discrete() const override { return true; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

/// Vectors of numbers >= 0 whose sum is at most `upper`, up to the rounding of a sum of doubles. As
/// in Python, this is weaker than the support of a multinomial distribution: integers whose sum is
/// `upper`.
class TORCH_DISTRIBUTIONS_API Multinomial final : public UpperBounded {
 public:
  explicit Multinomial(Param upper) : UpperBounded("Multinomial", std::move(upper)) {}
  bool is_discrete() const override { return true; }
  int64_t event_dim() const override { return 1; }
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
  void print(std::ostream& out) const override;
};

inline const Boolean boolean;
inline const OneHot one_hot;
inline const IntegerGreaterThan nonnegative_integer(0);
inline const IntegerGreaterThan positive_integer(1);
inline IntegerInterval integer_interval(Param lower, Param upper) {
  return {std::move(lower), std::move(upper)};
}
inline Multinomial multinomial(Param upper) { return Multinomial(std::move(upper)); }

}  // namespace torch::distributions::constraints
