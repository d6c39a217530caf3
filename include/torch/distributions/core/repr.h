#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <string>

#include <torch/distributions/core/param.h>

namespace torch::distributions::core {

/// Python's repr of a float: the shortest digits that read back as the same double, `1.0`, `1e-05`,
/// `inf`.
TORCH_DISTRIBUTIONS_API std::string repr(double number);
/// Python's text of a shape: `torch.Size([2, 3])`.
TORCH_DISTRIBUTIONS_API std::string repr(IntArrayRef shape);
/// Python's text of a tensor: its item when zero-dimensional, else `tensor([0.5000, 1.0000])`.
TORCH_DISTRIBUTIONS_API std::string repr(const Tensor& tensor);
TORCH_DISTRIBUTIONS_API std::string repr(const Param& param);

/// The text of a parameter in a distribution's repr: the value of a one-element tensor, else the
/// shape.
TORCH_DISTRIBUTIONS_API std::string repr_or_size(const Tensor& tensor);

}  // namespace torch::distributions::core
