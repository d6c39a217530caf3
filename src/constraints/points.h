#pragma once

#include <optional>

#include <torch/distributions/constraints/constraint.h>

/// Points of a set, and events that lie outside it.
namespace torch::distributions {

/// The constraint on each element of an event: an `IndependentConstraint`'s base, else the set.
const Constraint& of_elements(const Constraint& set);

/// Whether the set is `real` or an `IndependentConstraint` of it. Only NaN lies outside.
bool is_real(const Constraint& set);

/// A mask of the events of `value` that lie outside the set and have no NaN. Undefined if there are
/// known to be none, for a dependent set and for a meta tensor.
Tensor violations(const Constraint& set, const Tensor& value);

/// The set's interior point, or zeros if `interior_point` returns none.
Tensor inner_point(const Constraint& set, IntArrayRef event_shape, const TensorOptions& options);

/// The points of the set, or of its closure, that are nearest to the elements of `value`. Defined
/// for intervals and half-lines of numbers or integers, for booleans, and for scalar mixtures of
/// these; nullopt for other sets.
std::optional<Tensor> nearest_point(const Constraint& set, const Tensor& value, bool of_closure);

/// Whether no element is infinite or NaN. True for meta tensors, which have no data.
bool all_finite(const Tensor& value);

/// All numbers except the infinite ones. NaN belongs to the set.
class Finite final : public Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.isinf().logical_not(); }
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};
inline const Finite finite;

/// Appends `event_dim` dimensions of size 1 to a tensor with one number for each event, so that it
/// broadcasts with the elements of the events.
Tensor with_event(Tensor of_events, int64_t event_dim);

/// Where one of two conditions holds. An undefined `a` holds nowhere.
Tensor either(const Tensor& a, const Tensor& b);

/// Whether the condition holds anywhere in the last `dims` dimensions.
Tensor any_rightmost(const Tensor& condition, int64_t dims);

}  // namespace torch::distributions
