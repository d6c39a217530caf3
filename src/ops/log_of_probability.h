#pragma once

#include <ATen/core/Tensor.h>

#include "ops/constants.h"

namespace torch::distributions::ops {

/// log p, and -inf where p is 0, with a gradient of 0 there.
inline at::Tensor log_of_probability(const at::Tensor& p) {
  const at::Tensor impossible = p == 0;
  return p.masked_fill(impossible, 1).log().masked_fill(impossible, -kInfinity);
}

}  // namespace torch::distributions::ops
