#pragma once

#include <cstddef>
#include <cstdint>

/// What the engine and the kernels know of each other. No tensor here: a kernel file is compiled
/// once for each instruction set and must not instantiate anything that others share.

namespace torch::distributions::ops::engine {

/// The instruction sets, as `CPU_CAPABILITY` names them.
namespace isa {
struct DEFAULT;
struct AVX2;
struct AVX512;
}  // namespace isa

/// Inputs of a function: the parameters, then the value if it has one. A divergence between two
/// families of three parameters has six.
inline constexpr std::size_t kMaxInputs = 6;

/// A block of elements, all float or all double. Elements of a row are next to
/// each other; strides count elements.
struct Tile {
  int64_t rows, columns;
  const void* inputs[kMaxInputs];
  int64_t row_strides[kMaxInputs];
  void* output;
  int64_t output_row_stride;
  bool* is_finite;  // of a function of a value: made false where an output is not

  // Of a backward pass: the gradient of the output, and where those of the inputs go. A parameter's
  // is summed over the dimension along which the parameter does not vary.
  const void* gradient;
  int64_t gradient_row_stride, gradient_column_stride;  // the latter 0 or 1
  void* gradients[kMaxInputs];                          // null: not wanted
  int64_t value_gradient_row_stride;
};

/// How the parameters vary over a tile; what depends on them alone is worked out once along the
/// other dimension.
enum class Parameters : char { kOfColumn, kOfRow };

/// One function of one formula, compiled for one instruction set. By the dtype in memory (float,
/// double) and then `Parameters`. Null where there is no such gradient, and for floats where the
/// result is a double anyway.
struct Kernels {
  using Run = void (*)(const Tile& tile);
  Run forward[2][2];
  Run backward_typical[2][2];  // gradients in the inputs that training usually asks for
  Run backward_all[2][2];
};

}  // namespace torch::distributions::ops::engine
