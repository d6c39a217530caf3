#pragma once

#include <ATen/core/Tensor.h>

/// Vectors with a covariance, given by its lower Cholesky factor. Batches of factors, `[..., n,
/// n]`, broadcast to those of vectors, `[..., n]`; none is copied for each vector that shares it.
namespace torch::distributions::ops {

/// L z.
at::Tensor times_factor(const at::Tensor& factor, const at::Tensor& vectors);

/// The log density of a Gaussian of mean 0 and covariance L L^T.
at::Tensor gaussian_log_density(const at::Tensor& factor, const at::Tensor& vectors);

}  // namespace torch::distributions::ops
