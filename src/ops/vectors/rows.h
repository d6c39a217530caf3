#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/row_kernels.h"

/// The Tensor face of the functions of rows.

namespace torch::distributions::ops::engine {

/// Whether kernels serve vectors along the last dimension of this tensor, where it lies.
bool has_row_kernel(const at::Tensor& t);

/// Those for the instruction set in use.
const RowKernels& row_kernels();

/// Runs a function of one or two such tensors.
/// \param has_empty_row made true if the function has seen one; may be null.
at::Tensor run_rows(RowKernels::Run (RowKernels::*function)[2], const at::Tensor& first,
                    const at::Tensor& second = {}, bool* has_empty_row = nullptr);

}  // namespace torch::distributions::ops::engine
