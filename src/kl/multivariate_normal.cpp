#include <torch/distributions/multivariate_normal.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>

#include "kl/composite.h"
#include "kl/table.h"
#include "ops/vectors/gaussian.h"

namespace torch::distributions::kl {
namespace {

/// A mean, and a covariance in one of its forms.
template <class Form>
struct Gaussian {
  Tensor loc;
  Form covariance;
};

/// Reverts expansion: batch dimensions (all but the last `event_dim`) of stride 0 get size 1.
Tensor unexpanded(Tensor tensor, int64_t event_dim) {
  for (int64_t d = 0; d < tensor.dim() - event_dim; ++d) {
    if (tensor.stride(d) == 0 && tensor.size(d) > 1) tensor = tensor.narrow(d, 0, 1);
  }
  return tensor;
}

Gaussian<ops::DenseCovariance> gaussian(const MultivariateNormal& d) {
  return {d.loc(), ops::DenseCovariance(unexpanded(d.scale_tril(), 2))};
}

/// `d`, which is `p` or `q`, as a multivariate normal distribution.
/// \throws c10::NotImplementedError naming `p` and `q` if `d` is not one.
Gaussian<ops::DiagonalCovariance> gaussian(const FlatIndependent& d, const Distribution& p,
                                           const Distribution& q) {
  if (d.dims != 1 || d.base->type().distance_to(typeid(Normal)) < 0) {
    not_implemented(p, q,
                    "the base of Independent is not a Normal with one reinterpreted dimension");
  }
  const auto& base = static_cast<const Normal&>(*d.base);
  return {base.loc(), ops::DiagonalCovariance(unexpanded(base.scale(), 1))};
}

template <class P, class Q>
Tensor divergence(const Gaussian<P>& p, const Gaussian<Q>& q) {
  auto dtype = at::promote_types(p.loc.scalar_type(), q.loc.scalar_type());
  for (const auto other : {p.covariance.scalar_type(), q.covariance.scalar_type()})
    dtype = at::promote_types(dtype, other);
  const auto compute_dtype = at::toOpMathType(dtype);
  return ops::gaussian_kl(p.loc.to(compute_dtype) - q.loc.to(compute_dtype),
                          p.covariance.to(compute_dtype), q.covariance.to(compute_dtype))
      .to(dtype);
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
