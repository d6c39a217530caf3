#pragma once

#include <ATen/EmptyTensor.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace torch::distributions::ops {

/// Elements of a kernel for which another thread pays.
inline constexpr int64_t kGrain = 8192;

/// Calls `f(begin, end)` for parts of [0, count), of at least `grain`, on LibTorch's threads.
///
/// `at::parallel_for` is a template, and makes threads only in a file that is compiled with OpenMP:
/// it would have to be the very runtime that LibTorch carries. Its iterators have been compiled so;
/// one over a tensor of `count` bytes, which nobody reads, calls `f` with their places.
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
