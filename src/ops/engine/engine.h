#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/ArrayRef.h>

#include <array>
#include <cstdint>
#include <string>

#include "ops/engine/formula_kernels.h"

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

/// The instruction sets that kernels are compiled for.
enum class InstructionSet : char { kDefault, kAvx2, kAvx512 };

/// The one in use: that of the environment variable TORCH_DISTRIBUTIONS_CPU_CAPABILITY (default,
/// avx2 or avx512), else the best that LibTorch uses on this machine.
InstructionSet instruction_set();
/// The best one that this machine has.
InstructionSet best_instruction_set();
/// Selects another: for tests.
void set_instruction_set(InstructionSet set);

/// Whether a kernel may serve this thread's call: nothing watches, and no `ComposedGuard` lives.
bool may_use_kernels();
/// Whether kernels can read it, and nothing but reverse mode is to be recorded.
bool is_readable(const at::Tensor& t);

/// How many calls of this thread went which way.
struct Calls {
  std::int64_t forward = 0, backward = 0;  // by kernels
  std::int64_t composed = 0;               // forward or backward
};
Calls& calls();

/// While one of these lives, this thread composes everything: how tests reach that path.
class ComposedGuard {
 public:
  ComposedGuard();
  ~ComposedGuard();
  ComposedGuard(const ComposedGuard&) = delete;
  ComposedGuard& operator=(const ComposedGuard&) = delete;

 private:
  bool previous_;
};

/// What `of.operator()<Isa>()` gives for each instruction set that there is, by `InstructionSet`.
template <class Of>
constexpr auto for_each_instruction_set(const Of& of) {
  using Result = decltype(of.template operator()<isa::DEFAULT>());
#if defined(TORCH_DISTRIBUTIONS_HAS_AVX)
  return std::array<Result, 3>{of.template operator()<isa::DEFAULT>(),
                               of.template operator()<isa::AVX2>(),
                               of.template operator()<isa::AVX512>()};
#else
  return std::array<Result, 3>{of.template operator()<isa::DEFAULT>()};
#endif
}

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
