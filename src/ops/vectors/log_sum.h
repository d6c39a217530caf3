#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// log S with S = sum_k w_k exp(x_k) along the last dimension, for weights w of sum 1 or, if
/// `are_logs`, their logarithms. Both have the same dtype, float or double, and broadcast.
///
/// A term of weight 0 contributes only the derivative exp(x_k) / S with respect to its weight,
/// which is clamped to stay finite. Where S = 0 the gradient with respect to x is 0, and so is that
/// with respect to what the weights were normalised from.
at::Tensor log_sum(const at::Tensor& x, const at::Tensor& weights, bool are_logs);

}  // namespace torch::distributions::ops
