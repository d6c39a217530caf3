#pragma once

#include <ATen/core/Tensor.h>

/// Functions of Dirichlet(a) on tensors whose last dimension holds the components. All but the log
/// normalizer compute in double, because sums and differences of concentrations lose digits of
/// small ones beside large ones.

namespace torch::distributions::ops {

/// The log density at points x of the simplex, as a double.
at::Tensor dirichlet_log_prob(const at::Tensor& a, const at::Tensor& x);

at::Tensor dirichlet_mean(const at::Tensor& a);

/// The mode: a vertex if no concentration is above 1 and one is below, and NaN if all are 1.
at::Tensor dirichlet_mode(const at::Tensor& a);

at::Tensor dirichlet_variance(const at::Tensor& a);

at::Tensor dirichlet_entropy(const at::Tensor& a);

/// log B(a).
at::Tensor dirichlet_log_normalizer(const at::Tensor& a);

/// KL(Dirichlet(a) || Dirichlet(b)).
at::Tensor dirichlet_kl(const at::Tensor& a, const at::Tensor& b);

}  // namespace torch::distributions::ops
