#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/probs_or_logits.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Bernoulli distribution: 1 with probability \f$p\f$ (`probs`, or `logits`
/// \f$\log\frac{p}{1-p}\f$), else 0:
/// \f[ P(x) = p^x (1-p)^{1-x}, \quad x \in \{0, 1\}. \f]
class TORCH_DISTRIBUTIONS_API Bernoulli : public core::ScalarFamily<Bernoulli, ExponentialFamily>,
                                          public core::HasProbs {
 public:
  static const Signature<Bernoulli>& signature();

  template <std::convertible_to<Param> Probs>
  explicit Bernoulli(Probs probs, Validate validate_args = {})
      : Bernoulli(ProbsOrLogits{.probs = std::move(probs)}, validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  explicit Bernoulli(const core::ListElement (&probs)[n], Validate validate_args = {})
      : Bernoulli(ProbsOrLogits{.probs = probs}, validate_args) {}
  explicit Bernoulli(ProbsOrLogits probs_or_logits, Validate validate_args = {});

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_enumerate_support(bool expand) const override;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;
  double do_mean_carrier_measure() const override { return 0; }
  std::string hint(const Tensor& value) const override;
};

}  // namespace torch::distributions
