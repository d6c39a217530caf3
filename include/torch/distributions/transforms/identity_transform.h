#pragma once

#include <torch/distributions/transforms/compose.h>

namespace torch::distributions::inline transforms {

/// y = x.
inline const ComposeTransform identity_transform{std::vector<TransformPtr>{}};

}  // namespace torch::distributions::inline transforms
