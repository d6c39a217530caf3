#pragma once

#include <optional>

#include <torch/distributions/constraints/constraint.h>

/// Finds points of a set, and events of a value that lie outside it.
namespace torch::distributions {

/// The set that each element of an event is in: an `IndependentConstraint`'s base, else the set.
const Constraint& of_elements(const Constraint& set);

/// Whether every number, or every tensor of numbers, belongs to the set.
bool is_real(const Constraint& set);

/// Which events of `value` lie outside the set, not counting those with a NaN. Undefined where it
/// is known that none does, for a dependent set, and for a meta tensor.
Tensor violations(const Constraint& set, const Tensor& value);

/// The set's interior point; zeros where it knows none.
Tensor inner_point(const Constraint& set, IntArrayRef event_shape, const TensorOptions& options);

/// The points of the set, or of its closure, that are nearest to the elements of `value`. Nothing
/// for a set that is neither an interval, of numbers or integers, nor boolean.
std::optional<Tensor> nearest_point(const Constraint& set, const Tensor& value, bool of_closure);

/// Whether no element is infinite or NaN. Meta tensors have no elements to look at.
bool all_finite(const Tensor& value);

/// All numbers but the infinite ones; NaN belongs to the set, too.
class Finite final : public Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.isinf().logical_not(); }
  std::optional<int64_t> first_violation(const Tensor& value) const override;
  void print(std::ostream& out) const override;
};
inline const Finite finite;

/// A tensor of one number for each event, as one that broadcasts with the elements of events of
/// `event_dim` dimensions.
Tensor with_event(Tensor of_events, int64_t event_dim);

/// Where one of two conditions holds. `a` may be undefined: it holds nowhere then.
Tensor either(const Tensor& a, const Tensor& b);

/// Whether the condition holds anywhere in the last `dims` dimensions.
Tensor any_rightmost(const Tensor& condition, int64_t dims);

}  // namespace torch::distributions
