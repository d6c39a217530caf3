#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <c10/util/ArrayRef.h>
#include <c10/util/SmallVector.h>
#include <c10/util/StringUtil.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <bitset>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "ops/tensor/path.h"

/// Evaluates functions by a kernel if the tensors allow it, else by tensor operations. A function
/// that a kernel evaluates is one node of the autograd graph. Its gradient is evaluated in the same
/// two ways.
///
///     return kernel_or_composed(
///         [&]() -> Tensor {
///           Tensor y = ...;  // or return {}, to decline
///           if (requires_graph({&x})) record(y, {&x}, /*saved=*/{&x}, MyGradient{...});
///           return y;
///         },
///         [&] { return ...; });

namespace torch::distributions::ops {

using torch::autograd::variable_list;
using TensorPointers = c10::ArrayRef<const at::Tensor*>;

/// Bit i: whether the gradient of the i-th input is wanted.
using Wanted = std::bitset<16>;

/// `by_kernel()`, or `composed()` if kernels are not allowed or `by_kernel` returns an undefined
/// tensor.
template <class ByKernel, class Composed>
at::Tensor kernel_or_composed(const ByKernel& by_kernel, const Composed& composed) {
  at::Tensor value = may_use_kernels() ? by_kernel() : at::Tensor();
  if (value.defined()) {
    ++calls().forward;
    return value;
  }
  ++calls().composed;
  return composed();
}

namespace internal {

/// A node of the autograd graph, which costs less than a torch::autograd::Function. `Gradient` has
/// the members:
///
///     /// The name of the function. The node is called this + "Backward".
///     ... name() const;
///     /// The gradients of the inputs by differentiable operations. Gradients that are not wanted
///     /// may be undefined.
///     variable_list composed(TensorList saved, const Tensor& gradient, Wanted wanted) const;
///     /// Optional. The same by a kernel, if no graph of the gradient is recorded and a kernel can
///     /// read `gradient`. An empty list declines. `calls()` counts nodes with this member.
///     variable_list by_kernel(TensorList saved, const Tensor& gradient, Wanted wanted) const;
///     /// Optional. Releases the tensors that the struct itself holds.
///     void release();
template <class Gradient>
class GradientNode final : public torch::autograd::Node {
 public:
  GradientNode(torch::autograd::edge_list&& inputs, Gradient&& gradient)
      : Node(std::move(inputs)), gradient_(std::move(gradient)) {}

  /// Must be called after `value` got this node as its history.
  void save(TensorPointers saved, const at::Tensor& value) {
    for (const at::Tensor* tensor : saved) {
      const bool is_output = tensor->is_same(value);
      saves_output_ |= is_output;
      saved_.emplace_back(*tensor, is_output);
    }
  }

  variable_list apply(variable_list&& gradients) override {
    const at::Tensor& gradient = gradients[0];
    if (!gradient.defined()) return variable_list(num_outputs());
    c10::SmallVector<at::Tensor, 3> saved;
    for (const auto& variable : saved_) {
      saved.push_back(saves_output_ ? variable.unpack(getptr()) : variable.unpack());
    }
    Wanted wanted;
    for (std::size_t i = 0; i < num_outputs(); ++i) wanted[i] = task_should_compute_output(i);
    if constexpr (requires { gradient_.by_kernel(saved, gradient, wanted); }) {
      if (!at::GradMode::is_enabled() && may_use_kernels() && is_readable(gradient)) {
        auto result = gradient_.by_kernel(saved, gradient, wanted);
        if (!result.empty()) {
          ++calls().backward;
          return result;
        }
      }
      ++calls().composed;
    }
    return gradient_.composed(saved, gradient, wanted);
  }

  void release_variables() override {
    for (auto& variable : saved_) variable.reset_data();
    if constexpr (requires { gradient_.release(); }) gradient_.release();
  }

  std::string name() const override { return c10::str(gradient_.name(), "Backward"); }

 private:
  Gradient gradient_;
  c10::SmallVector<torch::autograd::SavedVariable, 3> saved_;
  bool saves_output_ = false;
};

/// A shared_ptr or an intrusive_ptr, depending on the version of LibTorch.
using NodePtr = std::decay_t<decltype(std::declval<const at::Tensor&>().grad_fn())>;

template <class Node, class Pointer = NodePtr, class... Args>
auto make_node(Args&&... args) {
  if constexpr (std::is_same_v<Pointer, std::shared_ptr<torch::autograd::Node>>) {
    return std::shared_ptr<Node>(new Node(std::forward<Args>(args)...),
                                 [](auto* node) { deleteNode(node); });
  } else {
    return c10::make_intrusive<Node>(std::forward<Args>(args)...);
  }
}

}  // namespace internal

/// Whether autograd records a function of these inputs.
inline bool requires_graph(TensorPointers inputs) {
  return at::GradMode::is_enabled() &&
         std::any_of(inputs.begin(), inputs.end(),
                     [](const at::Tensor* input) { return input->requires_grad(); });
}

/// Records `value`, which was computed outside the graph, as a function of `inputs`.
/// \param saved The tensors that the members of `gradient` receive. `value` may be one of them.
template <class Gradient>
void record(const at::Tensor& value, TensorPointers inputs, TensorPointers saved,
            Gradient gradient) {
  torch::autograd::edge_list edges;
  edges.reserve(inputs.size());
  for (const at::Tensor* input : inputs) {
    edges.push_back(torch::autograd::impl::gradient_edge(*input));
  }
  const auto node =
      internal::make_node<internal::GradientNode<Gradient>>(std::move(edges), std::move(gradient));
  torch::autograd::set_history(value, node);
  node->save(saved, value);
}

}  // namespace torch::distributions::ops
