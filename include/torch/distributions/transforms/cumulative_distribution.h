#pragma once

#include <torch/distributions/core/distribution.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// The cumulative distribution function of a continuous distribution of numbers, from its support
/// to the unit interval, element by element:
/// \f[ y = F(x), \quad \log |y'| = \log p(x), \quad x = F^{-1}(y). \f]
/// x broadcasts with the batch shape of the distribution, and y has the common shape. With a
/// multivariate normal distribution it makes a Gaussian copula:
///
///     TransformedDistribution(MultivariateNormal(loc, scale_tril(correlation_factor)),
///                             CumulativeDistributionTransform(Normal(0, 1)))
///
/// Far in the upper tail y rounds to 1, but `log_abs_det_jacobian` keeps its digits. Values are not
/// validated: outside the support, \f$\log |y'|\f$ is -inf, and outside the unit interval the
/// inverse is NaN. A distribution without a cdf, quantile function or density throws its
/// c10::NotImplementedError, and a shape that does not broadcast is a c10::ValueError.
///
/// Two of them are equal if they hold the same object, as those of one `DistributionPtr` do. In
/// general it cannot be known whether two distributions are equal.
class TORCH_DISTRIBUTIONS_API CumulativeDistributionTransform final
    : public ImplementsTransform<CumulativeDistributionTransform> {
 public:
  /// \throws c10::ValueError if the distribution is discrete, or one of vectors or matrices.
  explicit CumulativeDistributionTransform(DistributionPtr distribution, int64_t cache_size = 0);

  const DistributionPtr& distribution() const& noexcept { return distribution_; }
  DistributionPtr distribution() && { return distribution_; }

  bool bijective() const override { return true; }
  /// The support of the distribution.
  ConstraintPtr domain() const override { return distribution_->support(); }
  ConstraintPtr codomain() const override;
  Tensor sign() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  Tensor do_limit(const Tensor& x) const override;
  Tensor do_inverse_limit(const Tensor& y) const override;
  bool do_equals(const Transform& other) const override;
  std::size_t do_hash() const override;
  void change(const core::Change& change) override;

  DistributionPtr distribution_;
};

}  // namespace transforms
}  // namespace torch::distributions
