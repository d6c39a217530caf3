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

/// Whether a tensor of shape `from` expands to `to`. Unlike at::is_expandable_to, it returns false
/// if `to` has a negative size.
inline bool expands_to(IntArrayRef from, IntArrayRef to) {
  if (from.size() > to.size()) return false;
  if (std::any_of(to.begin(), to.end(), [](int64_t size) { return size < 0; })) return false;
  return std::equal(from.begin(), from.end(), to.end() - static_cast<std::ptrdiff_t>(from.size()),
                    [](int64_t own, int64_t size) { return own == size || own == 1; });
}

/// Checks sizes that a caller gave before anything is computed from them.
/// \param what The name of the sizes in error messages.
/// \param more The other sizes of the tensor.
/// \throws c10::ValueError if a size is negative or the number of bytes overflows int64_t.
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
      // The strides must not overflow either: they are products of the sizes that are not 0.
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
