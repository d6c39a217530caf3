#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

namespace torch::distributions::ops {

/// Draws of LKJCholesky(concentration), matrices in the dtype of the concentration.
/// \param shape That of the draws. The dimensions before the matrices include the batch dimensions
///     of the concentration.
at::Tensor sample_lkj_cholesky(const at::Tensor& concentration, at::IntArrayRef shape,
                               std::optional<at::Generator> generator);

}  // namespace torch::distributions::ops
