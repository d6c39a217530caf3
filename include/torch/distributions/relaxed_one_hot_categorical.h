#pragma once

#include <torch/distributions/exp_relaxed_categorical.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Relaxed `OneHotCategorical` distribution over the simplex, also called Concrete or
/// Gumbel-softmax (C. J. Maddison, A. Mnih and Y. W. Teh, "The concrete distribution: a continuous
/// relaxation of discrete random variables", 2017; E. Jang, S. Gu and B. Poole, "Categorical
/// reparameterization with Gumbel-softmax", 2017). With the weights \f$p_k\f$ and the temperature
/// \f$T\f$,
/// \f[ p(x) = (K-1)!\, T^{K-1} \prod_k \frac{p_k x_k^{-T-1}}{\sum_j p_j x_j^{-T}}, \quad
///     \sum_k x_k = 1. \f]
/// It is the exponential of `ExpRelaxedCategorical`, which describes the parameters. For
/// \f$T \to 0\f$ draws become one-hot vectors.
///
/// Draws are at least the dtype's least normal number (in half, the least number), except for
/// categories of weight 0, for which they are 0. At low temperatures many coordinates are smaller,
/// and `ExpRelaxedCategorical` keeps their logarithms. `log_prob` at a coordinate of 0 is the
/// limit, in which all coordinates of 0 decrease in proportion; it may be +inf.
class TORCH_DISTRIBUTIONS_API RelaxedOneHotCategorical
    : public Implements<RelaxedOneHotCategorical, TransformedDistribution> {
 public:
  static const Signature<RelaxedOneHotCategorical>& signature();

  template <std::convertible_to<Param> Probs>
  RelaxedOneHotCategorical(Param temperature, Probs probs, Validate validate_args = {})
      : RelaxedOneHotCategorical(std::move(temperature), ProbsOrLogits{.probs = std::move(probs)},
                                 validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  RelaxedOneHotCategorical(Param temperature, const core::ListElement (&probs)[n],
                           Validate validate_args = {})
      : RelaxedOneHotCategorical(std::move(temperature), ProbsOrLogits{.probs = probs},
                                 validate_args) {}
  RelaxedOneHotCategorical(Param temperature, ProbsOrLogits probs_or_logits,
                           Validate validate_args = {});

  bool has_rsample() const override { return true; }

  /// The temperature, of shape `batch_shape + [1]`.
  const Tensor& temperature() const;
  /// The normalised probabilities.
  Tensor probs() const;
  /// The normalised log probabilities.
  Tensor logits() const;

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_impossible(const Tensor& value) const override;
};

}  // namespace torch::distributions
