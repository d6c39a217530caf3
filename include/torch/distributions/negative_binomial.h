#pragma once

#include <torch/distributions/core/probs_or_logits.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Negative binomial distribution: the number of successes before \f$r\f$ failures (`total_count`)
/// of trials that succeed with probability \f$p\f$ (`probs`, or `logits` \f$\log\frac{p}{1-p}\f$):
/// \f[ P(k) = \frac{\Gamma(r+k)}{\Gamma(r)\,k!}\, p^k (1-p)^r, \quad k \in \{0, 1, 2, \dots\}. \f]
/// Its mean is \f$r\frac{p}{1-p}\f$. `total_count` may be any number that is not negative.
class TORCH_DISTRIBUTIONS_API NegativeBinomial : public core::ScalarFamily<NegativeBinomial>,
                                                 public core::HasProbs {
 public:
  static const Signature<NegativeBinomial>& signature();

  template <std::convertible_to<Param> Probs>
  NegativeBinomial(Param total_count, Probs probs, Validate validate_args = {})
      : NegativeBinomial(std::move(total_count), ProbsOrLogits{.probs = std::move(probs)},
                         validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  NegativeBinomial(Param total_count, const core::ListElement (&probs)[n],
                   Validate validate_args = {})
      : NegativeBinomial(std::move(total_count), ProbsOrLogits{.probs = probs}, validate_args) {}
  NegativeBinomial(Param total_count, ProbsOrLogits probs_or_logits, Validate validate_args = {});

  const Tensor& total_count() const { return total_count_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;

  Tensor total_count_;
};

}  // namespace torch::distributions
