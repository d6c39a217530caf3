#include "ops/engine/instruction_set.h"

#include <ATen/Version.h>

#include <atomic>
#include <cstdlib>
#include <string>

#include "core/raise.h"

namespace torch::distributions::ops::engine {
namespace {

constexpr const char* kVariable = "TORCH_DISTRIBUTIONS_CPU_CAPABILITY";

InstructionSet chosen() {
  const InstructionSet best = best_instruction_set();
  const char* const name = std::getenv(kVariable);
  if (name == nullptr) return best;
  const std::string text(name);
  const InstructionSet set = text == "avx512" ? InstructionSet::kAvx512
                             : text == "avx2" ? InstructionSet::kAvx2
                                              : InstructionSet::kDefault;
  TORCH_DISTRIBUTIONS_CHECK(ValueError, text == "default" || set != InstructionSet::kDefault,
                            kVariable, " must be default, avx2 or avx512, not ", text);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, set <= best, kVariable, ": this machine has no ", text);
  return set;
}

std::atomic<InstructionSet>& current() {
  static std::atomic<InstructionSet> set = chosen();
  return set;
}

}  // namespace

InstructionSet best_instruction_set() {
#if defined(TORCH_DISTRIBUTIONS_HAS_AVX)
  // LibTorch's choice respects ATEN_CPU_CAPABILITY.
  const std::string capability = at::get_cpu_capability();
  if (capability == "AVX512") return InstructionSet::kAvx512;
  if (capability == "AVX2") return InstructionSet::kAvx2;
#endif
  return InstructionSet::kDefault;
}

InstructionSet instruction_set() { return current().load(std::memory_order_relaxed); }
void set_instruction_set(InstructionSet set) {
  TORCH_INTERNAL_ASSERT(set <= best_instruction_set());
  current().store(set, std::memory_order_relaxed);
}

}  // namespace torch::distributions::ops::engine
