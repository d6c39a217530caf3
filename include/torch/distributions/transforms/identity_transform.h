#pragma once

#include <torch/distributions/transforms/compose.h>

namespace torch::distributions {
inline namespace transforms {

/// The identity, \f$y = x\f$.
inline const ComposeTransform identity_transform{std::vector<TransformPtr>{}};

}  // namespace transforms
}  // namespace torch::distributions
