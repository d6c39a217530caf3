#pragma once

#include <torch/distributions/core/covariance.h>
#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Wishart distribution over symmetric positive definite matrices of size n, with \f$\nu > n - 1\f$
/// degrees of freedom (`df`) and covariance \f$\Sigma\f$:
/// \f[ p(X) = \frac{\det(X)^{(\nu - n - 1) / 2} e^{-\operatorname{tr}(\Sigma^{-1} X) / 2}}
///     {2^{\nu n / 2} \det(\Sigma)^{\nu / 2} \Gamma_n(\nu / 2)}. \f]
/// For an integer \f$\nu\f$ it is the distribution of the sum of \f$z z^\top\f$ over \f$\nu\f$
/// normal vectors z with a mean of 0 and this covariance.
///
/// The covariance is given in the same ways as that of `MultivariateNormal`: by one of three
/// matrices of shape `batch + [n, n]`, which is factored once in double precision. `scale_tril` is
/// used as given. All computations are in double; results have the dtype to which those of `df` and
/// the matrix promote.
///
/// Every draw is a positive definite matrix of this dtype. With \f$\nu\f$ near n - 1 most draws are
/// so close to a singular matrix that rounding would make them singular. Their entries off the
/// diagonal are then smaller by a few roundings.
///
/// `mode()` is NaN for \f$\nu \le n + 1\f$. Gradients in a matrix are symmetric. Without
/// validation, all results for a matrix that is not positive definite, or for too small a `df`, are
/// NaN.
///
/// \throws c10::ValueError unless exactly one matrix is given and it is square; under validation,
///     for a matrix that is not positive definite, a `scale_tril` that is not lower triangular with
///     a positive diagonal, or a `df` that is not above n - 1.
class TORCH_DISTRIBUTIONS_API Wishart : public Implements<Wishart, ExponentialFamily> {
 public:
  static const Signature<Wishart>& signature();

  Wishart(Param df, Covariance covariance, Validate validate_args = {});

  const Tensor& df() const { return df_; }
  Tensor covariance_matrix() const;
  Tensor precision_matrix() const;
  Tensor scale_tril() const;

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_mode() const override;
  Tensor do_variance() const override;
  Tensor do_stddev() const override;
  Tensor do_entropy() const override;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;
  double do_mean_carrier_measure() const override { return 0; }
  Tensor log_prob_of(const Tensor& value, const LogProbOptions& options) const override;
  void change(const core::Change& change) override;

  /// The draw made of the factor of Bartlett's decomposition.
  Tensor draw(const Tensor& bartlett) const;
  Tensor density(const Tensor& value, bool validate) const;
  /// The covariance in double, of shape `batch + [n, n]`.
  Tensor covariance() const;
  /// A matrix in the dtype of the parameters, expanded to the batch.
  Tensor to_batch(const Tensor& matrix) const;

  // Exactly one of the three matrices is defined, and expanded to the batch. The factor is a double
  // and not expanded.
  Tensor covariance_matrix_, precision_matrix_, scale_tril_, df_, factor_;
};

}  // namespace torch::distributions
