#pragma once

#include <ATen/core/Tensor.h>

/// Log densities of relaxed categories on tensors whose last dimension holds the categories: of
/// size 1 in the temperature. They compute in double, because scores, which may be large, cancel.
/// The result has the common dtype of the parameters and of a floating value.
/// If a category has no weight (a logit of -inf) and the coordinate that such a category always
/// has, the result is the density of the other categories.

namespace torch::distributions::ops {

/// The log density of a logarithm x.
at::Tensor relaxed_categorical_log_prob(const at::Tensor& temperature, const at::Tensor& logits,
                                        const at::Tensor& x);

/// The log density of a point y of the simplex. Where coordinates are 0, it is the limit for
/// coordinates that decrease in proportion.
at::Tensor relaxed_one_hot_log_prob(const at::Tensor& temperature, const at::Tensor& logits,
                                    const at::Tensor& y);

}  // namespace torch::distributions::ops
