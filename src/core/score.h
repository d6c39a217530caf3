#pragma once

#include <ATen/ATen.h>

#include "core/float_limits.h"
#include "ops/tensor/holds_for_all.h"
#include "ops/tensor/path.h"

namespace torch::distributions::core {

/// Numbers that a draw is not rounded to: those between two ends.
struct OpenRange {
  double low, high;
};

/// The range of positive draws of a dtype: a draw that underflows is the least normal number.
inline OpenRange positive_range(at::ScalarType dtype) {
  const FloatLimits limits = float_limits(dtype);
  return {limits.least_normal, limits.largest};
}

/// `x` with a harmless number for the elements in `mask`, which may be undefined.
inline at::Tensor replaced(const at::Tensor& x, const at::Tensor& mask, double harmless = 0.5) {
  return mask.defined() ? x.masked_fill(mask, harmless) : x;
}

/// The log density of draws, where those that left a range are known by the logarithms of gamma
/// variables.
/// \param x Draws: numbers, or vectors along the last dimension. A vector is in the range if all its
///     elements are.
/// \param of_draws The log density of the draws in the range. It is given the mask of the others,
///     which it replaces; undefined if there are none.
/// \param of_logs The log density of the draws that are out of range. It is given a function that
///     selects them in a tensor of the shape of x.
template <class OfDraws, class OfLogs>
at::Tensor score(const at::Tensor& x, bool are_vectors, OpenRange range, const OfDraws& of_draws,
                 const OfLogs& of_logs) {
  const at::Tensor draws = x.detach();
  const auto is_inside = [&](double each) { return each > range.low && each < range.high; };
  if (ops::holds_for_all(draws.contiguous(), is_inside)) return of_draws(at::Tensor());
  at::Tensor outside = (draws > range.low).logical_and_(draws < range.high).logical_not_();
  if (are_vectors) outside = outside.any(-1);
  const at::Tensor log_prob = of_draws(are_vectors ? outside.unsqueeze(-1) : outside);
  const auto finished = [&](const at::Tensor& t) { return t.to(log_prob.scalar_type()); };
  // A function transform cannot select, and on other devices it would have to wait for the places.
  if (!ops::may_use_kernels() || !draws.is_cpu())
    return at::where(outside, finished(of_logs([](const at::Tensor& t) { return t; })), log_prob);
  const at::Tensor places = outside.reshape(-1).nonzero().squeeze(-1);
  const auto of_each = [&](const at::Tensor& t) {
    at::DimVector shape{-1};  // and the dimensions of a vector
    const auto vector = t.sizes().slice(static_cast<std::size_t>(outside.dim()));
    shape.append(vector.begin(), vector.end());
    return shape;
  };
  const auto selected = [&](const at::Tensor& t) {
    return t.reshape(of_each(t)).index_select(0, places);
  };
  return log_prob.reshape(-1)
      .index_copy(0, places, finished(of_logs(selected)))
      .view(log_prob.sizes());
}

}  // namespace torch::distributions::core
