#pragma once

#include <vector>

#include "core/raise.h"
#include "core/shape.h"

namespace torch::distributions {
inline namespace transforms {

/// `shape`, which must be that of square matrices. \throws c10::ValueError naming the class.
inline std::vector<int64_t> square_shape(const char* class_name, IntArrayRef shape) {
  require_sizes(class_name, "a shape", shape);
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, shape.size() >= 2 && shape.back() == shape[shape.size() - 2], class_name,
      ": Expected square matrices, got shape ", core::repr(shape));
  return shape.vec();
}

}  // namespace transforms
}  // namespace torch::distributions
