#pragma once

#include <functional>
#include <optional>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

/// A value for a function that is defined on a set only. Events outside the set are replaced before
/// the call, because the NaN, the error or the gradient that they cause cannot be undone after it.
struct Supported {
  Tensor value;    // with an event of the set in place of each one outside
  Tensor outside;  // which events those were; undefined when there were none
};

/// An event with a NaN stays as it is, and counts as inside.
/// \param inside makes events of the set that broadcast with `value`; called when needed.
Supported supported(const Constraint& set, const Tensor& value,
                    const std::function<Tensor()>& inside);

/// The support of a distribution, if its class states one.
std::optional<ConstraintPtr> stated_support(const Distribution& distribution);

/// One draw, as an example of events in the support. The device's default generator is left as it
/// was.
Tensor draw_apart(const Distribution& distribution, at::Device device);

}  // namespace torch::distributions
