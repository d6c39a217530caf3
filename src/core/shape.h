#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/safe_numerics.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include <torch/distributions/core/repr.h>

#include "core/raise.h"

namespace torch::distributions {

/// Whether a tensor of the shape `from` expands to `to`: never if a number of `to` is negative,
/// which at::is_expandable_to does not check.
inline bool expands_to(IntArrayRef from, IntArrayRef to) {
  if (from.size() > to.size()) return false;
  if (std::any_of(to.begin(), to.end(), [](int64_t size) { return size < 0; })) return false;
  return std::equal(from.begin(), from.end(), to.end() - static_cast<std::ptrdiff_t>(from.size()),
                    [](int64_t own, int64_t size) { return own == size || own == 1; });
}

/// Checks sizes that a program gave before anything is computed from them.
/// \param more the sizes that the tensor has besides.
/// \throws c10::ValueError naming the class and what the sizes are of, for negative ones, and for
///     more bytes than an int64_t counts.
inline void require_sizes(const char* class_name, const char* what, IntArrayRef sizes,
                          std::initializer_list<IntArrayRef> more = {}) {
  for (const int64_t size : sizes) {
    TORCH_DISTRIBUTIONS_CHECK(ValueError, size >= 0, class_name, ": ", what,
                              " must not have a negative size, got ", core::repr(sizes));
  }
  uint64_t bytes = sizeof(double);
  bool overflows = false;
  const auto multiply = [&](IntArrayRef all) {
    for (const int64_t size : all) {
      // Strides are products of the sizes that are not 0.
      const auto factor = static_cast<uint64_t>(std::max<int64_t>(size, 1));
      overflows |= c10::mul_overflows(bytes, factor, &bytes);
    }
  };
  multiply(sizes);
  for (const IntArrayRef all : more) multiply(all);
  overflows |= bytes > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  TORCH_DISTRIBUTIONS_CHECK(ValueError, !overflows, class_name, ": ", what,
                            " is too large: ", core::repr(sizes));
}

}  // namespace torch::distributions
