#include <torch/distributions/multivariate_normal.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>

#include "kl/rules.h"
#include "kl/table.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/tensor_scalar.h"

namespace torch::distributions::kl {
namespace {

/// A mean and a lower Cholesky factor of the covariance.
struct Gaussian {
  Tensor loc, scale_tril;
};

/// The tensor without the copies that expanding made of its batch dimensions, all but the last
/// `event_dim`.
Tensor unexpanded(Tensor tensor, int64_t event_dim) {
  for (int64_t d = 0; d < tensor.dim() - event_dim; ++d) {
    if (tensor.stride(d) == 0 && tensor.size(d) > 1) tensor = tensor.narrow(d, 0, 1);
  }
  return tensor;
}

Gaussian gaussian(const MultivariateNormal& d) { return {d.loc(), unexpanded(d.scale_tril(), 2)}; }

/// `d`, which is `p` or `q`, as a multivariate normal distribution. If it is not such a one, the
/// error names `p` and `q`.
Gaussian gaussian(const FlatIndependent& d, const Distribution& p, const Distribution& q) {
  if (d.dims != 1 || d.base->type().distance_to(typeid(Normal)) < 0) {
    not_implemented(p, q,
                    "the base of Independent is not a Normal with one reinterpreted dimension");
  }
  const auto& base = static_cast<const Normal&>(*d.base);
  return {base.loc(), unexpanded(base.scale(), 1).diag_embed()};
}

bool is_one_matrix(const Tensor& matrices) {
  return c10::multiply_integers(matrices.sizes().slice(0, matrices.sizes().size() - 2)) == 1;
}

/// Solves `factor x = vector` for vectors along the last dimension.
Tensor solve(const Tensor& factor, const Tensor& vectors) {
  if (is_one_matrix(factor)) {  // one solve for all vectors
    const int64_t n = vectors.size(-1);
    const int64_t count =
        c10::multiply_integers(vectors.sizes().slice(0, vectors.sizes().size() - 1));
    const Tensor columns = vectors.reshape({count, n}).mT();
    return at::linalg_solve_triangular(factor.reshape({n, n}), columns, /*upper=*/false)
        .mT()
        .reshape(vectors.sizes());
  }
  return at::linalg_solve_triangular(factor, vectors.unsqueeze(-1), /*upper=*/false).squeeze(-1);
}

/// With \f$M = L_q^{-1} (L_p - L_q)\f$ the divergence is
/// \f$ \frac12 (\|M\|^2 + \|L_q^{-1} (\mu_p - \mu_q)\|^2) + \sum_i (r_i - 1 - \log r_i) \f$, r
/// being the ratio of the diagonals: a sum of terms none of which is negative, and of differences
/// between p and q.
Tensor divergence(const Gaussian& p, const Gaussian& q) {
  auto dtype = p.loc.scalar_type();
  for (const Tensor* t : {&p.scale_tril, &q.loc, &q.scale_tril})
    dtype = at::promote_types(dtype, t->scalar_type());
  const auto compute_dtype = at::toOpMathType(dtype);
  const Tensor factor_p = p.scale_tril.to(compute_dtype), factor_q = q.scale_tril.to(compute_dtype);
  const Tensor difference = (factor_p - factor_q).tril();
  const Tensor m = is_one_matrix(factor_q)
                       ? solve(factor_q, difference.mT())
                       : at::linalg_solve_triangular(factor_q, difference, /*upper=*/false);
  const Tensor shift = solve(factor_q, p.loc.to(compute_dtype) - q.loc.to(compute_dtype));
  const Tensor ratios =
      ops::special::itakura_saito(factor_p.diagonal(0, -2, -1), factor_q.diagonal(0, -2, -1));
  return (0.5 * (m.square().sum({-2, -1}) + shift.square().sum(-1)) + ratios.sum(-1)).to(dtype);
}

}  // namespace

Tensor divergence(const MultivariateNormal& p, const MultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  return divergence(gaussian(p), gaussian(q));
}

Tensor divergence(const MultivariateNormal& p, const Independent& q) {
  require_equal_event_shapes(p, q);
  const FlatIndependent flat(q);
  if (flat.dims == 0) return kl_divergence(p, flat.base);
  return divergence(gaussian(p), gaussian(flat, p, q));
}

Tensor divergence(const Independent& p, const MultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  const FlatIndependent flat(p);
  if (flat.dims == 0) return kl_divergence(flat.base, q);
  return divergence(gaussian(flat, p, q), gaussian(q));
}

}  // namespace torch::distributions::kl
