#pragma once

#include <torch/distributions/core/param.h>

/// Points between two bounds, for `Constraint::interior_point`.
namespace torch::distributions::constraints {

/// The midpoint of two bounds. If only one bound b is finite, the result is max(|b|, 1) away from
/// it, clamped to finite numbers. If no number of the dtype lies strictly between the bounds, the
/// result is the lower bound.
/// \param shape The shape of the result, to which the bounds broadcast.
Tensor number_between(const Param& lower, const Param& upper, IntArrayRef shape,
                      const TensorOptions& options);

/// The middle integer of [lower, upper].
Tensor integer_between(const Param& lower, const Param& upper, IntArrayRef shape,
                       const TensorOptions& options);

/// Vectors of equal counts along the last dimension, whose sum is at most `total` / 2. The sum does
/// not exceed `total` even if the counts are rounded to a half type.
Tensor counts_below(const Param& total, IntArrayRef shape, const TensorOptions& options);

}  // namespace torch::distributions::constraints
