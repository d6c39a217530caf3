#pragma once

#include <cstddef>
#include <cstdint>

/// The interface of the engine and the kernels. It has no tensors: a kernel file is compiled once
/// for each instruction set, and must not instantiate anything that other files share.

namespace torch::distributions::ops::engine {

/// The instruction sets, as `CPU_CAPABILITY` names them.
namespace isa {
struct DEFAULT;
struct AVX2;
struct AVX512;
}  // namespace isa

/// The most inputs of a function: its parameters, then the value if it has one. A divergence
/// between two families of three parameters has six.
inline constexpr std::size_t kMaxInputs = 6;

/// A block of elements, all float or all double. Rows are contiguous; strides count elements.
struct Tile {
  int64_t rows, columns;
  const void* inputs[kMaxInputs];
  int64_t row_strides[kMaxInputs];
  void* output;
  int64_t output_row_stride;
  bool* is_finite;  // functions of a value set it to false if an output is not finite

  // Only for a backward pass: the gradient of the output, and where to write the gradients of the
  // inputs. The gradient of a parameter is summed over the dimension along which it does not vary.
  const void* gradient;
  int64_t gradient_row_stride, gradient_column_stride;  // the second is 0 or 1
  void* gradients[kMaxInputs];                          // null if not wanted
  int64_t value_gradient_row_stride;
};

/// Whether the parameters vary by column or by row of a tile. Terms in the parameters alone are
/// computed once for each column or row.
enum class Parameters : char { kOfColumn, kOfRow };

/// One function of one formula, compiled for one instruction set. Indexed by the dtype in memory
/// (float, double), then by `Parameters`. Null if there is no such kernel: some gradients have
/// none, and functions that return double have none for floats.
struct Kernels {
  using Run = void (*)(const Tile& tile);
  Run forward[2][2];
  Run backward_typical[2][2];  // gradients of the inputs that training usually differentiates
  Run backward_all[2][2];
};

}  // namespace torch::distributions::ops::engine
