#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include <array>
#include <cstdint>
#include <string>

#include "ops/engine/formula_kernels.h"
#include "ops/engine/instruction_set.h"
#include "ops/tensor/path.h"

/// Runs kernels on tensors, with broadcasting, dtypes, threads and autograd. See docs/engine.md.

namespace torch::distributions::ops::engine {

using Inputs = c10::ArrayRef<const at::Tensor*>;

/// A function that has kernels.
struct Operation {
  std::string name;
  std::array<const Kernels& (*)(), 3> kernels;  // by `InstructionSet`
  bool in_double;                               // computes float inputs in double
  bool result_in_double;                        // returns double, whatever the inputs are
  std::size_t parameters;                       // how many; the value, if any, follows them
  unsigned typical, all;                        // masks of the inputs whose gradients have kernels
  at::Tensor (*composed)(Inputs inputs);        // the same function by tensor operations
};

/// Evaluates the operation, summed over the last `summed` dimensions, and records it in the
/// autograd graph. Uses a kernel for plain CPU tensors, and tensor operations for all others.
/// \param is_finite May be null. A kernel sets it to whether all elements are finite before they
///     are summed. Tensor operations leave it as it is.
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
