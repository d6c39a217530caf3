#pragma once

#include <ATen/core/Tensor.h>

#include <array>

namespace torch::distributions::ops::special {

using at::Tensor;
using at::TensorList;

/// An element-wise function of tensors: how its value is computed, and its partial derivatives.
///
/// `value` takes tensors of one floating dtype (float or double), broadcastable, outside autograd.
/// A partial derivative is a function of the same arguments written in differentiable tensor
/// functions, so derivatives of every order follow. It returns an undefined tensor if the function
/// is a constant to derivatives in the argument. A null one means that none is known: asking for
/// that gradient is c10::NotImplementedError.
struct TensorFunction {
  using Call = Tensor (*)(TensorList args);

  const char* name;
  Call value;
  std::array<Call, 3> partials;
};

/// The value of `function` at `args`, as a part of the autograd graph and with forward-mode
/// tangents. Integers are promoted to the default dtype; half and bfloat16 are computed in float.
/// `function` must outlive the graph: make it a constant.
Tensor differentiable(const TensorFunction& function, std::initializer_list<Tensor> args);

/// The special function F on tensors. It is instantiated once, in a file that CMake writes for each
/// header of this folder from the function objects that the header declares.
template <class F>
const TensorFunction& tensor_function();

}  // namespace torch::distributions::ops::special
