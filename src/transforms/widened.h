#pragma once

#include <ATen/OpMathType.h>
#include <ATen/core/Tensor.h>

#include "core/floating.h"

namespace torch::distributions {
inline namespace transforms {

/// `x` in the dtype of a computation of several steps, so that a result of a half type is rounded
/// once: half types become float, and integers the default dtype.
inline Tensor widened(const Tensor& x) { return x.to(at::toOpMathType(floating(x.scalar_type()))); }

}  // namespace transforms
}  // namespace torch::distributions
