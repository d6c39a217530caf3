#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace torch::distributions::ops {

/// Reverts expansion: batch dimensions (all but the last `event_dim`) of stride 0 get size 1.
inline at::Tensor unexpanded(at::Tensor tensor, int64_t event_dim) {
  for (int64_t d = 0; d < tensor.dim() - event_dim; ++d) {
    if (tensor.stride(d) == 0 && tensor.size(d) > 1) tensor = tensor.narrow(d, 0, 1);
  }
  return tensor;
}

}  // namespace torch::distributions::ops
