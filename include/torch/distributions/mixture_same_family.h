#pragma once

#include <torch/distributions/categorical.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Mixture of the distributions \f$p_k\f$ along the last batch dimension of
/// `component_distribution` with the weights \f$w_k\f$ of `mixture_distribution`:
/// \f[ p(x) = \sum_k w_k\, p_k(x). \f]
///
/// A value is valid if it lies in the support of a component of positive weight. The batch shape is
/// that of the mixture distribution, broadcast with the other batch dimensions of the components.
/// `sample` draws from every component and selects one of the draws.
///
/// A component of weight 0 contributes nothing to densities, distribution functions and moments.
/// Their derivatives with respect to its weight are kept, so that the weight can grow again. Where
/// all components have a density of 0, the gradient of `log_prob` is 0.
///
/// \throws c10::ValueError unless the number of categories is the last batch dimension of the
///     components, and the batch shapes broadcast.
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
  Tensor do_log_cdf(const Tensor& value) const override;
  Tensor do_survival_function(const Tensor& value) const override;
  Tensor do_log_survival_function(const Tensor& value) const override;
  Tensor do_impossible(const Tensor& value) const override;
  at::ScalarType do_dtype() const override { return dtype_of_part(*component_distribution_); }
  Tensor do_mean() const override;
  Tensor do_variance() const override;
  Tensor log_prob_of(const Tensor& value, const LogProbOptions& options) const override;
  void change(const core::Change& change) override;

  /// `value` with a dimension for the components, before its event dimensions.
  Tensor with_components(const Tensor& value) const;
  /// A function of every component, along a new last dimension.
  Tensor of_components(OfValue function, const Tensor& value) const;
  /// The log density of a value with a dimension for the components, in the support of each or
  /// replaced there.
  /// \param support The support of the components, if they state one.
  /// \param outside Mask of the replaced events, whose densities are 0. Undefined if there are
  /// none.
  Tensor density(const Tensor& inside, const std::optional<ConstraintPtr>& support,
                 const Tensor& outside = {}) const;
  /// The weighted sum of the components' probabilities, at most 1.
  Tensor mix(const Tensor& probabilities) const;
  /// The logarithm of the weighted sum of numbers with these logarithms, at most `bound`.
  Tensor mix_logs(const Tensor& logs, double bound) const;
  /// The sum of `weights * moments` over the components, of shape `batch_shape + event_shape`, in
  /// the dtype of `moments`.
  Tensor average(const Tensor& moments) const;

  Categorical mixture_distribution_;
  DistributionPtr component_distribution_;
};

}  // namespace torch::distributions
