#pragma once

#include <cstdint>

#include "ops/engine/kernel.h"

/// Functions of whole rows: of vectors of categories along the last dimension.
///
/// LibTorch's own are fast for rows that fill registers. Shorter ones are put in the lanes of a
/// register here, as many at a time as it has.

namespace torch::distributions::ops::engine {

/// Of the longest row that kernels take.
inline constexpr int64_t kMostColumns = 32;

/// Rows of at most `kMostColumns` elements, one behind the other, all float or all double.
struct Rows {
  int64_t count, columns;
  const void* inputs[2];
  void* output;
  bool* has_empty_row = nullptr;  // made true by a function of one block that has seen one
};

/// Compiled for one instruction set; by the dtype (float, double).
struct RowKernels {
  using Run = void (*)(const Rows& rows);
  using Transform = void (*)(const double* from, int64_t count, void* to);
  // x to y. Of logits that are all -inf, `log_softmax` says that their row is empty.
  Run log_softmax[2], softmax[2], normalize[2];
  // The gradient of y, and y, to that of x.
  Run log_softmax_backward[2], softmax_backward[2];
  // The gradient of y, and x, to that of x.
  Run normalize_backward[2];
  // A 1 among zeros to its place (int64_t); -1 for what is something else, -2 if it has a NaN.
  Run place_of_one[2];
  // Probabilities or their logarithms, and draws of Exponential(1), to the category (int64_t) whose
  // clock rings first; -1 for what are no weights: negative, not finite or all zero.
  Run race[2], race_of_logits[2];
  // Draws of Uniform(0, 1) to those of Exponential(1).
  Transform exponential[2];
};

/// What kernels/rows.cpp defines for an instruction set.
template <class Isa>
const RowKernels& row_kernels_of();
template <>
const RowKernels& row_kernels_of<isa::DEFAULT>();
template <>
const RowKernels& row_kernels_of<isa::AVX2>();
template <>
const RowKernels& row_kernels_of<isa::AVX512>();

}  // namespace torch::distributions::ops::engine
