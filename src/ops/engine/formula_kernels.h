#pragma once

#include <array>
#include <cstddef>

#include "ops/engine/kernel.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/functions.h"

/// The kernels that formulas declare.

namespace torch::distributions::ops::engine {

/// The kernels of a formula for an instruction set, in the order of `Formula::kKernels`. CMake
/// generates the files that instantiate it, one for each formula and instruction set.
template <class Isa, class Formula>
const Kernels* kernels_of();

/// The index of a function in `Formula::kKernels`, or -1.
template <class Function, class Formula>
constexpr int kernel_index() {
  if constexpr (requires { Formula::kKernels; }) {
    int i = 0;
    for (const KernelOf& kernel : Formula::kKernels) {
      if (kernel.function == Function::kSet) return i;
      ++i;
    }
  }
  return -1;
}

/// The inputs whose gradients the kernels of a function compute, as masks.
template <class Function, class Formula>
struct KernelMasks {
  static constexpr std::size_t kInputs =
      Formula::kParameters + static_cast<std::size_t>(functions::kIsOfValue<Function>);
  static_assert(kInputs <= kMaxInputs);

  /// `inputs` with one bit for each input of this function.
  static constexpr unsigned mask(Inputs inputs) {
    constexpr unsigned kEach = (1u << Formula::kParameters) - 1;
    unsigned result = inputs & kEach;
    if ((inputs & kEveryParameter) != 0) result |= kEach;
    if ((inputs & kValue) != 0) result |= 1u << Formula::kParameters;
    return result;
  }

  static constexpr KernelOf kKernel = Formula::kKernels[kernel_index<Function, Formula>()];
  static constexpr unsigned kTypical = mask(kKernel.training);
  static constexpr unsigned kAll = kKernel.also == 0 ? 0 : mask(kKernel.training | kKernel.also);
};

/// Whether the function computes float inputs in double.
template <class Function, class Formula>
inline constexpr bool kComputesInDouble = (Formula::kInDouble & Function::kSet) != 0;

/// Whether the function returns double, whatever the dtypes of the inputs are.
template <class Function, class Formula>
inline constexpr bool kReturnsDouble = [] {
  if constexpr (requires { Formula::kResultInDouble; }) {
    return (Formula::kResultInDouble & Function::kSet) != 0;
  } else {
    return false;
  }
}();

}  // namespace torch::distributions::ops::engine
