#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// Each picks an element of the vectors along the last dimension of `table`: the one that a
/// category names, `otherwise` if the category is invalid, NaN if it is or has a NaN. Categories
/// are checked in the same pass, so that no memory outside `table` is read. The shape is that of
/// the categories broadcast with that of the vectors. Differentiable in `table`.

/// The category is an integer of any dtype.
at::Tensor pick(const at::Tensor& table, const at::Tensor& index, double otherwise);
/// The category is the index of the 1 in a one-hot vector along the last dimension of `hot`.
at::Tensor pick_hot(const at::Tensor& table, const at::Tensor& hot, double otherwise);

}  // namespace torch::distributions::ops
