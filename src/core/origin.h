#pragma once

#include <ATen/ATen.h>

#include <utility>

/// The density of a draw `loc + deviation` does not depend on `loc`. However, a draw has fewer
/// digits than its deviation if `loc` is large. So families with a location draw deviations, from
/// the same distribution around 0, and score these.

namespace torch::distributions::core {

/// The location 0, as a function of `loc` with its derivative. NaN if `loc` is NaN.
inline at::Tensor origin(const at::Tensor& loc) {
  const at::Tensor zero = loc - loc.detach();
  return loc.is_meta() ? zero : zero.masked_fill(loc.isinf(), 0);
}

/// Draws of a family with the location `loc`, and the log density of each.
/// \param draw Draws and scores deviations: it is given the same distribution around the origin.
template <class Family, class Draw>
std::pair<at::Tensor, at::Tensor> scored_around_origin(const Family& family,
                                                       at::Tensor Family::*loc, const Draw& draw) {
  Family centred(family);
  centred.*loc = origin(family.*loc);
  const auto [deviation, log_prob] = draw(centred);
  return {deviation + (family.*loc).detach(), log_prob};
}

}  // namespace torch::distributions::core
