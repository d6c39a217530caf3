#pragma once

#include <torch/distributions/categorical.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Multinomial distribution: how often each of \f$K\f$ categories is drawn in \f$n\f$
/// (`total_count`) draws from `Categorical`, whose parameters it takes:
/// \f[ P(x) = n! \prod_i \frac{p_i^{x_i}}{x_i!}, \quad x_i \in \{0, 1, 2, \dots\} \f]
/// for counts \f$x_i\f$ with the sum \f$n\f$.
/// The total counts may differ over the batch; they are doubles, and all results have the dtype of
/// the probabilities. `log_prob` of counts with another sum is -inf.
///
/// A draw takes \f$K\f$ binomial variables, however large \f$n\f$ is, so a seed gives other draws
/// than in Python. Its counts are rounded down if the dtype cannot represent them.
class TORCH_DISTRIBUTIONS_API Multinomial : public Implements<Multinomial> {
 public:
  static const Signature<Multinomial>& signature();

  template <std::convertible_to<Param> Probs>
  Multinomial(Param total_count, Probs probs, Validate validate_args = {})
      : Multinomial(std::move(total_count), ProbsOrLogits{.probs = std::move(probs)},
                    validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  Multinomial(Param total_count, const core::ListElement (&probs)[n], Validate validate_args = {})
      : Multinomial(std::move(total_count), ProbsOrLogits{.probs = probs}, validate_args) {}
  Multinomial(Param total_count, ProbsOrLogits probs_or_logits, Validate validate_args = {});
  /// With a total count of 1.
  explicit Multinomial(ProbsOrLogits probs_or_logits, Validate validate_args = {})
      : Multinomial(1, std::move(probs_or_logits), validate_args) {}

  const Tensor& total_count() const { return total_count_; }
  /// The normalised probabilities.
  Tensor probs() const { return categorical_.probs(); }
  /// The normalised log probabilities.
  Tensor logits() const { return categorical_.logits(); }
  IntArrayRef param_shape() const& { return categorical_.param_shape(); }
  std::vector<int64_t> param_shape() && { return categorical_.param_shape().vec(); }
  /// The distribution of the index of one draw.
  const Categorical& categorical() const& { return categorical_; }
  Categorical categorical() && { return categorical_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  at::ScalarType do_dtype() const override;
  void change(const core::Change& change) override;

  Categorical categorical_;
  Tensor total_count_;
};

}  // namespace torch::distributions
