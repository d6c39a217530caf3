#pragma once

#include <torch/distributions/core/probs_or_logits.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Binomial distribution: the number of successes in \f$n\f$ (`total_count`) trials with success
/// probability \f$p\f$ (`probs`, or `logits` \f$\log\frac{p}{1-p}\f$):
/// \f[ P(k) = \binom{n}{k} p^k (1-p)^{n-k}, \quad k \in \{0, \dots, n\}. \f]
/// `enumerate_support` throws c10::NotImplementedError unless all total counts are equal.
class TORCH_DISTRIBUTIONS_API Binomial : public core::ScalarFamily<Binomial>,
                                         public core::HasProbs {
 public:
  static const Signature<Binomial>& signature();

  template <std::convertible_to<Param> Probs>
  Binomial(Param total_count, Probs probs, Validate validate_args = {})
      : Binomial(std::move(total_count), ProbsOrLogits{.probs = std::move(probs)}, validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  Binomial(Param total_count, const core::ListElement (&probs)[n], Validate validate_args = {})
      : Binomial(std::move(total_count), ProbsOrLogits{.probs = probs}, validate_args) {}
  Binomial(Param total_count, ProbsOrLogits probs_or_logits, Validate validate_args = {});

  const Tensor& total_count() const { return total_count_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_enumerate_support(bool expand) const override;

  Tensor total_count_;
};

}  // namespace torch::distributions
