#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace torch::distributions::ops::special {

using at::Tensor;

/// log|Gamma(x)|. Error for x > 0: 2 units; gradient 4.
Tensor lgamma(const Tensor& x);

/// psi(x), the derivative of log Gamma. Error: 4 units for x > 0, and 16 below; gradient relative,
/// 4, and 16 below, not relative.
Tensor digamma(const Tensor& x);

/// psi'(x). Error for x > 0: relative, 4 units; gradient the same. Below: 16 units, not relative.
Tensor trigamma(const Tensor& x);

/// The derivative of psi of the given order, for any order >= 0:
/// (-1)^(order+1) order! zeta(order + 1, x).
Tensor polygamma(int64_t order, const Tensor& x);

/// psi(x + d) - psi(x) for x > 0, x + d > 0, without cancellation where d is small beside x or both
/// are large. Error: relative, 4 units; gradient the same.
Tensor digamma_difference(const Tensor& x, const Tensor& d);

/// log m - psi(x) for m, x > 0, without cancellation where m and x are close. Error: 4 units;
/// gradient relative, 4.
/// Given one tensor as both, it is a function of that tensor, whose derivative 1/x - psi'(x) does
/// not cancel either. Error: relative, 4 units; gradient 16.
Tensor log_minus_digamma(const Tensor& m, const Tensor& x);

/// log m - psi(x + 1) for m > 0, x >= 0, likewise; x + 1 is not rounded. Error: 4 units; gradient
/// relative, 4.
Tensor log_minus_digamma1p(const Tensor& m, const Tensor& x);

/// Loader's stirlerr: the error of Stirling's formula, lgamma(x + 1) - (x + 1/2) log x + x - log(2
/// pi) / 2, for x > 0. Error: relative, 8 units; gradient 4, not relative.
Tensor stirlerr(const Tensor& x);

/// lgamma(x + 1) - x log x + x for x >= 0: stirlerr(x) + log(2 pi x) / 2, but finite (0) at 0. What
/// remains of log x! beside x log x - x; sums of it make log-factorial ratios without cancellation.
/// Error: relative, 2 units; gradient 4.
Tensor stirling_remainder(const Tensor& x);

/// log B(a, b) = lgamma(a) + lgamma(b) - lgamma(a + b) for a, b > 0 of any size. DiDonato & Morris
/// (1992), TOMS 708. Error: 4 units; gradient relative, 4.
Tensor lbeta(const Tensor& a, const Tensor& b);

}  // namespace torch::distributions::ops::special
