#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops::special {

using at::Tensor;

/// (x - loc) / scale, also where the difference overflows. Error: relative, 2 units; gradient the
/// same.
Tensor standardized(const Tensor& x, const Tensor& loc, const Tensor& scale);

/// x log y, and 0 where x is 0. At x = 0, y <= 0 both derivatives are 0. Error: relative, 2 units;
/// gradient the same.
Tensor xlogy(const Tensor& x, const Tensor& y);

/// x log(1 + y), and 0 where x is 0. At x = 0, y <= -1 both derivatives are 0. Error: relative, 2
/// units; gradient the same.
Tensor xlog1py(const Tensor& x, const Tensor& y);

/// log(1 - exp(x)) for x <= 0; NaN above. Maechler, "Accurately computing log(1 - exp(-|a|))"
/// (2012). Error: relative, 2 units; gradient the same.
Tensor log1mexp(const Tensor& x);

/// log(1 + x) - x for x >= -1, without the cancellation at 0. Error: relative, 4 units; gradient 2.
Tensor log1pmx(const Tensor& x);

/// log(1 + exp(x)) for every x; it never switches to x. Error: relative, 2 units; gradient the
/// same.
Tensor softplus(const Tensor& x);

/// 1 / (1 + exp(-x)). Its derivatives keep their relative accuracy in both tails. Error: relative,
/// 2 units; gradient 4.
Tensor sigmoid(const Tensor& x);

/// log(sigmoid(x)). Error: relative, 2 units; gradient the same.
Tensor log_sigmoid(const Tensor& x);

/// exp(x) - 1. Its derivatives keep their relative accuracy where it is nearly -1. Error: relative,
/// 2 units; gradient the same.
Tensor expm1(const Tensor& x);

/// tanh(x). Its derivatives keep their relative accuracy in both tails. Error: relative, 2 units;
/// gradient 4.
Tensor tanh(const Tensor& x);

/// The inverse of tanh. Its derivatives keep their relative accuracy up to both ends of [-1, 1].
/// Error: relative, 4 units; gradient the same.
Tensor atanh(const Tensor& x);

/// log(cosh(x)) for every x. Error: 2 units; gradient relative, 2.
Tensor log_cosh(const Tensor& x);

}  // namespace torch::distributions::ops::special
