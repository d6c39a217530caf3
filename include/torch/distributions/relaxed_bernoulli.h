#pragma once

#include <torch/distributions/core/probs_or_logits.h>
#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// The logit of a `RelaxedBernoulli` variable, which has a logistic distribution: that of
/// \f$(L+\eta)/T\f$ for a standard logistic variable \f$L\f$, the temperature \f$T\f$ and `logits`
/// \f$\eta\f$, or `probs` \f$\frac{1}{1+e^{-\eta}}\f$:
/// \f[ p(y) = \frac{T e^{d}}{(1+e^{d})^2}, \quad d = \eta - T y. \f]
/// Logits of values close to 0 and 1 have digits that the values themselves lack, so prefer this
/// class for low temperatures. If `probs` is 0 or 1, all mass is at infinity. Other draws are
/// finite.
///
/// \throws c10::ValueError under validation if the temperature is not positive.
class TORCH_DISTRIBUTIONS_API LogitRelaxedBernoulli
    : public core::ScalarFamily<LogitRelaxedBernoulli>,
      public core::HasProbs {
 public:
  static const Signature<LogitRelaxedBernoulli>& signature();

  LogitRelaxedBernoulli(Param temperature, ProbsOrLogits probs_or_logits,
                        Validate validate_args = {});

  const Tensor& temperature() const { return temperature_; }

 private:
  friend class RelaxedBernoulli;

  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  at::ScalarType do_dtype() const override;
  void change(const core::Change& change) override;
  void require_temperature() const;

  Tensor temperature_;
};

/// Relaxed Bernoulli distribution on [0, 1], also called binary concrete (C. J. Maddison, A. Mnih
/// and Y. W. Teh, "The concrete distribution: a continuous relaxation of discrete random
/// variables", 2017; E. Jang, S. Gu and B. Poole, "Categorical reparameterization with
/// Gumbel-softmax", 2017): with odds \f$\alpha = e^\eta\f$ and the temperature \f$T\f$,
/// \f[ p(x) = \frac{T \alpha\, x^{-T-1} (1-x)^{-T-1}}{(\alpha x^{-T} + (1-x)^{-T})^2}. \f]
/// It is the distribution of \f$\frac{1}{1+e^{-Y}}\f$ for a `LogitRelaxedBernoulli` variable
/// \f$Y\f$, and tends to that of `Bernoulli` as the temperature tends to 0. If `probs` is 0 or 1,
/// all mass is there. Other draws lie between the smallest positive number and the largest number
/// below 1.
///
/// \throws c10::ValueError under validation if the temperature is not positive.
class TORCH_DISTRIBUTIONS_API RelaxedBernoulli
    : public core::ScalarFamily<RelaxedBernoulli, TransformedDistribution> {
 public:
  static const Signature<RelaxedBernoulli>& signature();

  RelaxedBernoulli(Param temperature, ProbsOrLogits probs_or_logits, Validate validate_args = {});

  const Tensor& temperature() const;
  /// The probability of 1 in the limit of temperature 0.
  Tensor probs() const;
  /// The log-odds of 1.
  Tensor logits() const;

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  void change(const core::Change& change) override;

  const LogitRelaxedBernoulli& base() const;
  // The parameter that was given; the other is undefined.
  const Tensor& given_probs() const { return base().probs_; }
  const Tensor& given_logits() const { return base().logits_; }
  void require_temperature() const;
};

}  // namespace torch::distributions
