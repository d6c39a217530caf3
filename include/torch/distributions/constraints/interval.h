#pragma once

#include <torch/distributions/constraints/bounded.h>

namespace torch::distributions::constraints {

/// The half line (lower, inf].
class TORCH_DISTRIBUTIONS_API GreaterThan final : public LowerBounded {
 public:
  explicit GreaterThan(Param lower) : LowerBounded("GreaterThan", std::move(lower)) {}
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

/// The half line [lower, inf].
class TORCH_DISTRIBUTIONS_API GreaterThanEq final : public LowerBounded {
 public:
  explicit GreaterThanEq(Param lower) : LowerBounded("GreaterThanEq", std::move(lower)) {}
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

/// The half line [-inf, upper).
class TORCH_DISTRIBUTIONS_API LessThan final : public UpperBounded {
 public:
  explicit LessThan(Param upper) : UpperBounded("LessThan", std::move(upper)) {}
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

/// The closed interval [lower, upper].
class TORCH_DISTRIBUTIONS_API Interval final : public Bounded {
 public:
  Interval(Param lower, Param upper) : Bounded("Interval", std::move(lower), std::move(upper)) {}
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

/// The interval [lower, upper).
class TORCH_DISTRIBUTIONS_API HalfOpenInterval final : public Bounded {
 public:
  HalfOpenInterval(Param lower, Param upper)
      : Bounded("HalfOpenInterval", std::move(lower), std::move(upper)) {}
  Tensor check(const Tensor& value) const override;
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  std::optional<Tensor> interior_point(IntArrayRef shape,
                                       const TensorOptions& options) const override;
};

inline GreaterThan greater_than(Param lower) { return GreaterThan(std::move(lower)); }
inline GreaterThanEq greater_than_eq(Param lower) { return GreaterThanEq(std::move(lower)); }
inline LessThan less_than(Param upper) { return LessThan(std::move(upper)); }
inline Interval interval(Param lower, Param upper) { return {std::move(lower), std::move(upper)}; }
inline HalfOpenInterval half_open_interval(Param lower, Param upper) {
  return {std::move(lower), std::move(upper)};
}

inline const GreaterThan positive(0.0);
inline const GreaterThanEq nonnegative(0.0);
inline const Interval unit_interval(0.0, 1.0);

}  // namespace torch::distributions::constraints
