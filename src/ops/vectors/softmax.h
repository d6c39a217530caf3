#pragma once

#include <ATen/core/Tensor.h>

/// Vectors along the last dimension that are made to sum to one, by a kernel where LibTorch's own
/// operations are slow for short vectors.
namespace torch::distributions::ops {

/// Not x - logsumexp(x), which rounds at the size of x.
/// \param may_be_empty whether a vector may have nothing but -inf. The result is then NaN, since it
///     is no distribution, and its gradient 0, so that no NaN reaches what x was computed from.
at::Tensor log_softmax(const at::Tensor& x, bool may_be_empty = false);
at::Tensor softmax(const at::Tensor& x);

/// x / sum x, for weights x of which the sum may overflow. Where all are zero it is NaN, with a
/// gradient of 0.
at::Tensor normalize(const at::Tensor& x);

/// The same by LibTorch's own operations alone, to the bits of its sum.
at::Tensor divided_by_sum(const at::Tensor& x);

}  // namespace torch::distributions::ops
