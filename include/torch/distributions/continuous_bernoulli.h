#pragma once

#include <utility>

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/probs_or_logits.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Continuous Bernoulli distribution on [0, 1], for data such as grey values (G. Loaiza-Ganem and
/// J. P. Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational
/// autoencoders", 2019):
/// \f[ p(x) \propto \lambda^x (1-\lambda)^{1-x}, \quad 0 \le x \le 1, \f]
/// with \f$\lambda\f$ (`probs`, which is not the mean) or `logits`
/// \f$\eta = \log\frac{\lambda}{1-\lambda}\f$. It is an exponential distribution of rate
/// \f$-\eta\f$ that is cut off at 1: \f$p(x) = \frac{\eta}{e^\eta - 1} e^{\eta x}\f$. If `probs` is
/// 0 or 1, all mass is there. If it is 1/2, the density is constant, and `mode()` is NaN.
class TORCH_DISTRIBUTIONS_API ContinuousBernoulli
    : public core::ScalarFamily<ContinuousBernoulli, ExponentialFamily>,
      public core::HasProbs {
 public:
  static const Signature<ContinuousBernoulli>& signature();

  /// The interval of probabilities around 1/2 for which Python's class computes approximations.
  using Limits = std::pair<double, double>;

  /// \param lims As in Python. It has no effect: nothing is approximated.
  template <std::convertible_to<Param> Probs>
  explicit ContinuousBernoulli(Probs probs, Limits lims = {0.499, 0.501},
                               Validate validate_args = {})
      : ContinuousBernoulli(ProbsOrLogits{.probs = std::move(probs)}, lims, validate_args) {}
  template <std::size_t n>
    requires(n >= 2)
  explicit ContinuousBernoulli(const core::ListElement (&probs)[n], Limits lims = {0.499, 0.501},
                               Validate validate_args = {})
      : ContinuousBernoulli(ProbsOrLogits{.probs = probs}, lims, validate_args) {}
  explicit ContinuousBernoulli(ProbsOrLogits probs_or_logits, Limits lims = {0.499, 0.501},
                               Validate validate_args = {});

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  Tensor uniform(IntArrayRef shape, std::optional<Generator> generator) const;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;
  double do_mean_carrier_measure() const override { return 0; }
};

}  // namespace torch::distributions
