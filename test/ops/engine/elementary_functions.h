#pragma once

#include <cstdint>

namespace torch::distributions::ops::engine::test {

/// The functions of elementary.h over an array, compiled for one instruction set.
template <class T>
struct ElementaryFunctions {
  using Run = void (*)(const T* from, T* to, int64_t count);
  Run log, log1p, exp, expm1;
};

template <class Isa>
const ElementaryFunctions<float>& elementary_functions_of_floats();
template <class Isa>
const ElementaryFunctions<double>& elementary_functions_of_doubles();

}  // namespace torch::distributions::ops::engine::test
