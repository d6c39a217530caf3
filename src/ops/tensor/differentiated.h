#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <c10/util/OptionalArrayRef.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/tensor/kernel_or_composed.h"

namespace torch::distributions::ops {

/// The gradients of `function(inputs)`, a composition of tensor operations, with respect to the
/// inputs, or to the inputs expanded to `shape`. For a node of the autograd graph: the gradients
/// are differentiable if a graph of them is recorded.
/// \param function Takes `TensorPointers`.
template <class Function>
variable_list differentiated(const Function& function, TensorPointers inputs,
                             const at::Tensor& gradient, Wanted wanted,
                             at::OptionalIntArrayRef shape = std::nullopt) {
  const bool creates_graph = at::GradMode::is_enabled();
  const at::AutoGradMode with_graph(true);
  // Inputs may depend on each other, so each is detached, or replaced by a view if a graph is made.
  variable_list own, of_wanted;
  c10::SmallVector<const at::Tensor*, 8> pointers;
  own.reserve(inputs.size());  // elements must not move
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    own.push_back(creates_graph ? inputs[i]->view_as(*inputs[i]) : inputs[i]->detach());
    if (shape) own[i] = own[i].expand(*shape);
    if (wanted[i]) {
      if (!creates_graph) own[i].requires_grad_();
      of_wanted.push_back(own[i]);
    }
    pointers.push_back(&own[i]);
  }
  const at::Tensor value = function(TensorPointers(pointers));
  variable_list result(inputs.size());
  if (!value.requires_grad()) return result;
  const auto found = torch::autograd::grad({value}, of_wanted, {gradient}, creates_graph,
                                           creates_graph, /*allow_unused=*/true);
  for (std::size_t i = 0, next = 0; i < inputs.size(); ++i) {
    if (wanted[i]) result[i] = found[next++];
  }
  return result;
}

}  // namespace torch::distributions::ops
