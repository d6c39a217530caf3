#pragma once

#include <ATen/core/Tensor.h>

#include <array>

namespace torch::distributions::ops::special {

using at::Tensor;
using at::TensorList;

/// An element-wise function: how its value is computed, and its partial derivatives.
///
/// `value` sees tensors of one floating dtype (float or double), broadcastable, outside autograd. A
/// partial derivative is a function of the same arguments written in differentiable tensor
/// functions, so derivatives of every order follow. A null one means that none is known: asking for
/// that gradient throws.
struct Rule {
  using Function = Tensor (*)(TensorList args);

  const char* name;
  Function value;
  std::array<Function, 3> partials;
};

/// The value of `rule` at `args`, as a part of the autograd graph and with forward-mode tangents.
/// `rule` must outlive the graph: make it a namespace-scope constant.
Tensor differentiable(const Rule& rule, std::initializer_list<Tensor> args);

}  // namespace torch::distributions::ops::special
