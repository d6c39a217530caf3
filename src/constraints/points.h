#pragma once

#include <optional>

#include <torch/distributions/constraints/constraint.h>

/// Points of a set, and the points of a value that are none.
namespace torch::distributions {

/// The set that each element of an event is in: an `IndependentConstraint`'s base, else the set.
const Constraint& of_elements(const Constraint& set);

/// Whether every number belongs to the set, as does any tensor of them.
bool is_everything(const Constraint& set);

/// Which events of `value` lie outside the set; undefined where it is known that none does. An
/// event with a NaN does not count.
Tensor violations(const Constraint& set, const Tensor& value);

/// An event of this shape inside the set, away from its ends; zeros where the set is of no known
/// class. A bound of the set may broadcast it.
Tensor inner_point(const Constraint& set, IntArrayRef event_shape, const TensorOptions& options);

/// The points that are nearest to `value`, element by element, of the set or of its closure.
/// Nothing for a set that is no interval.
std::optional<Tensor> nearest_point(const Constraint& set, const Tensor& value, bool of_closure);

/// Whether no element is infinite or NaN. Meta tensors have no elements to look at.
bool all_finite(const Tensor& value);

/// The numbers that are not infinite; NaN is taken for one.
class Finite final : public Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.isinf().logical_not(); }
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};
inline const Finite finite;

/// A condition of events as one that broadcasts with their elements, of `event_dim` dimensions.
Tensor with_event(Tensor condition, int64_t event_dim);

/// Whether the condition holds anywhere in the last `dims` dimensions.
Tensor any_rightmost(const Tensor& condition, int64_t dims);

}  // namespace torch::distributions
