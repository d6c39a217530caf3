#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/constant_pad_nd.h>

namespace torch::distributions::ops {

/// The sum of the other elements along the last dimension, for each element. It only adds: if one
/// element is large, subtracting it from the total would lose the digits of the small ones.
inline at::Tensor sum_of_others(const at::Tensor& tensor) {
  const auto sum_before = [](const at::Tensor& t) {
    return at::constant_pad_nd(t.slice(-1, 0, -1), {1, 0}).cumsum(-1);
  };
  return sum_before(tensor) + sum_before(tensor.flip(-1)).flip(-1);
}

}  // namespace torch::distributions::ops
