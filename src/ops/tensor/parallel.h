#pragma once

#include <ATen/EmptyTensor.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace torch::distributions::ops {

/// The fewest elements of a kernel that are worth a thread.
inline constexpr int64_t kGrain = 8192;

/// Calls `f(begin, end)` for parts of [0, count) on LibTorch's threads, as `at::parallel_for` does.
///
/// `at::parallel_for` is a template, which only starts threads in a file compiled with OpenMP, and
/// then needs LibTorch's own OpenMP runtime. TensorIterator is compiled into LibTorch, so an
/// iterator over a dummy tensor of `count` bytes is used. The byte addresses of a part give its
/// range.
template <class Function>
void parallel_for(int64_t count, int64_t grain, const Function& f) {
  if (count <= grain || at::get_num_threads() == 1 || at::in_parallel_region()) {
    f(0, count);
    return;
  }
  const at::TensorBase places = at::detail::empty_cpu({count}, at::kByte, /*pin_memory=*/false);
  auto iterator = at::TensorIterator::borrowing_nullary_op(places);
  const char* const first = static_cast<const char*>(places.const_data_ptr());
  iterator.for_each(
      [&](char** data, const int64_t*, int64_t n) {
        const int64_t begin = data[0] - first;
        f(begin, begin + n);
      },
      grain);
}

}  // namespace torch::distributions::ops
