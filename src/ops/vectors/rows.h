#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/row_kernels.h"

/// Runs row kernels on tensors.

namespace torch::distributions::ops::engine {

/// Whether row kernels can read the vectors along the last dimension of `t` in place.
bool has_row_kernel(const at::Tensor& t);

/// A tensor for the results of kernels.
at::Tensor uninitialized(at::IntArrayRef shape, at::ScalarType dtype = at::kDouble);

/// The row kernels for the instruction set in use.
const RowKernels& row_kernels();

/// Runs a row kernel on one or two tensors for which `has_row_kernel` is true.
/// \param has_empty_row Set to whether the kernel reported an empty row. May be null.
at::Tensor run_rows(RowKernels::Run (RowKernels::*function)[2], const at::Tensor& first,
                    const at::Tensor& second = {}, bool* has_empty_row = nullptr);

}  // namespace torch::distributions::ops::engine
