#pragma once

#include <torch/distributions/core/covariance.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Multivariate normal distribution with mean \f$\mu\f$ (`loc`, of shape `batch + [n]`) and a
/// covariance \f$\Sigma\f$ that is given as one of three matrices of shape `batch + [n, n]`: itself
/// (`covariance_matrix`), its inverse (`precision_matrix`), or its lower Cholesky factor \f$L\f$,
/// \f$\Sigma = L L^\top\f$ (`scale_tril`):
/// \f[ p(x) = (2\pi)^{-n/2} \det(\Sigma)^{-1/2}
///     \exp\left(-\tfrac12 (x-\mu)^\top \Sigma^{-1} (x-\mu)\right). \f]
///
/// `scale_tril` is the best to give: it is used as it is, where the other two are factored once, in
/// double precision. For a diagonal covariance `Independent(Normal(loc, scale), 1)` does without
/// matrices.
///
/// Where `loc` and the matrix have different dtypes, both take the one that they promote to.
///
/// Without validation all results of a matrix that is not positive definite are NaN, and the
/// numbers above the diagonal of a matrix are ignored.
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
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override { return loc_; }
  Tensor do_mode() const override { return loc_; }
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  void change(const core::Change& change) override;

  struct Parameter;
  void check(const Parameter& parameter, const Constraint& constraint) const;
  /// The lower Cholesky factor of a matrix or of its inverse, once it is checked.
  Tensor factored(const Parameter& parameter, bool inverse) const;
  Tensor to_batch(const Tensor& matrix) const;

  // One of the three matrices is defined, and expanded to the batch. The factor is not expanded,
  // and has a dtype of linear algebra.
  Tensor loc_, covariance_matrix_, precision_matrix_, scale_tril_, factor_;
};

}  // namespace torch::distributions
