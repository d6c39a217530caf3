#pragma once

#include <cstddef>
#include <vector>

#include "ops/engine/engine.h"
#include "ops/engine/lane_functions.h"

namespace torch::distributions::ops::engine::test {

/// The functions for every instruction set of this machine.
template <class T>
std::vector<LaneFunction<T>> on_every_instruction_set() {
  const auto of = for_each_instruction_set([]<class Isa>() { return &lane_functions<Isa, T>; });
  std::vector<LaneFunction<T>> all;
  for (std::size_t set = 0; set <= static_cast<std::size_t>(best_instruction_set()); ++set) {
    for (auto& function : of[set]()) all.push_back(std::move(function));
  }
  return all;
}

}  // namespace torch::distributions::ops::engine::test
