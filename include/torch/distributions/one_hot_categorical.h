#pragma once

#include <torch/distributions/categorical.h>
#include <torch/distributions/core/implements.h>

namespace torch::distributions {

/// Categorical distribution over the one-hot vectors \f$e_k\f$ of length \f$K\f$:
/// \f[ P(x = e_k) = p_k. \f]
/// It takes the same parameters as `Categorical`. Samples have the dtype of the parameters.
class TORCH_DISTRIBUTIONS_API OneHotCategorical : public Implements<OneHotCategorical> {
 public:
  static const Signature<OneHotCategorical>& signature();

  template <std::convertible_to<Param> Probs>
  explicit OneHotCategorical(Probs probs, Validate validate_args = {})
      : OneHotCategorical(ProbsOrLogits{.probs = std::move(probs)}, validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  explicit OneHotCategorical(const core::ListElement (&probs)[n], Validate validate_args = {})
      : OneHotCategorical(ProbsOrLogits{.probs = probs}, validate_args) {}
  explicit OneHotCategorical(ProbsOrLogits probs_or_logits, Validate validate_args = {});

  /// The normalised probabilities.
  Tensor probs() const { return categorical_.probs(); }
  /// The normalised log probabilities.
  Tensor logits() const { return categorical_.logits(); }
  IntArrayRef param_shape() const& { return categorical_.param_shape(); }
  std::vector<int64_t> param_shape() && { return categorical_.param_shape().vec(); }
  /// The distribution of the index of the 1.
  const Categorical& categorical() const& { return categorical_; }
  Categorical categorical() && { return categorical_; }

 protected:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_log_prob(const Tensor& value) const override;
  Tensor do_mean() const override;
  Tensor do_mode() const override;
  Tensor do_variance() const override;
  Tensor do_entropy() const override;
  Tensor do_enumerate_support(bool expand) const override;
  void change(const core::Change& change) override;

 private:
  Categorical categorical_;
};

/// `OneHotCategorical` with the straight-through gradient: `rsample` returns
/// `sample + (probs - probs.detach())`, which passes gradients to `probs` unchanged (Y. Bengio,
/// N. Leonard and A. Courville, "Estimating or propagating gradients through stochastic neurons for
/// conditional computation", 2013).
class TORCH_DISTRIBUTIONS_API OneHotCategoricalStraightThrough
    : public Implements<OneHotCategoricalStraightThrough, OneHotCategorical> {
 public:
  static const Signature<OneHotCategoricalStraightThrough>& signature();

  template <std::convertible_to<Param> Probs>
  explicit OneHotCategoricalStraightThrough(Probs probs, Validate validate_args = {})
      : OneHotCategoricalStraightThrough(ProbsOrLogits{.probs = std::move(probs)}, validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  explicit OneHotCategoricalStraightThrough(const core::ListElement (&probs)[n],
                                            Validate validate_args = {})
      : OneHotCategoricalStraightThrough(ProbsOrLogits{.probs = probs}, validate_args) {}
  explicit OneHotCategoricalStraightThrough(ProbsOrLogits probs_or_logits,
                                            Validate validate_args = {});

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
};

}  // namespace torch::distributions
