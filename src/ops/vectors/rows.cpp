#include "ops/vectors/rows.h"

#include <ATen/EmptyTensor.h>

#include <algorithm>
#include <atomic>

#include "ops/engine/instruction_set.h"
#include "ops/tensor/parallel.h"
#include "ops/tensor/path.h"

namespace torch::distributions::ops::engine {

using at::Tensor;

bool has_row_kernel(const Tensor& t) {
  const auto dtype = t.scalar_type();
  return may_use_kernels() && is_readable(t) && (dtype == at::kFloat || dtype == at::kDouble) &&
         t.dim() > 0 && t.numel() > 0 && t.size(-1) <= kMostColumns && t.is_contiguous();
}

Tensor uninitialized(at::IntArrayRef shape, at::ScalarType dtype) {
  return at::detail::empty_cpu(shape, dtype, /*pin_memory=*/false);
}

const RowKernels& row_kernels() {
  static constexpr auto all =
      for_each_instruction_set([]<class Isa>() { return &row_kernels_of<Isa>; });
  return all[static_cast<std::size_t>(instruction_set())]();
}

Tensor run_rows(RowKernels::Run (RowKernels::*function)[2], const Tensor& first,
                const Tensor& second, bool* has_empty_row) {
  const int64_t columns = first.size(-1), count = first.numel() / columns;
  const int64_t row_size = columns * static_cast<int64_t>(first.element_size());
  Tensor output = uninitialized(first.sizes(), first.scalar_type());
  const auto kernel = (row_kernels().*function)[first.scalar_type() == at::kDouble];
  const auto* const x = static_cast<const char*>(first.const_data_ptr());
  const auto* const y = second.defined() ? static_cast<const char*>(second.const_data_ptr()) : x;
  auto* const to = static_cast<char*>(output.mutable_data_ptr());
  std::atomic<bool> empty = false;
  parallel_for(count, std::max<int64_t>(1, kGrain / columns), [&](int64_t begin, int64_t end) {
    const int64_t offset = begin * row_size;
    bool of_part = false;
    kernel({end - begin, columns, {x + offset, y + offset}, to + offset, &of_part});
    if (of_part) empty.store(true, std::memory_order_relaxed);
  });
  if (has_empty_row != nullptr) *has_empty_row = empty.load(std::memory_order_relaxed);
  return output;
}

}  // namespace torch::distributions::ops::engine
