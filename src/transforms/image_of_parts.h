#pragma once

#include <cstdint>
#include <vector>

#include <torch/distributions/transforms/transform.h>

#include "ops/tensor/sum_rightmost.h"

namespace torch::distributions {
inline namespace transforms {

/// The image of x under `parts`, one after the other. `add` gets log|det J| of each part, which is
/// summed over the dimensions of the whole event that the part lacks.
/// \param event_dim The number of dimensions of an event of x.
/// \param image The image, or undefined if it is not known.
template <class Add>
Tensor image_of_parts(const std::vector<TransformPtr>& parts, Tensor x, int64_t event_dim,
                      const Tensor& image, const Add& add) {
  for (const TransformPtr& part : parts) {
    const bool is_known = image.defined() && &part == &parts.back();
    const Tensor y = is_known ? image : part(x);  // this costs nothing if the part has a cache
    const int64_t before = part->domain()->event_dim(), after = part->codomain()->event_dim();
    add(ops::sum_rightmost(part->log_abs_det_jacobian(x, y), event_dim - before));
    event_dim += after - before;
    x = y;
  }
  return x;
}

}  // namespace transforms
}  // namespace torch::distributions
