#include <torch/distributions/multivariate_normal.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/independent.h>
#include <torch/distributions/low_rank_multivariate_normal.h>
#include <torch/distributions/normal.h>

#include "core/low_rank.h"
#include "kl/composite.h"
#include "kl/table.h"
#include "ops/tensor/unexpanded.h"
#include "ops/vectors/gaussian.h"

namespace torch::distributions::kl {
namespace {

/// A mean, and a covariance in one of its forms. Both were given in `dtype`, or in one of less
/// precision.
template <class Form>
struct Gaussian {
  Tensor loc;
  Form covariance;
  at::ScalarType dtype;
};

Gaussian<ops::DenseCovariance> gaussian(const MultivariateNormal& d) {
  return {d.loc(), ops::DenseCovariance(ops::unexpanded(d.scale_tril(), 2)), d.loc().scalar_type()};
}

Gaussian<ops::LowRankCovariance> gaussian(const LowRankMultivariateNormal& d) {
  return {d.loc(), core::LowRank::of(d), d.loc().scalar_type()};
}

/// For a divergence from or to a matrix, which takes as much time as a matrix.
Gaussian<ops::DenseCovariance> dense(const LowRankMultivariateNormal& d) {
  return {d.loc(), core::LowRank::of(d).dense(), d.loc().scalar_type()};
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
  return {base.loc(), ops::DiagonalCovariance(ops::unexpanded(base.scale(), 1)),
          at::promote_types(base.loc().scalar_type(), base.scale().scalar_type())};
}

/// The same, as a covariance of rank 0.
Gaussian<ops::LowRankCovariance> of_rank_0(const Gaussian<ops::DiagonalCovariance>& d) {
  const Tensor variances = d.covariance.to(at::kDouble).diagonal();
  return {
      d.loc,
      ops::LowRankCovariance(at::zeros({variances.size(-1), 0}, variances.options()), variances),
      d.dtype};
}

/// \param compute_dtype That of the covariances.
template <class P, class Q>
Tensor divergence(const Gaussian<P>& p, const Gaussian<Q>& q, at::ScalarType compute_dtype) {
  return ops::gaussian_kl(p.loc.to(compute_dtype) - q.loc.to(compute_dtype), p.covariance,
                          q.covariance)
      .to(at::promote_types(p.dtype, q.dtype));
}

Tensor divergence(const Gaussian<ops::LowRankCovariance>& p,
                  const Gaussian<ops::LowRankCovariance>& q) {
  return divergence(p, q, at::kDouble);
}

template <class P, class Q>
Tensor divergence(const Gaussian<P>& p, const Gaussian<Q>& q) {
  auto dtype = at::toOpMathType(at::promote_types(p.dtype, q.dtype));
  // Where the matrix of one side was computed, it is in double.
  for (const auto other : {p.covariance.scalar_type(), q.covariance.scalar_type()})
    dtype = at::promote_types(dtype, other);
  const Gaussian<P> precise_p{p.loc, p.covariance.to(dtype), p.dtype};
  const Gaussian<Q> precise_q{q.loc, q.covariance.to(dtype), q.dtype};
  return divergence(precise_p, precise_q, dtype);
}

}  // namespace

Tensor divergence(const MultivariateNormal& p, const MultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  return divergence(gaussian(p), gaussian(q));
}

Tensor divergence(const MultivariateNormal& p, const Independent& q) {
  require_equal_event_shapes(p, q);
  const FlatIndependent flat(q);
  if (flat.dims == 0) return divergence_of_parts(p, q, p, flat.base);
  return divergence(gaussian(p), gaussian(flat, p, q));
}

Tensor divergence(const Independent& p, const MultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  const FlatIndependent flat(p);
  if (flat.dims == 0) return divergence_of_parts(p, q, flat.base, q);
  return divergence(gaussian(flat, p, q), gaussian(q));
}

Tensor divergence(const LowRankMultivariateNormal& p, const LowRankMultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  return divergence(gaussian(p), gaussian(q));
}

Tensor divergence(const LowRankMultivariateNormal& p, const MultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  return divergence(dense(p), gaussian(q));
}

Tensor divergence(const MultivariateNormal& p, const LowRankMultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  return divergence(gaussian(p), dense(q));
}

Tensor divergence(const LowRankMultivariateNormal& p, const Independent& q) {
  require_equal_event_shapes(p, q);
  const FlatIndependent flat(q);
  if (flat.dims == 0) return divergence_of_parts(p, q, p, flat.base);
  return divergence(gaussian(p), of_rank_0(gaussian(flat, p, q)));
}

Tensor divergence(const Independent& p, const LowRankMultivariateNormal& q) {
  require_equal_event_shapes(p, q);
  const FlatIndependent flat(p);
  if (flat.dims == 0) return divergence_of_parts(p, q, flat.base, q);
  return divergence(of_rank_0(gaussian(flat, p, q)), gaussian(q));
}

}  // namespace torch::distributions::kl
