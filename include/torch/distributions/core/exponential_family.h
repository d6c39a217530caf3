#pragma once

#include <torch/distributions/core/export.h>

#include <vector>

#include <torch/distributions/core/distribution.h>

namespace torch::distributions {

/// Exponential family with sufficient statistics \f$t\f$, natural parameters \f$\theta\f$, log
/// normalizer \f$F\f$ and carrier measure \f$k\f$:
/// \f[ p(x) = \exp(\langle t(x), \theta \rangle - F(\theta) + k(x)). \f]
///
/// A class that states the last three gets its entropy and the KL divergence within the family from
/// the gradient of \f$F\f$ (F. Nielsen and R. Nock, "Entropies and cross-entropies of exponential
/// families", 2010).
class TORCH_DISTRIBUTIONS_API ExponentialFamily : public Distribution {
 public:
  static const core::Type& static_type();

  std::vector<Tensor> natural_params() const { return do_natural_params(); }
  /// \throws c10::ValueError unless there is one tensor for each natural parameter of the class.
  Tensor log_normalizer(at::TensorList natural_params) const;
  /// The expectation of the carrier measure \f$k(x)\f$.
  double mean_carrier_measure() const { return do_mean_carrier_measure(); }

 protected:
  using Distribution::Distribution;

  virtual std::vector<Tensor> do_natural_params() const;
  virtual Tensor do_log_normalizer(at::TensorList natural_params) const;
  virtual double do_mean_carrier_measure() const;

  /// \f$F(\theta) - \langle \theta, \nabla F(\theta) \rangle - E[k(X)]\f$, differentiable in the
  /// parameters.
  Tensor do_entropy() const override;
};

namespace core {

/// The gradient of the log normalizer of `family` at `natural_params`, which is the expectation of
/// the sufficient statistics. It is differentiable if grad mode is on and a natural parameter
/// requires a gradient.
TORCH_DISTRIBUTIONS_API std::vector<Tensor> mean_params(const ExponentialFamily& family,
                                                        const std::vector<Tensor>& natural_params);

}  // namespace core

}  // namespace torch::distributions
