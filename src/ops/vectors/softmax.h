#pragma once

#include <ATen/core/Tensor.h>

/// Normalizes vectors along the last dimension, by a kernel for short vectors: LibTorch's
/// operations are slow for these.
namespace torch::distributions::ops {

/// More accurate than x - logsumexp(x), whose rounding error grows with the size of x.
/// \param may_be_empty Set to true if a vector may consist of -inf alone. Its result is NaN, since
///     it is no distribution. Its gradient is 0, so that no NaN reaches the inputs of x.
at::Tensor log_softmax(const at::Tensor& x, bool may_be_empty = false);
at::Tensor softmax(const at::Tensor& x);

/// x / sum x, for weights x whose sum may overflow. NaN with a gradient of 0 if all weights are 0.
at::Tensor normalize(const at::Tensor& x);

/// The same by LibTorch's operations only, so that the sum is rounded as LibTorch rounds it.
at::Tensor divided_by_sum(const at::Tensor& x);

}  // namespace torch::distributions::ops
