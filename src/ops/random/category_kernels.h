#pragma once

#include <cstdint>

#include "ops/engine/kernel.h"
#include "ops/random/draw.h"

namespace torch::distributions::ops::random {

/// Categories are summed by blocks of this many. So a category is found in two steps, and the sum of
/// a long vector has the rounding error of a short one.
inline constexpr std::int64_t kCategoriesOfBlock = 512;

/// The kernels of one instruction set. All have the same bits.
struct CategoryKernels {
  /// The sum of the weights of a block, or of the exponentials of their logarithms. NaN if a weight
  /// is negative, infinite or NaN. Writes the sums up to each category to `running` if it is not
  /// null. Indexed by dtype (float, double).
  double (*sum[2])(const void* weights, std::int64_t categories, bool are_logits, double* running);
  /// Writes the running sums of rows that are one after the other, each of at most a block.
  /// Returns whether all rows have weights that are finite, not negative and not all 0.
  bool (*add_up[2])(const void* weights, std::int64_t rows, std::int64_t categories,
                    bool are_logits, double* running);
  /// Divides running sums by the last one, in the unit of inversion.h.
  void (*divide)(double* running, std::int64_t categories);
  /// Draws categories by divided sums that all elements share.
  void (*invert)(const Draw& draw, std::uint64_t first, std::int64_t count, const double* sums,
                 std::int64_t categories, std::int64_t* to);
  /// Draws a category for each of some rows, at most `kRows`, by running sums one after the other.
  /// Indexed by whether they are divided.
  void (*invert_each[2])(const Draw& draw, std::uint64_t first, std::int64_t rows,
                         const double* running, std::int64_t categories, std::int64_t* to);
  static constexpr std::int64_t kRows = 1024;
};

/// Defined by category_kernels.cpp, which is compiled for each instruction set.
template <class Isa>
const CategoryKernels& category_kernels_of();
template <>
const CategoryKernels& category_kernels_of<engine::isa::DEFAULT>();
template <>
const CategoryKernels& category_kernels_of<engine::isa::AVX2>();
template <>
const CategoryKernels& category_kernels_of<engine::isa::AVX512>();

}  // namespace torch::distributions::ops::random
