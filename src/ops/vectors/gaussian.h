#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/covariance.h"

/// What all families of Gaussian vectors have in common, whatever the form of their covariance.
namespace torch::distributions::ops {

/// The log density, where the mean is 0.
at::Tensor gaussian_log_density(const CovarianceForm& covariance, const at::Tensor& vectors);

/// The same, written out for vectors of up to 4 dimensions with a factor each, and with gradients
/// of its own: those of an infinite vector are limits, not 0.
at::Tensor gaussian_log_density(const DenseCovariance& covariance, const at::Tensor& vectors);

at::Tensor gaussian_entropy(const CovarianceForm& covariance);

/// KL(N(m, P) || N(n, Q)) for the shift m - n, the batch of which is that of the result.
at::Tensor gaussian_kl(const at::Tensor& shift, const DenseCovariance& p, const DenseCovariance& q);
at::Tensor gaussian_kl(const at::Tensor& shift, const DenseCovariance& p,
                       const DiagonalCovariance& q);
at::Tensor gaussian_kl(const at::Tensor& shift, const DiagonalCovariance& p,
                       const DenseCovariance& q);

}  // namespace torch::distributions::ops
