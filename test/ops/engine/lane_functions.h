#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace torch::distributions::ops::engine::test {

/// A function of registers over arrays, compiled for one instruction set.
template <class T>
struct LaneFunction {
  const char* name;
  std::vector<double> ordinary;  // arguments at which it is an ordinary number
  void (*run)(const T* const* from, T* to, int64_t count);
  double largest = std::numeric_limits<double>::infinity();  // of its arguments
};

template <class Isa>
std::vector<LaneFunction<float>> lane_functions_of_floats();
template <class Isa>
std::vector<LaneFunction<double>> lane_functions_of_doubles();

}  // namespace torch::distributions::ops::engine::test
