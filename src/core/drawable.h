#pragma once

#include <initializer_list>

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions {

/// A parameter, and the set of those of its values for which draws exist.
struct Drawable {
  const Tensor& parameter;
  const Constraint& set;
};

/// Where a parameter is NaN or outside its set, so that the draw must be NaN. Undefined if all are
/// inside, and if they have been validated: then nothing is computed.
Tensor undrawable(bool validated, std::initializer_list<Drawable> parameters);

/// `draws` with NaN where `undrawable`, unless that is undefined.
Tensor with_nan(const Tensor& draws, const Tensor& undrawable);

/// `parameter` with `stand_in` where `undrawable`, for a sampler that would throw or never return.
Tensor with_stand_in(const Tensor& parameter, const Tensor& undrawable, double stand_in);

}  // namespace torch::distributions
