#pragma once

#include <torch/distributions/categorical.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Mixture of the distributions along the last batch dimension of `component_distribution`, drawn
/// by `mixture_distribution`: \f[ p(x) = \sum_k w_k\, p_k(x). \f]
///
/// A value need lie in the support of one component of positive weight only. The batch is that of
/// the mixture distribution broadcast with the component's other batch dimensions. `sample` draws
/// from every component and keeps one.
///
/// A component of weight 0 adds nothing to a density, distribution function or moment but its
/// derivative in the weight, so that the weight may grow again. Where all components have a density
/// of 0 the gradient of `log_prob` is 0.
///
/// \throws c10::ValueError unless the number of categories is the component's last batch dimension,
///     and the batches broadcast.
class TORCH_DISTRIBUTIONS_API MixtureSameFamily : public Implements<MixtureSameFamily> {
 public:
  static const Signature<MixtureSameFamily>& signature();

  MixtureSameFamily(Categorical mixture_distribution, DistributionPtr component_distribution,
                    Validate validate_args = {});

  const Categorical& mixture_distribution() const& { return mixture_distribution_; }
  Categorical mixture_distribution() && { return mixture_distribution_; }
  const DistributionPtr& component_distribution() const& { return component_distribution_; }
  DistributionPtr component_distribution() && { return component_distribution_; }

  void print(std::ostream& out) const override;

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_cdf(const Tensor& value) const override;
  Tensor do_impossible(const Tensor& value) const override;
  at::ScalarType do_dtype() const override { return dtype_of_part(*component_distribution_); }
  Tensor do_mean() const override;
  Tensor do_variance() const override;
  void change(const core::Change& change) override;

  /// A value with a dimension for the components.
  Tensor with_components(const Tensor& value) const;
  /// The sum over components of `weights * moments`, of shape batch + event, in the dtype of the
  /// moments.
  Tensor average(const Tensor& moments) const;

  Categorical mixture_distribution_;
  DistributionPtr component_distribution_;
};

}  // namespace torch::distributions
