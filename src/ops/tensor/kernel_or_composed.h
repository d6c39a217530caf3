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

/// Functions that are evaluated by a kernel where the tensors allow it, and are else composed of
/// tensor operations. Such a function is one node of the autograd graph, whose gradient is
/// evaluated in the same two ways.
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

/// For each input of a function, by its place, whether its gradient is asked for.
using Wanted = std::bitset<16>;

/// The value by a kernel, or composed if `by_kernel` returns an undefined tensor.
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

/// A node of the autograd graph; it costs less than a torch::autograd::Function. `Gradient` states
/// what differs from node to node:
///
///     /// The name of the function; the name of the node appends "Backward".
///     ... name() const;
///     /// The gradients of the inputs, of which those that are not wanted may be undefined. It is
///     /// written in differentiable operations.
///     variable_list composed(TensorList saved, const Tensor& gradient, Wanted wanted) const;
///     /// Optional. The same by a kernel, where no graph of the gradient is made and a kernel can
///     /// read `gradient`. An empty list declines. `calls()` counts the functions that have this.
///     variable_list by_kernel(TensorList saved, const Tensor& gradient, Wanted wanted) const;
///     /// Optional. Drops the tensors that the struct itself holds.
///     void release();
template <class Gradient>
class GradientNode final : public torch::autograd::Node {
 public:
  GradientNode(torch::autograd::edge_list&& inputs, Gradient&& gradient)
      : Node(std::move(inputs)), gradient_(std::move(gradient)) {}

  /// Called once `value` has this node as its history.
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

/// Makes `value`, which has been computed outside the graph, a function of `inputs` in the graph.
/// \param saved the tensors that `gradient` is given when the node runs, of which one may be
/// `value`.
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
