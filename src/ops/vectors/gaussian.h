#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/covariance.h"

/// Functions of Gaussian vectors for all forms of the covariance.
namespace torch::distributions::ops {

/// The log density for a mean of 0.
at::Tensor gaussian_log_density(const CovarianceForm& covariance, const at::Tensor& vectors);

/// The same for a dense covariance. A loop computes it for vectors of up to 4 dimensions that have
/// a factor each. It has its own gradients: at infinite vectors they are limits, not 0.
at::Tensor gaussian_log_density(const DenseCovariance& covariance, const at::Tensor& vectors);

/// The same for a covariance of low rank.
at::Tensor gaussian_log_density(const LowRankCovariance& covariance, const at::Tensor& vectors);

at::Tensor gaussian_entropy(const CovarianceForm& covariance);

/// KL(N(m, P) || N(n, Q)) for the shift m - n, which has the batch shape of the result.
at::Tensor gaussian_kl(const at::Tensor& shift, const DenseCovariance& p, const DenseCovariance& q);
at::Tensor gaussian_kl(const at::Tensor& shift, const DenseCovariance& p,
                       const DiagonalCovariance& q);
at::Tensor gaussian_kl(const at::Tensor& shift, const DiagonalCovariance& p,
                       const DenseCovariance& q);
at::Tensor gaussian_kl(const at::Tensor& shift, const LowRankCovariance& p,
                       const LowRankCovariance& q);

}  // namespace torch::distributions::ops
