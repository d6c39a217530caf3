#pragma once

#include <ATen/core/Tensor.h>

#include <array>

namespace torch::distributions::ops::special {

using at::Tensor;
using at::TensorList;

/// An element-wise function of tensors, with its partial derivatives.
///
/// `value` takes broadcastable tensors of one dtype, float or double. It is called without
/// autograd. A partial derivative takes the same arguments and is written in differentiable tensor
/// functions, so derivatives of all orders exist. It returns an undefined tensor if derivatives
/// treat the argument as a constant. If it is null, asking for the gradient throws
/// c10::NotImplementedError.
struct TensorFunction {
  using Call = Tensor (*)(TensorList args);

  const char* name;
  Call value;
  std::array<Call, 3> partials;
};

/// Evaluates `function` at `args`, with reverse-mode and forward-mode autograd. Integers are
/// promoted to the default dtype; half and bfloat16 are computed in float. `function` must outlive
/// the graph, so make it a constant.
Tensor differentiable(const TensorFunction& function, std::initializer_list<Tensor> args);

/// The special function F on tensors. It is instantiated in files that CMake generates, one for
/// each header of this folder, from the function objects that the header declares.
template <class F>
const TensorFunction& tensor_function();

}  // namespace torch::distributions::ops::special
