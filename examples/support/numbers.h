#pragma once

#include <torch/types.h>

#include <vector>

namespace example {

/// The elements of a tensor, in row-major order.
inline std::vector<double> numbers(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.to(torch::kCPU, torch::kDouble).flatten().contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

}  // namespace example
