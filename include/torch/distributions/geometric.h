#pragma once

#include <torch/distributions/core/probs_or_logits.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Geometric distribution: the number of failures before the first success of trials that succeed
/// with probability \f$p\f$ (`probs`, or `logits` \f$\log\frac{p}{1-p}\f$):
/// \f[ P(k) = (1-p)^k p, \quad k \in \{0, 1, 2, \dots\}. \f]
/// Unlike this class, `Tensor::geometric_` counts the trials, from 1 on.
///
/// \throws c10::ValueError under validation if a probability is 0: no trial succeeds then.
class TORCH_DISTRIBUTIONS_API Geometric : public core::ScalarFamily<Geometric>,
                                          public core::HasProbs {
 public:
  static const Signature<Geometric>& signature();

  template <std::convertible_to<Param> Probs>
  explicit Geometric(Probs probs, Validate validate_args = {})
      : Geometric(ProbsOrLogits{.probs = std::move(probs)}, validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  explicit Geometric(const core::ListElement (&probs)[n], Validate validate_args = {})
      : Geometric(ProbsOrLogits{.probs = probs}, validate_args) {}
  explicit Geometric(ProbsOrLogits probs_or_logits, Validate validate_args = {});

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_icdf(const Tensor& probability) const override;
  void change(const core::Change& change) override;
  void require_success() const;
};

}  // namespace torch::distributions
