#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <iosfwd>
#include <optional>
#include <string>

#include <torch/distributions/core/param.h>
#include <torch/distributions/core/shared.h>

namespace torch::distributions {

/// A set of values: what a parameter may be, or the support of a distribution.
class TORCH_DISTRIBUTIONS_API Constraint {
 public:
  virtual ~Constraint() = default;

  virtual bool is_discrete() const { return false; }

  /// Number of rightmost dimensions of a value that are checked together.
  virtual int64_t event_dim() const { return 0; }

  /// For each event of `value` whether it lies in the set: a bool tensor of `value`'s shape less
  /// its last `event_dim()` dimensions (broadcast with the constraint's own bounds).
  /// \throws c10::ValueError for a value with fewer dimensions.
  virtual Tensor check(const Tensor& value) const = 0;

  /// Row-major position in `check(value)` of the first event outside the set, or nothing: also for
  /// a meta tensor, of whose numbers nothing is known. Throws where `check` does. On the CPU the
  /// element-wise constraints make one pass, stop early and allocate nothing.
  virtual std::optional<int64_t> first_violation(const Tensor& value) const;

  /// An event of the set, away from its ends. The library puts it in place of events outside a
  /// support, before it computes a density that would have no finite gradient there.
  /// \param shape that of an event; dimensions of a batch may precede it. A bound of the set may
  ///     broadcast it.
  /// \param options of the result; the dtype must be floating.
  /// \return nothing where no such event is known: by default, and for an empty set.
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

/// What fmt prints.
TORCH_DISTRIBUTIONS_API std::string format_as(const Constraint& constraint);

}  // namespace torch::distributions
