#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/row_kernels.h"

namespace torch::distributions::ops {

/// A function of each vector x along the last dimension, of the weights of its elements, and of a
/// number, which may be unused. The result is one number for each vector.
struct RowFunction {
  const char* name;  // of the node of the autograd graph, without "Backward"
  engine::RowKernels::RunWeighted (engine::RowKernels::*forward)[2];
  engine::RowKernels::RunWeighted (engine::RowKernels::*backward)[2];  // may be null
  /// By differentiable tensor operations.
  at::Tensor (*composed)(const at::Tensor& x, const at::Tensor& weights, const at::Tensor& number);
};

/// Evaluates the function, by kernels if they can read the tensors. All broadcast: x and the
/// weights, and their batch dimensions with `number`, a tensor of doubles.
///
/// A function without a gradient in an input must get it detached.
at::Tensor evaluate_rows(const RowFunction& function, const at::Tensor& x,
                         const at::Tensor& weights, const at::Tensor& number = {});

/// Computes vectors from vectors x and the weights of their elements, which broadcast to the shape
/// of x, by a kernel and without a graph. The results overwrite x. False if no kernel can read the
/// tensors: x is then unchanged.
bool overwrite_rows(engine::RowKernels::RunWeighted (engine::RowKernels::*function)[2],
                    const at::Tensor& x, const at::Tensor& weights, const at::Tensor& number);

}  // namespace torch::distributions::ops
