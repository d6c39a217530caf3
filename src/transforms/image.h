#pragma once

#include <optional>
#include <vector>

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// The transforms in the order in which they are applied, with each composition replaced by its
/// parts. This includes compositions inside an inverse or an `IndependentTransform`.
std::vector<TransformPtr> flattened(const std::vector<TransformPtr>& transforms);

/// The element-wise forms of the transforms: the bases of `IndependentTransform`s, and affine
/// transforms with an event_dim of 0. Identities are dropped.
std::vector<TransformPtr> of_elements(const std::vector<TransformPtr>& transforms);

/// The image of `set`, an interval, a half-line or the line, under flattened transforms: the
/// smallest set of these kinds that has a class. nullopt if `set` is of no such kind, or if a
/// transform is not known to be element-wise and monotone.
std::optional<ConstraintPtr> image_of(const Constraint& set,
                                      const std::vector<TransformPtr>& transforms);

/// s x for flattened affine transforms that compose to y = s x + c; nullopt if one is not affine.
std::optional<Tensor> scaled(const Tensor& x, const std::vector<TransformPtr>& transforms);

}  // namespace transforms
}  // namespace torch::distributions
