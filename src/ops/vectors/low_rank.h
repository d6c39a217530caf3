#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/covariance.h"

/// Functions of covariances of low rank by kernels. W must be short beside the root of d, and each
/// vector must have its own covariance.
namespace torch::distributions::ops {

/// Kernels take W only if all elements of C, the Cholesky factor of the capacitance, are below this
/// number. The relative rounding error of the capacitance I + W^T diag(d)^-1 W is that of a double
/// times the square of these elements, so at most about 1e-10. A result in float does not show such
/// an error. For a result in double the capacitance is factored again, relative to C, which removes
/// the error. The least-squares solution z has a similar error, which a second step removes.
inline constexpr double kLong = 1e3;

/// Sets the capacitance and the half log determinant.
/// \returns whether it could.
bool factor_by_kernels(LowRankCovariance::Parts& parts);

/// The log density of vectors of doubles for a mean of 0. Undefined if no kernel can compute it, or
/// if a result is not finite.
at::Tensor low_rank_log_density(const LowRankCovariance& covariance, const at::Tensor& vectors);

/// KL(N(m, P) || N(n, Q)) for the shift m - n, which holds doubles. Undefined if no kernel can
/// compute it, if a graph is recorded, or if P and Q are so close that digits cancel.
at::Tensor low_rank_kl(const at::Tensor& shift, const LowRankCovariance& p,
                       const LowRankCovariance& q);

/// Covariances of the same rank are close if all elements of d are, and if the change of the
/// capacitance has a norm up to this number.
inline constexpr double kClose = 0.125;

/// Whether an element of d of Q is close to that of P.
constexpr auto are_close(const auto& of_p, const auto& of_q) {
  const auto most = kClose * of_p, difference = of_q - of_p;
  return difference <= most && difference >= -most;
}

}  // namespace torch::distributions::ops
