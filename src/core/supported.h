#pragma once

#include <optional>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

/// A value prepared for a function that is defined only on a set. Events outside the set are
/// replaced in advance, because the NaN, error or gradient that they cause cannot be removed later.
struct Replaced {
  Tensor value;    // the value with each event outside replaced by one of the set
  Tensor outside;  // mask of the replaced events; undefined if there are none
};

/// Replaces the events outside a set by its interior point (zeros if none is known). Events with a
/// NaN are kept.
Replaced replace_unsupported(const Constraint& set, const Tensor& value);

/// The support of a distribution, if its class states one.
std::optional<ConstraintPtr> stated_support(const Distribution& distribution);

/// An event in the support, without an autograd graph: an interior point or, if none is known, one
/// draw. The draw does not change the state of the device's default generator.
/// \param options The options of the interior point; the dtype must be floating.
Tensor stand_in(const Distribution& distribution, const TensorOptions& options);

}  // namespace torch::distributions
