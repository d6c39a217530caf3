#pragma once

#include <torch/distributions/core/param.h>

/// Numbers between two bounds, for `Constraint::interior_point`.
namespace torch::distributions::constraints {

/// The number in the middle between two bounds. Where a bound is infinite, the other one decides:
/// the number is as far from it as it is from 0, and at least 1 away, but finite. Where rounding
/// leaves no number between the bounds, it is the lower one.
/// \param shape of the result, which the bounds may broadcast.
Tensor number_between(const Param& lower, const Param& upper, IntArrayRef shape,
                      const TensorOptions& options);

/// The same among the integers of [lower, upper].
Tensor integer_between(const Param& lower, const Param& upper, IntArrayRef shape,
                       const TensorOptions& options);

/// Vectors of equal integers along the last dimension, of a sum of about half of `total`: of less
/// than it also when they are rounded.
Tensor counts_below(const Param& total, IntArrayRef shape, const TensorOptions& options);

}  // namespace torch::distributions::constraints
