#pragma once

#include <cstdint>
#include <limits>
#include <vector>

namespace torch::distributions::ops::engine::test {

/// A function of registers over arrays, or its derivative, compiled for one instruction set.
template <class T>
struct LaneFunction {
  const char* name;
  int derivative;                // the argument that it is differentiated in; -1: the value
  std::vector<double> ordinary;  // arguments at which the result is an ordinary number
  void (*run)(const T* const* from, T* to, int64_t count);
  double largest = std::numeric_limits<double>::infinity();  // of its arguments
};

/// The functions of numbers of type T that kernels use.
template <class Isa, class T>
std::vector<LaneFunction<T>> lane_functions();

}  // namespace torch::distributions::ops::engine::test
