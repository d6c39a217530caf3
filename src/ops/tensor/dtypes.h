#pragma once

#include <ATen/ScalarOps.h>
#include <ATen/core/Tensor.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/ScalarType.h>

namespace torch::distributions::ops {

/// The dtype of a formula's result: the promoted dtype of the floating inputs, or the default dtype
/// if there are none. Zero-dimensional tensors count like any other, so that a double parameter is
/// not rounded to the dtype of a float value.
inline at::ScalarType result_dtype(c10::ArrayRef<const at::Tensor*> inputs) {
  auto dtype = at::ScalarType::Undefined;
  for (const at::Tensor* input : inputs) {
    const auto own = input->scalar_type();
    if (own == dtype || !at::isFloatingType(own)) continue;
    dtype = dtype == at::ScalarType::Undefined ? own : at::promote_types(dtype, own);
  }
  return dtype == at::ScalarType::Undefined ? c10::get_default_dtype_as_scalartype() : dtype;
}

/// The dtype in which a formula is computed: float for half types, or double if `in_double`.
inline at::ScalarType compute_dtype(at::ScalarType result, bool in_double) {
  const bool is_half = result == at::kHalf || result == at::kBFloat16;
  if (in_double && (is_half || result == at::kFloat)) return at::kDouble;
  return is_half ? at::kFloat : result;
}

}  // namespace torch::distributions::ops
