#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/matrix_kernels.h"

/// Runs matrix kernels on tensors.
namespace torch::distributions::ops {

namespace engine {

/// The matrix kernels for the instruction set in use.
const MatrixKernels& matrix_kernels();

/// Whether matrix kernels can read `t` in place.
bool has_matrix_kernel(const at::Tensor& t);

}  // namespace engine

/// L^-1 M for lower triangular L, `[..., n, n]`, and matrices M of the same batch, `[..., n, c]`.
/// Numbers above the diagonal of L do not count.
at::Tensor solve_lower(const at::Tensor& factor, const at::Tensor& matrices);

/// For matrices X = L B B^T L^T with a lower triangular B, `[..., n, n]`: the squares of the
/// diagonal of B, then the sum of the squares below it, `[..., n + 1]`, in double. The batch of L,
/// which holds doubles, broadcasts to that of X. The gradients of X are symmetric.
///
/// Undefined if no kernel can compute it, or unless each X is positive definite and finite.
at::Tensor bartlett_squares(const at::Tensor& factor, const at::Tensor& matrices);

}  // namespace torch::distributions::ops
