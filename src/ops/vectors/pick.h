#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// These functions pick the element of a category from each vector along the last dimension of
/// `table`. The result is `otherwise` if the category is invalid, and NaN if it is NaN or a vector
/// with a NaN. Categories are checked in the same pass, so that no memory outside `table` is read.
/// The shape of the categories broadcasts with the batch shape of the vectors. Differentiable in
/// `table`.

/// The category is an integer of any dtype.
at::Tensor pick(const at::Tensor& table, const at::Tensor& index, double otherwise);
/// The category is the index of the 1 in a one-hot vector along the last dimension of `hot`.
at::Tensor pick_hot(const at::Tensor& table, const at::Tensor& hot, double otherwise);

}  // namespace torch::distributions::ops
