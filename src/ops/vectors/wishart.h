#pragma once

#include <ATen/core/Tensor.h>

#include "ops/vectors/covariance.h"

/// Functions of Wishart(df, L L^T), where the batch dimensions of `df` and of L broadcast. All take
/// and compute doubles, and are NaN unless df > n - 1 for matrices of size n.
///
/// They use the decomposition of M. S. Bartlett (1933). A matrix X is L B B^T L^T for a lower
/// triangular B with a positive diagonal, and the entries of B are independent: b_ii^2 has the
/// chi-squared distribution with df - i degrees of freedom, for i = 0, 1, ..., and the entries
/// below the diagonal are standard normal. So every function is a sum of those of gamma
/// distributions and of terms that do not cancel, however large df is.
namespace torch::distributions::ops {

/// The squares of B that the density depends on, as `bartlett_squares` returns them, for matrices
/// with the Cholesky factors `root`, `[..., n, n]`.
at::Tensor wishart_squares(const DenseCovariance& covariance, const at::Tensor& root);

/// The log density of matrices with these squares.
at::Tensor wishart_log_prob(const at::Tensor& df, const DenseCovariance& covariance,
                            const at::Tensor& squares);

/// The log density of the draw with the factor B, given the logarithms of the gamma variables
/// b_ii^2 / 2, `[..., n]`, which are undefined unless one underflowed.
at::Tensor wishart_log_prob_of_bartlett(const at::Tensor& df, const DenseCovariance& covariance,
                                        const at::Tensor& bartlett, const at::Tensor& log_gammas);

at::Tensor wishart_entropy(const at::Tensor& df, const DenseCovariance& covariance);

/// The log normalizer for the natural parameters `matrix`, which is -1/2 times the inverse of the
/// covariance, and `power`, which is (df - n - 1) / 2.
at::Tensor wishart_log_normalizer(const at::Tensor& matrix, const at::Tensor& power);

/// \param of_doubles Whether a result in double is wanted, else one that has the digits of a float.
at::Tensor wishart_kl(const at::Tensor& df_p, const DenseCovariance& p, const at::Tensor& df_q,
                      const DenseCovariance& q, bool of_doubles);

}  // namespace torch::distributions::ops
