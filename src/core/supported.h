#pragma once

#include <optional>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

/// A value for a function that is defined on a set only. Events outside the set are replaced before
/// the call, because the NaN, the error or the gradient that they cause cannot be undone after it.
struct Replaced {
  Tensor value;    // with an event of the set in place of each one outside
  Tensor outside;  // which events those were; undefined when there were none
};

/// Replaces the events outside a set that knows an interior point. An event with a NaN stays as it
/// is.
Replaced replace_unsupported(const Constraint& set, const Tensor& value);

/// The support of a distribution, if its class states one.
std::optional<ConstraintPtr> stated_support(const Distribution& distribution);

/// An event in the support, without a graph: an interior point or, for a support that knows none,
/// one draw. Drawing leaves the device's default generator as it was.
/// \param options of the interior point; the dtype must be floating.
Tensor stand_in(const Distribution& distribution, const TensorOptions& options);

}  // namespace torch::distributions
