#pragma once

#include <ATen/core/Tensor.h>

/// Logarithms of the densities whose textbook form subtracts log-gammas. Computed as Loader ("Fast
/// and accurate computation of binomial probabilities", 2000) shows, from the deviance and the
/// remainders of Stirling's formula, and with the products of the parameters carried to twice the
/// working precision, so that nothing large cancels. They do not test the support: a formula does.

namespace torch::distributions::ops::special {

using at::Tensor;

/// Loader's deviance x log(x / m) + m - x, for x >= 0, m > 0; m where x is 0. Error: relative, 6
/// units; gradient 4, not relative.
Tensor bd0(const Tensor& x, const Tensor& m);

/// x log m - m - lgamma(x + 1): the log density of Poisson(m) at x. Error: 4 units; gradient the
/// same.
Tensor poisson_log_kernel(const Tensor& x, const Tensor& m);

/// a log r + (a - 1) log x - r x - lgamma(a): the log density of Gamma(a, rate r) at x. Error: 16
/// units; gradient 4.
Tensor gamma_log_kernel(const Tensor& x, const Tensor& concentration, const Tensor& rate);

/// (a - 1) log x + (b - 1) log(1 - x) - log B(a, b): the log density of Beta(a, b) at x. Error: 32
/// units; gradient the same.
Tensor beta_log_kernel(const Tensor& x, const Tensor& a, const Tensor& b);

/// log C(n, k) + k log p + (n - k) log(1 - p): the log density of Binomial(n, p) at k. Error: 16
/// units; gradient 32.
Tensor binomial_log_kernel(const Tensor& k, const Tensor& n, const Tensor& p);

/// The same from the log-odds of p. Error: 16 units; gradient 32.
Tensor binomial_log_kernel_logits(const Tensor& k, const Tensor& n, const Tensor& logits);

}  // namespace torch::distributions::ops::special
