#pragma once

#include <cstdint>

#include "ops/engine/kernel.h"

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
  /// For each target the number of running sums that are at most as large, but no more than `last`.
  void (*find)(const double* targets, std::int64_t count, const double* running,
               std::int64_t categories, std::int64_t last, std::int64_t* to);
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
