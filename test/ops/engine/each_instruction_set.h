#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "ops/engine/engine.h"

namespace torch::distributions::ops::engine {

/// Runs `check` with each instruction set that the processor has, and then uses the best one again.
inline void with_each_instruction_set(const std::function<void()>& check) {
  const struct Restored {
    ~Restored() { set_instruction_set(best_instruction_set()); }
  } at_the_end;
  for (const auto set :
       {InstructionSet::kDefault, InstructionSet::kAvx2, InstructionSet::kAvx512}) {
    if (set > best_instruction_set()) continue;
    set_instruction_set(set);
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, static_cast<int>(set));
    check();
  }
}

}  // namespace torch::distributions::ops::engine
