#include "ops/vectors/wishart.h"

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>

#include <algorithm>

#include "ops/engine/evaluate.h"
#include "ops/formulas/dirichlet.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/gamma_draws.h"
#include "ops/special/constants.h"
#include "ops/special/digamma.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/rounding.h"
#include "ops/special/tensor_scalar.h"
#include "ops/vectors/dirichlet.h"

namespace torch::distributions::ops {

using at::Tensor;

namespace {

/// 0, 1, ..., n - 1.
Tensor indices(int64_t n, const Tensor& like) { return at::arange(n, like.options()); }

/// The shapes (df - i) / 2 of the gamma variables b_ii^2 / 2, along a new last dimension.
Tensor gamma_shapes(const Tensor& df, int64_t n) {
  const Tensor valid = df.masked_fill((df > static_cast<double>(n - 1)).logical_not(), kNaN);
  return 0.5 * (valid.unsqueeze(-1) - indices(n, df));
}

/// The rate 1/2 of chi-squared variables, seen as gamma variables.
Tensor half(const Tensor& like) { return at::scalar_tensor(0.5, like.options()); }

double pairs(int64_t n) { return 0.5 * static_cast<double>(n * (n - 1)); }

/// The log density, from that of the b_ii^2, the logarithms of these and the sum of squares below
/// the diagonal. With the Jacobian of X in B, the product of 2 b_ii^(n - i), and that of L,
/// det(L)^(n + 1). The density of b_ii^2 has the factor b_ii, so b_ii^(n - 1 - i) is left, which is 1
/// in the last row.
Tensor log_density(const Tensor& of_diagonal, const Tensor& log_diagonal, const Tensor& below,
                   const DenseCovariance& covariance) {
  const int64_t n = covariance.dims();
  const Tensor powers =
      static_cast<double>(n - 1) - indices(std::max<int64_t>(n - 1, 0), log_diagonal);
  const Tensor jacobian = 0.5 * (log_diagonal.slice(-1, 0, -1) * powers).sum(-1) +
                          static_cast<double>(n + 1) * covariance.half_log_det();
  return of_diagonal - jacobian - 0.5 * below - pairs(n) * kLogSqrt2Pi;
}

}  // namespace

Tensor wishart_squares(const DenseCovariance& covariance, const Tensor& root) {
  const Tensor wide = root.expand(at::infer_size(root.sizes(), covariance.factor().sizes()));
  const Tensor b = covariance.whiten_columns(wide);
  const Tensor below = b.tril(-1).square().sum({-2, -1});
  return at::cat({b.diagonal(0, -2, -1).square(), below.unsqueeze(-1)}, -1);
}

Tensor wishart_log_prob(const Tensor& df, const DenseCovariance& covariance,
                        const Tensor& squares) {
  const int64_t n = covariance.dims();
  const Tensor diagonal = squares.narrow(-1, 0, n), below = squares.select(-1, n);
  const Tensor gammas =
      log_prob_of_event<formulas::Gamma>(1, gamma_shapes(df, n), half(df), diagonal);
  return log_density(gammas, diagonal.log(), below, covariance);
}

Tensor wishart_log_prob_of_bartlett(const Tensor& df, const DenseCovariance& covariance,
                                    const Tensor& bartlett, const Tensor& log_gammas) {
  const Tensor below = bartlett.tril(-1).square().sum({-2, -1});
  if (!log_gammas.defined()) {
    const Tensor diagonal = bartlett.diagonal(0, -2, -1).square();
    return wishart_log_prob(df, covariance, at::cat({diagonal, below.unsqueeze(-1)}, -1));
  }
  const Tensor gammas = log_prob_of_event<formulas::GammaDraw>(
      1, gamma_shapes(df, covariance.dims()), half(df), log_gammas);
  return log_density(gammas, kLog2 + log_gammas, below, covariance);
}

// The mean of minus the log density: E log b_ii is (log 2 + psi(a)) / 2 for the shape a of b_ii^2 / 2.
// So a row contributes the entropy of a gamma variable, and (n - 1 - i) / 2 times psi(a). A component
// of a Dirichlet distribution has the same terms.
Tensor wishart_entropy(const Tensor& df, const DenseCovariance& covariance) {
  const int64_t n = covariance.dims();
  const Tensor a = gamma_shapes(df, n);
  const Tensor powers = 0.5 * (static_cast<double>(n - 1) - indices(n, df));
  // Without short rows, the kernel fills its registers.
  const Tensor rows =
      entropy_of_event<formulas::DirichletComponent>(0, (1 + powers).expand_as(a).contiguous(), a);
  return rows.sum(-1) + static_cast<double>(n + 1) * covariance.half_log_det() +
         (static_cast<double>(n) + 0.5 * pairs(n)) * kLog2 + pairs(n) * kNormalEntropy;
}

Tensor wishart_log_normalizer(const Tensor& matrix, const Tensor& power) {
  constexpr double kLogPi = 2 * kLogSqrt2Pi - kLog2;
  const int64_t n = matrix.size(-1);
  const Tensor half_df = power + 0.5 * static_cast<double>(n + 1);
  const Tensor log_det = std::get<1>(at::linalg_slogdet(-2 * matrix));
  return half_df * (static_cast<double>(n) * kLog2 - log_det) +
         special::lgamma(half_df.unsqueeze(-1) - 0.5 * indices(n, power)).sum(-1) +
         0.5 * pairs(n) * kLogPi;
}

// With M = L_q^-1 (L_p - L_q) and the ratios r_i of the diagonals, it is the sum of the divergences
// between the gamma variables of both, whose scales are in the ratio r_i^2, and of
//   i (r_i^2 - 1 - log r_i^2) / 2 + df_p (sum of m_ij^2 for j < i) / 2
// for each row i. No term is negative, and each is computed from differences between p and q.
Tensor wishart_kl(const Tensor& df_p, const DenseCovariance& p, const Tensor& df_q,
                  const DenseCovariance& q, bool of_doubles) {
  const int64_t n = p.dims();
  const Tensor m = q.whiten_columns((p.factor() - q.factor()).tril());
  const Tensor excess = m.diagonal(0, -2, -1), ratio = p.scales() / q.scales();
  const Tensor a_p = gamma_shapes(df_p, n), a_q = gamma_shapes(df_q, n);
  // It is the divergence of gamma distributions, given the ratio of their rates.
  const Tensor gammas =
      dirichlet_divergence(of_doubles, a_p, a_q, excess * (2 + excess), ratio.square());
  const Tensor of_diagonal =
      indices(n, df_p) * (0.5 * excess.square() + special::itakura_saito(p.scales(), q.scales()));
  const Tensor below = 0.5 * df_p * m.tril(-1).square().sum({-2, -1});
  return special::nonnegative(gammas + of_diagonal.sum(-1) + below);
}

}  // namespace torch::distributions::ops
