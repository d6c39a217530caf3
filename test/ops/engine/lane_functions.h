#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace torch::distributions::ops::engine::test {

/// A function of registers (or its derivative) over arrays, compiled for one instruction set.
template <class T>
struct LaneFunction {
  const char* name;
  int derivative;                // the argument of the derivative, or -1 for the value
  std::vector<double> ordinary;  // arguments with an ordinary result
  void (*run)(const T* const* from, T* to, int64_t count);
  double largest = std::numeric_limits<double>::infinity();  // larger arguments are not tested
};

/// The functions that kernels use on numbers of type T.
template <class Isa, class T>
std::vector<LaneFunction<T>> lane_functions();

}  // namespace torch::distributions::ops::engine::test
