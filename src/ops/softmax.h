#pragma once

#include <ATen/core/Tensor.h>

/// LibTorch's functions of these names along the last dimension, by a kernel where its own are slow
/// for short vectors.
namespace torch::distributions::ops {

/// Not x - logsumexp(x), which rounds at the size of x.
at::Tensor log_softmax(const at::Tensor& x);
at::Tensor softmax(const at::Tensor& x);

}  // namespace torch::distributions::ops
