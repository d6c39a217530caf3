#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops::special {

using at::Tensor;

/// P(a, x), the regularised lower incomplete gamma function, for a >= 0, x >= 0. Error: relative,
/// 16 + 4 log; gradient 24 + 4 log; the second derivative in a is good to 12 digits.
/// Derivatives: all orders in x, two in a; a third in a is c10::NotImplementedError.
Tensor gammainc(const Tensor& a, const Tensor& x);

/// Q(a, x) = 1 - P(a, x), likewise, without the subtraction.
Tensor gammaincc(const Tensor& a, const Tensor& x);

/// dP/da. Derivatives: all orders in x, one in a.
Tensor gammainc_da(const Tensor& a, const Tensor& x);

}  // namespace torch::distributions::ops::special
