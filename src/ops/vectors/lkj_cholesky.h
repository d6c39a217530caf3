#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// The log density of LKJCholesky(concentration) for Cholesky factors of correlation matrices,
/// which are the last two dimensions.
at::Tensor lkj_cholesky_log_prob(const at::Tensor& concentration, const at::Tensor& factor);

}  // namespace torch::distributions::ops
