#pragma once

#include <torch/distributions/core/covariance.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Multivariate normal distribution with mean \f$\mu\f$ (`loc`, of shape `batch + [n]`) and
/// covariance \f$\Sigma\f$:
/// \f[ p(x) = (2\pi)^{-n/2} \det(\Sigma)^{-1/2}
///     \exp\left(-\tfrac12 (x-\mu)^\top \Sigma^{-1} (x-\mu)\right). \f]
/// The covariance is given by one of three matrices of shape `batch + [n, n]`: \f$\Sigma\f$ itself
/// (`covariance_matrix`), its inverse (`precision_matrix`), or its lower Cholesky factor \f$L\f$
/// with \f$\Sigma = L L^\top\f$ (`scale_tril`).
///
/// Prefer `scale_tril`: it is used as given, while the other two matrices are factored once, in
/// double precision. For a diagonal covariance, `Independent(Normal(loc, scale), 1)` needs no
/// matrices.
///
/// If `loc` and the matrix have different dtypes, both are promoted to a common one.
///
/// Without validation, all results for a matrix that is not positive definite are NaN, and numbers
/// above the diagonal of a matrix are ignored.
///
/// \throws c10::ValueError unless exactly one matrix is given, of the size of `loc`; under
///     validation, for a matrix that is not positive definite, or a `scale_tril` that is not lower
///     triangular with a positive diagonal.
class TORCH_DISTRIBUTIONS_API MultivariateNormal : public Implements<MultivariateNormal> {
 public:
  static const Signature<MultivariateNormal>& signature();

  MultivariateNormal(Param loc, Covariance covariance, Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  Tensor covariance_matrix() const;
  Tensor precision_matrix() const;
  Tensor scale_tril() const;

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override { return loc_; }
  Tensor do_mode() const override { return loc_; }
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  void change(const core::Change& change) override;

  Tensor to_batch(const Tensor& matrix) const;

  // Exactly one of the three matrices is defined, and expanded to the batch. The factor is not
  // expanded, and is float or double, as linear algebra requires.
  Tensor loc_, covariance_matrix_, precision_matrix_, scale_tril_, factor_;
};

}  // namespace torch::distributions
