#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <iosfwd>
#include <optional>
#include <string>

#include <torch/distributions/core/param.h>
#include <torch/distributions/core/shared.h>

namespace torch::distributions {

/// A set of values: the domain of a parameter or the support of a distribution.
class TORCH_DISTRIBUTIONS_API Constraint {
 public:
  virtual ~Constraint() = default;

  virtual bool is_discrete() const { return false; }

  /// Number of rightmost dimensions of a value that are checked together.
  virtual int64_t event_dim() const { return 0; }

  /// Whether each event of `value` lies in the set: a bool tensor of the shape of `value` without
  /// the last `event_dim()` dimensions, broadcast with the bounds of the constraint.
  /// \throws c10::ValueError if `value` has fewer than `event_dim()` dimensions.
  virtual Tensor check(const Tensor& value) const = 0;

  /// Row-major position in `check(value)` of the first event outside the set. Nothing if there is
  /// none, or for a meta tensor, which has no data to check. Throws the same errors as `check`. On
  /// the CPU, element-wise constraints make one pass, stop early and allocate no memory.
  virtual std::optional<int64_t> first_violation(const Tensor& value) const;

  /// An event of the set, away from its boundary. The library substitutes it for events outside a
  /// support, where a density has no finite gradient.
  /// \param shape The shape of the event, which batch dimensions may precede. The result has this
  ///     shape, broadcast with the bounds of the set.
  /// \param options The options of the result; the dtype must be floating.
  /// \return The event, or nothing if none is known: by default, and for an empty set.
  virtual std::optional<Tensor> interior_point(IntArrayRef shape,
                                               const TensorOptions& options) const;

  /// Writes Python's repr, such as `GreaterThan(lower_bound=0.0)`.
  virtual void print(std::ostream& out) const = 0;

 protected:
  Constraint() = default;
  Constraint(const Constraint&) = default;
  Constraint& operator=(const Constraint&) = default;
};

using ConstraintPtr = core::Shared<Constraint>;

TORCH_DISTRIBUTIONS_API std::ostream& operator<<(std::ostream& out, const Constraint& constraint);

/// Makes constraints printable by fmt.
TORCH_DISTRIBUTIONS_API std::string format_as(const Constraint& constraint);

}  // namespace torch::distributions
