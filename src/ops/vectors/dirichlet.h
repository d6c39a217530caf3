#pragma once

#include <ATen/core/Tensor.h>

/// Functions of Dirichlet(a) on tensors whose last dimension holds the components. All but the log
/// normalizer compute in double, because sums and differences of concentrations lose digits of
/// small ones beside large ones.

namespace torch::distributions::ops {

/// The log density at points x of the simplex, as a double.
at::Tensor dirichlet_log_prob(const at::Tensor& a, const at::Tensor& x);

/// The same, given the logarithms of x as doubles.
at::Tensor dirichlet_log_prob_of_log(const at::Tensor& a, const at::Tensor& log_x);

at::Tensor dirichlet_mean(const at::Tensor& a);

/// The mode: a vertex if no concentration is above 1 and one is below, and NaN if all are 1.
at::Tensor dirichlet_mode(const at::Tensor& a);

at::Tensor dirichlet_variance(const at::Tensor& a);

at::Tensor dirichlet_entropy(const at::Tensor& a);

/// log B(a).
at::Tensor dirichlet_log_normalizer(const at::Tensor& a);

/// The sum of the divergences of gamma distributions of concentrations a and b, the ratio of whose
/// rates is `ratio`; `growth` is ratio - 1. These are the terms of a divergence between Dirichlet
/// distributions.
/// \param of_doubles Whether a result in double is wanted, else one that has the digits of a float.
at::Tensor dirichlet_divergence(bool of_doubles, const at::Tensor& a, const at::Tensor& b,
                                const at::Tensor& growth, const at::Tensor& ratio);

/// KL(Dirichlet(a) || Dirichlet(b)).
at::Tensor dirichlet_kl(const at::Tensor& a, const at::Tensor& b);

}  // namespace torch::distributions::ops
