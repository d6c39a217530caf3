#pragma once

#include <initializer_list>

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions {

/// A parameter, and the values of it for which there is something to draw.
struct Drawable {
  const Tensor& parameter;
  const Constraint& set;
};

/// Where one of the parameters is NaN or outside its set, so that the draw is NaN; undefined where
/// all are inside. Parameters that have been validated are not looked at.
Tensor undrawable(bool validated, std::initializer_list<Drawable> parameters);

/// `draws` with NaN where `undrawable`, unless that is undefined.
Tensor with_nan(const Tensor& draws, const Tensor& undrawable);

/// `parameter` with a stand-in there, for a sampler that would throw, or never return.
Tensor with_stand_in(const Tensor& parameter, const Tensor& undrawable, double stand_in);

}  // namespace torch::distributions
