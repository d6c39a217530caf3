#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

/// Functions of LKJCholesky(concentration), whose values are matrices in the last two dimensions.

namespace torch::distributions::ops {

/// The log density of Cholesky factors of correlation matrices, as a double.
at::Tensor lkj_cholesky_log_prob(const at::Tensor& concentration, const at::Tensor& factor);

/// Draws in the dtype of the concentration.
/// \param shape That of the draws. The dimensions before the matrices include the batch dimensions
///     of the concentration.
at::Tensor sample_lkj_cholesky(const at::Tensor& concentration, at::IntArrayRef shape,
                               std::optional<at::Generator> generator);

}  // namespace torch::distributions::ops
