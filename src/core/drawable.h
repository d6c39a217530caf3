#pragma once

#include <initializer_list>

#include <torch/distributions/constraints/constraint.h>

namespace torch::distributions {

/// A parameter and the set of its values for which draws exist.
struct Drawable {
  const Tensor& parameter;
  const Constraint& set;
};

/// Mask of the elements with a parameter that is NaN or outside its set, whose draws must be NaN.
/// Undefined if there are none.
/// \param validated Set to true if the parameters are known to be valid: nothing is computed then.
Tensor undrawable(bool validated, std::initializer_list<Drawable> parameters);

/// `draws` with NaN where `undrawable` is true; `draws` itself if `undrawable` is undefined.
Tensor with_nan(const Tensor& draws, const Tensor& undrawable);

/// `parameter` with `stand_in` where `undrawable` is true: a sampler may throw or never return for
/// invalid parameters.
Tensor with_stand_in(const Tensor& parameter, const Tensor& undrawable, double stand_in);

}  // namespace torch::distributions
