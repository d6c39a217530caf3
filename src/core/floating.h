#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/DefaultDtype.h>

namespace torch::distributions {

/// The dtype of results that are made from numbers of this dtype: the default one for integers.
inline at::ScalarType floating(at::ScalarType dtype) {
  return at::isFloatingType(dtype) ? dtype : c10::get_default_dtype_as_scalartype();
}

}  // namespace torch::distributions
