// Compiled once for each instruction set, as kernels are.

#include "ops/engine/elementary_functions.h"

#include <algorithm>

#include "ops/engine/elementary.h"
#include "ops/engine/formula_kernels.h"

namespace torch::distributions::ops::engine::test {
namespace {

template <auto function, class T>
void run(const T* from, T* to, int64_t count) {
  for (int64_t i = 0; i < count; i += Lanes<T>::kCount) {
    const int64_t left = std::min(Lanes<T>::kCount, count - i);
    store_part(function(Lanes<T>::load_part(from + i, left)), to + i, left);
  }
}

template <class T>
constexpr ElementaryFunctions<T> functions{
    .log = &run<[](const Lanes<T>& x) { return log(x); }, T>,
    .log1p = &run<[](const Lanes<T>& x) { return log1p(x); }, T>,
    .exp = &run<[](const Lanes<T>& x) { return exp(x); }, T>,
    .expm1 = &run<[](const Lanes<T>& x) { return expm1(x); }, T>};

}  // namespace

template <>
const ElementaryFunctions<float>& elementary_functions_of_floats<isa::CPU_CAPABILITY>() {
  return functions<float>;
}
template <>
const ElementaryFunctions<double>& elementary_functions_of_doubles<isa::CPU_CAPABILITY>() {
  return functions<double>;
}

}  // namespace torch::distributions::ops::engine::test
