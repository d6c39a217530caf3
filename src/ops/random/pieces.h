#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/float_limits.h"
#include "ops/engine/convert.h"
#include "ops/random/draw.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/plain.h"

/// The memory of a tensor that is filled with random numbers, in pieces.

namespace torch::distributions::ops::random {

/// Calls `f` with a contiguous tensor on the CPU, whose elements then are those of `to`. Not if `to`
/// is empty or a meta tensor.
template <class F>
void with_contiguous(const at::Tensor& to, const F& f) {
  if (to.is_meta() || to.numel() == 0) return;
  if (is_plain(to) && to.is_contiguous()) return f(to);
  const at::NoGradGuard no_grad;
  const at::Tensor made =
      at::empty(to.sizes(), to.scalar_type(), at::kStrided, at::kCPU, false, std::nullopt);
  f(made);
  to.copy_(made);
}

/// The largest count of a floating or an integer dtype, of which the double is not larger.
inline double largest_count(at::ScalarType dtype) {
  if (at::isFloatingType(dtype)) return float_limits(dtype).largest;
  const double bits = dtype == at::kBool ? 1
                                         : 8 * static_cast<double>(c10::elementSize(dtype)) -
                                               at::isSignedType(dtype);
  return bits > 53 ? std::exp2(bits) * (1 - 0x1p-53) : std::exp2(bits) - 1;
}

/// The element of the draw that is element 0 of a tensor with `count` elements.
inline std::uint64_t first_element(const Draw& draw, std::int64_t count) {
  return std::uint64_t{draw.shard} * static_cast<std::uint64_t>(count);
}

/// Calls `f(to, begin, count)` for pieces of a contiguous tensor on LibTorch's threads: f writes
/// count numbers T from `to` on, which are the elements from `begin` on. If the tensor's dtype is
/// not that of T, they are converted by blocks on the stack.
template <class T, class F>
void for_each_piece(const at::Tensor& contiguous, const Draw& draw, const F& f) {
  constexpr std::int64_t kBlock = 1024;  // a multiple of the groups of blocks.h
  const std::int64_t size = contiguous.numel();
  const at::ScalarType dtype = contiguous.scalar_type();
  const std::uint64_t first = first_element(draw, size);
  char* const data = static_cast<char*>(contiguous.mutable_data_ptr());
  const auto element_size = static_cast<std::int64_t>(contiguous.element_size());
  parallel_for(size, kGrain, [&](std::int64_t begin, std::int64_t end) {
    if (dtype == c10::CppTypeToScalarType<T>::value)
      return f(reinterpret_cast<T*>(data) + begin, begin, end - begin);
    T numbers[kBlock];
    while (begin < end) {
      const auto place =
          static_cast<std::int64_t>((first + static_cast<std::uint64_t>(begin)) % kBlock);
      const std::int64_t count = std::min(kBlock - place, end - begin);
      f(numbers, begin, count);
      engine::scatter(numbers, 1, count, data + begin * element_size, dtype, 0, 1);
      begin += count;
    }
  });
}

}  // namespace torch::distributions::ops::random
