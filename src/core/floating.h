#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/DefaultDtype.h>

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// Whether this is a floating dtype that the library supports.
inline bool is_floating(at::ScalarType dtype) {
  return core::holds_numbers(dtype) && at::isFloatingType(dtype);
}

/// The dtype of results computed from this dtype: itself if it is floating, else the default dtype.
inline at::ScalarType floating(at::ScalarType dtype) {
  return at::isFloatingType(dtype) ? dtype : c10::get_default_dtype_as_scalartype();
}

}  // namespace torch::distributions
