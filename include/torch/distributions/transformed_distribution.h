#pragma once

#include <concepts>
#include <utility>
#include <vector>

#include <torch/distributions/core/implements.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {

/// Distribution of \f$Y = f(X)\f$ for \f$X\f$ of a base distribution and the composition \f$f\f$ of
/// transforms, the first of them applied first:
/// \f[ \log p_Y(y) = \log p_X(x) - \log\left|\det\frac{dy}{dx}\right|, \quad x = f^{-1}(y). \f]
///
/// The base is expanded to the shape that the transforms give it, and wrapped in `Independent`
/// where they need more event dimensions than it has. `cdf` and `icdf` need transforms that have a
/// sign; mean, mode, variance and entropy are not implemented. `to` and `detach` change the
/// transforms, too.
class TORCH_DISTRIBUTIONS_API TransformedDistribution : public Implements<TransformedDistribution> {
 public:
  static const Signature<TransformedDistribution>& signature();

  /// \throws c10::ValueError when the base has fewer dimensions than the transforms' domain.
  TransformedDistribution(DistributionPtr base_distribution, std::vector<TransformPtr> transforms,
                          Validate validate_args = {});

  template <std::convertible_to<TransformPtr> OneTransform>
  TransformedDistribution(DistributionPtr base_distribution, OneTransform transform,
                          Validate validate_args = {})
      : TransformedDistribution(std::move(base_distribution),
                                std::vector<TransformPtr>{std::move(transform)}, validate_args) {}

  const DistributionPtr& base_dist() const { return base_dist_; }
  const std::vector<TransformPtr>& transforms() const { return transforms_; }

  bool has_rsample() const override { return base_dist_->has_rsample(); }

 protected:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_cdf(const Tensor& value) const override;
  Tensor do_icdf(const Tensor& probability) const override;
  void change(const Change& change) override;

 private:
  IntArrayRef sample_shape(IntArrayRef shape) const;
  Tensor forward(Tensor x) const;
  Tensor sign_of(const Transform& transform, const char* method) const;

  DistributionPtr base_dist_;
  std::vector<TransformPtr> transforms_;
};

}  // namespace torch::distributions
