#pragma once

#include <ATen/Dispatch.h>
#include <ATen/core/Tensor.h>

#include <algorithm>

#include "ops/tensor/path.h"

namespace torch::distributions::ops {

/// Whether `holds(x)` is true for each element x, as a double. True for meta tensors, which have no
/// data; else false if a loop cannot read the elements.
template <class Condition>
bool holds_for_all(const at::Tensor& t, const Condition& holds) {
  if (t.is_meta()) return true;
  if (!may_use_kernels() || !is_readable(t) || !t.is_contiguous()) return false;
  return AT_DISPATCH_FLOATING_TYPES_AND2(
      at::kHalf, at::kBFloat16, t.scalar_type(), "holds_for_all", [&] {
        const auto* const first = t.const_data_ptr<scalar_t>();
        return std::all_of(first, first + t.numel(),
                           [&](scalar_t x) { return holds(static_cast<double>(x)); });
      });
}

}  // namespace torch::distributions::ops
