#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/constant_pad_nd.h>

namespace torch::distributions::ops {

/// For each element the sum of the others along the last dimension, by addition alone: where one is
/// large, the sum of all less itself would lose what the small ones add.
inline at::Tensor sum_of_others(const at::Tensor& tensor) {
  const auto sum_before = [](const at::Tensor& t) {
    return at::constant_pad_nd(t.slice(-1, 0, -1), {1, 0}).cumsum(-1);
  };
  return sum_before(tensor) + sum_before(tensor.flip(-1)).flip(-1);
}

}  // namespace torch::distributions::ops
