#pragma once

#include <ATen/core/Tensor.h>

/// Functions of Multinomial(n, p) on tensors whose last dimension holds the categories. The counts
/// `n` lack that dimension, and do not affect the dtype of the result. All compute in double,
/// because the rounding of counts would show.

namespace torch::distributions::ops {

/// The log probability of counts x. It is -inf unless they are integers with the sum n. The sum may
/// be smaller by what the dtype of x cannot represent, if n is so large, and above 2^53 it may
/// differ by the rounding errors of a sum. The categories are given either by `probs`
/// or by `logits`; the other is undefined. Not differentiable in counts.
at::Tensor multinomial_log_prob(const at::Tensor& n, const at::Tensor& probs,
                                const at::Tensor& logits, const at::Tensor& x);

/// The entropy, from the probabilities.
at::Tensor multinomial_entropy(const at::Tensor& n, const at::Tensor& p);

}  // namespace torch::distributions::ops
