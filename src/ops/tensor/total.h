#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace torch::distributions::ops {

/// The sum over the last dimension, which is kept with size 1, in double.
at::Tensor total(const at::Tensor& x);

/// The sum of `n` numbers in double. Several accumulators let the additions overlap.
template <class T>
double total(const T* x, int64_t n) {
  constexpr std::size_t kLanes = 4;
  std::array<double, kLanes> sums{};
  for (; n >= static_cast<int64_t>(kLanes); n -= kLanes, x += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) sums[i] += static_cast<double>(x[i]);
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i) {
    sums[i] += static_cast<double>(x[i]);
  }
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

}  // namespace torch::distributions::ops
