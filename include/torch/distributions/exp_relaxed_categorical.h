#pragma once

#include <torch/distributions/categorical.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Logarithm of a `RelaxedOneHotCategorical` variable (C. J. Maddison, A. Mnih and Y. W. Teh, "The
/// concrete distribution: a continuous relaxation of discrete random variables", 2017). With the
/// weights \f$p_k\f$ of `Categorical`, whose parameters it takes, and the temperature \f$T\f$, it
/// is the distribution of
/// \f[ x_k = s_k - \log\sum_j e^{s_j}, \quad s_k = \frac{\log p_k + g_k}{T} \f]
/// for independent `Gumbel(0, 1)` variables \f$g_k\f$. Its density is
/// \f[ p(x) = (K-1)!\, T^{K-1} \prod_k \frac{p_k e^{-T x_k}}{\sum_j p_j e^{-T x_j}}. \f]
/// The numbers \f$e^{x_k}\f$ sum to 1. As in Python, this is not checked, and the support is stated
/// as all real vectors.
///
/// The temperature is a number or a tensor of shape `batch_shape + [1]`, which broadcasts with the
/// parameters of the categories as in Python. If a weight is 0, the coordinate of its category is
/// always -inf, and the density is that of the others.
class TORCH_DISTRIBUTIONS_API ExpRelaxedCategorical : public Implements<ExpRelaxedCategorical> {
 public:
  static const Signature<ExpRelaxedCategorical>& signature();

  template <std::convertible_to<Param> Probs>
  ExpRelaxedCategorical(Param temperature, Probs probs, Validate validate_args = {})
      : ExpRelaxedCategorical(std::move(temperature), ProbsOrLogits{.probs = std::move(probs)},
                              validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  ExpRelaxedCategorical(Param temperature, const core::ListElement (&probs)[n],
                        Validate validate_args = {})
      : ExpRelaxedCategorical(std::move(temperature), ProbsOrLogits{.probs = probs},
                              validate_args) {}
  ExpRelaxedCategorical(Param temperature, ProbsOrLogits probs_or_logits,
                        Validate validate_args = {});

  /// The temperature, of shape `batch_shape + [1]`.
  const Tensor& temperature() const { return temperature_; }
  /// The normalised probabilities.
  Tensor probs() const { return categorical_.probs(); }
  /// The normalised log probabilities.
  Tensor logits() const { return categorical_.logits(); }
  IntArrayRef param_shape() const& { return categorical_.param_shape(); }
  std::vector<int64_t> param_shape() && { return categorical_.param_shape().vec(); }

 private:
  friend class RelaxedOneHotCategorical;  // uses the private constructor

  /// Constructs the base of a distribution of the class `class_name`, which error messages name.
  /// `refuse` throws if a parameter violates a constraint.
  ExpRelaxedCategorical(const Param& temperature, ProbsOrLogits given, Validate validate_args,
                        const char* class_name, Categorical::Refuse refuse);

  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  at::ScalarType do_dtype() const override;
  void change(const core::Change& change) override;

  Categorical categorical_;
  Tensor temperature_;
};

}  // namespace torch::distributions
