#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/DefaultDtype.h>

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// Whether this is a floating dtype with which the library computes.
inline bool is_floating(at::ScalarType dtype) {
  return core::holds_numbers(dtype) && at::isFloatingType(dtype);
}

/// The dtype of results that are made from numbers of this dtype: the default one for integers.
inline at::ScalarType floating(at::ScalarType dtype) {
  return at::isFloatingType(dtype) ? dtype : c10::get_default_dtype_as_scalartype();
}

}  // namespace torch::distributions
