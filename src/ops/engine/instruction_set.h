#pragma once

#include <array>

#include "ops/engine/kernel.h"

namespace torch::distributions::ops::engine {

/// The instruction sets that kernels are compiled for.
enum class InstructionSet : char { kDefault, kAvx2, kAvx512 };

/// The instruction set in use: that of the environment variable TORCH_DISTRIBUTIONS_CPU_CAPABILITY
/// (default, avx2 or avx512), else the best one.
InstructionSet instruction_set();
/// The best instruction set that LibTorch uses on this machine.
InstructionSet best_instruction_set();
/// Selects an instruction set. For tests.
void set_instruction_set(InstructionSet set);

/// The results of `of.operator()<Isa>()` for the compiled instruction sets, by `InstructionSet`.
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

}  // namespace torch::distributions::ops::engine
