#pragma once

#include <functional>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

/// A value made fit for a function that is defined on a set only, so that what it gives elsewhere
/// (NaN, an error, a gradient of either) does not have to be undone.
struct Supported {
  Tensor value;    // with an event of the set in place of each one outside
  Tensor outside;  // which events those were; undefined when there were none
};

/// An event with a NaN stays as it is, and counts as inside.
/// \param inside makes events of the set that broadcast with `value`; called when needed.
Supported supported(const Constraint& set, const Tensor& value,
                    const std::function<Tensor()>& inside);

/// One draw, which leaves the device's default generator as it was: some events of the support.
Tensor draw_apart(const Distribution& distribution, at::Device device);

}  // namespace torch::distributions
