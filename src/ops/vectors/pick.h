#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// The element of each vector along the last dimension of `table` that a category names, or
/// `otherwise` where it names none, and NaN where the value is or has a NaN: a value is looked at
/// and served in one pass, and what lies outside is never read. Of the shape of the categories
/// broadcast with that of the vectors; differentiable in `table`.

/// The category is an integer, of any dtype.
at::Tensor pick(const at::Tensor& table, const at::Tensor& index, double otherwise);
/// The category is the place of the only 1 among zeros along the last dimension of `hot`.
at::Tensor pick_hot(const at::Tensor& table, const at::Tensor& hot, double otherwise);

}  // namespace torch::distributions::ops
