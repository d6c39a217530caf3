#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include <array>
#include <cstdint>
#include <string>

#include "ops/engine/formula_kernels.h"
#include "ops/engine/instruction_set.h"
#include "ops/tensor/path.h"

/// The Tensor face of the kernels: broadcasting, dtypes, threads and autograd around them. See
/// docs/engine.md.

namespace torch::distributions::ops::engine {

using Inputs = c10::ArrayRef<const at::Tensor*>;

/// A function that has kernels.
struct Operation {
  std::string name;
  std::array<const Kernels& (*)(), 3> kernels;  // by `InstructionSet`
  bool in_double;                               // computes float inputs in double
  bool result_in_double;                        // and gives a double
  std::size_t parameters;                       // the rest of the inputs is the value
  unsigned typical, all;                        // the masks of the gradients that have kernels
  at::Tensor (*composed)(Inputs inputs);        // the same by tensor operations
};

/// The operation's value, summed over the last `summed` dimensions, as a part of the autograd
/// graph: by a kernel for plain dense tensors on the CPU, composed for all others.
/// \param is_finite made true if a kernel has seen that all numbers, before they are summed, are.
at::Tensor evaluate(const Operation& operation, Inputs inputs, int64_t summed,
                    bool* is_finite = nullptr);

/// The kernels of a function of a formula, by `InstructionSet`.
template <class Function, class Formula>
std::array<const Kernels& (*)(), 3> all_kernels() {
  return for_each_instruction_set([]<class Isa>() -> const Kernels& (*)() {
    return []() -> const Kernels& {
      return kernels_of<Isa, Formula>()[kernel_index<Function, Formula>()];
    };
  });
}

}  // namespace torch::distributions::ops::engine
