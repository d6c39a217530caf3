#pragma once

#include <cstdint>

#include "ops/engine/kernel.h"

/// Functions of rows: vectors of categories along the last dimension.
///
/// LibTorch's functions are fast for rows that fill registers. Shorter rows are transposed here, so
/// that each lane of a register holds another row.

namespace torch::distributions::ops::engine {

/// The longest rows that kernels take.
inline constexpr int64_t kMostColumns = 32;

/// Counts: a category is rare if its probability p is not 0, but so small that n p may underflow.
inline constexpr double kRare = 1e-260;

/// The largest count of which kernels have a table. It is also the largest sum of which
/// `multinomial_entropy` visits all counts: beyond, the composed path takes less time.
inline constexpr int64_t kMostTabulated = 256;

/// Contiguous rows of at most `kMostColumns` elements, all float or all double.
struct Rows {
  int64_t count, columns;
  const void* inputs[2];
  void* output;
  bool* has_empty_row = nullptr;  // set to true by `log_softmax` if a row is empty
};

/// Contiguous rows x of at most `kMostColumns` numbers, and what weighs them: weights, or their
/// logarithms. All are float, or all double. Some functions also take a double for each row, such
/// as a temperature.
struct WeightedRows {
  int64_t count, columns;
  const void* x;
  const void* weights;  // of all rows: row i has those of row (first + i) % weight_rows
  int64_t first, weight_rows;
  const double* numbers;  // row i has number i * number_stride
  int64_t number_stride;  // 0 or 1
  bool* is_special;       // set to true by a function that has no right result for some row
  const void* gradient;   // only for a backward pass: of the result, a number for each row
  void* outputs[2];       // the results; or the gradients of x and of each row's weights, or null
  double* of_numbers;     // the gradient of each row's number, or null
};

/// The kernels of one instruction set, indexed by dtype (float, double).
struct RowKernels {
  using Run = void (*)(const Rows& rows);
  using RunWeighted = void (*)(const WeightedRows& rows);
  using Transform = void (*)(const double* from, int64_t count, void* to);
  // Compute y from x. `log_softmax` also reports empty rows, whose logits are all -inf.
  Run log_softmax[2], softmax[2], normalize[2];
  // Compute the gradient in x from the gradient in y and from y itself.
  Run log_softmax_backward[2], softmax_backward[2];
  // Computes the gradient in x from the gradient in y and from x itself.
  Run normalize_backward[2];
  // log(sum of w exp(x)) of each row, and its gradients. The second form takes log w.
  RunWeighted log_sum[2], log_sum_of_logs[2];
  RunWeighted log_sum_backward[2], log_sum_of_logs_backward[2];
  // The log density of relaxed categories at x, as logarithms or on the simplex, and its gradients:
  // the weights are logits, the numbers temperatures. For rows with an infinite score or a NaN they
  // set `is_special`, and the caller evaluates all rows by tensor operations instead.
  RunWeighted relaxed[2], relaxed_on_simplex[2];
  RunWeighted relaxed_backward[2], relaxed_on_simplex_backward[2];
  // Draws of relaxed categories from draws x of Uniform(0, 1).
  RunWeighted relaxed_draw[2], relaxed_draw_on_simplex[2];
  // The log density of counts x with the sums `numbers`, and its gradient in the weights.
  RunWeighted multinomial[2], multinomial_of_logs[2];
  RunWeighted multinomial_backward[2], multinomial_of_logs_backward[2];
  // The entropy of counts with the probabilities x and the sums `numbers`. There are no weights.
  RunWeighted multinomial_entropy[2];
  // Index of the 1 in a one-hot row (int64_t). -1 if the row is not one-hot, -2 if it has a NaN.
  Run index_of_one[2];
  // The category (int64_t) with the least draw / weight, from weights or their logarithms, and
  // draws of Exponential(1). -1 if a weight is negative or not finite, or all are 0.
  Run race[2], race_of_logits[2];
  // Draws of Exponential(1) from draws of Uniform(0, 1).
  Transform exponential[2];
};

/// Defined by row_kernels.cpp, which is compiled for each instruction set.
template <class Isa>
const RowKernels& row_kernels_of();
template <>
const RowKernels& row_kernels_of<isa::DEFAULT>();
template <>
const RowKernels& row_kernels_of<isa::AVX2>();
template <>
const RowKernels& row_kernels_of<isa::AVX512>();

}  // namespace torch::distributions::ops::engine
