#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/DimVector.h>

namespace torch::distributions::ops {

/// The sum of `tensor` over its last `dims` dimensions.
inline at::Tensor sum_rightmost(const at::Tensor& tensor, int64_t dims) {
  if (dims <= 0) return tensor;
  at::DimVector last;
  for (int64_t dim = -dims; dim < 0; ++dim) last.push_back(dim);
  return tensor.sum(last);
}

}  // namespace torch::distributions::ops
