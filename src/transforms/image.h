#pragma once

#include <optional>
#include <vector>

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// The transforms in the order in which they are applied, with the parts of a composition in its
/// place, and so those of an inverse of one and of an `IndependentTransform` of one.
std::vector<TransformPtr> flattened(const std::vector<TransformPtr>& transforms);

/// Transforms of elements in place of the `IndependentTransform`s of such, and of affine transforms
/// of events.
std::vector<TransformPtr> of_elements(const std::vector<TransformPtr>& transforms);

/// The image of `set`, an interval, a half line or the line, under transforms that are flattened:
/// the smallest such set of which there is a class. Nothing when the set is none of these, or a
/// transform is not known to be element-wise and monotone.
std::optional<ConstraintPtr> image_of(const Constraint& set,
                                      const std::vector<TransformPtr>& transforms);

/// s x for transforms that are flattened and all affine, y = s x + c; nothing when one is not.
std::optional<Tensor> scaled(const Tensor& x, const std::vector<TransformPtr>& transforms);

}  // namespace transforms
}  // namespace torch::distributions
