#pragma once

#include <ATen/ATen.h>

/// The density of a draw `loc + deviation` does not depend on `loc`. However, a draw has fewer
/// digits than its deviation if `loc` is large. So families with a location draw deviations, from
/// the same distribution around 0, and score these.

namespace torch::distributions::core {

/// The location 0, as a function of `loc` with its derivative. NaN if `loc` is NaN.
inline at::Tensor origin(const at::Tensor& loc) {
  return (loc - loc.detach()).masked_fill(loc.isinf(), 0);
}

/// A draw around `origin(loc)`, moved to `loc`.
inline at::Tensor moved(const at::Tensor& deviation, const at::Tensor& loc) {
  return deviation + loc.detach();
}

}  // namespace torch::distributions::core
