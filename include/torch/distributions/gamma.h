#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Gamma distribution with shape \f$\alpha\f$ (`concentration`) and rate \f$\beta\f$ (`rate`):
/// \f[ p(x) = \frac{\beta^\alpha}{\Gamma(\alpha)}\, x^{\alpha-1} e^{-\beta x}, \quad x \ge 0. \f]
class TORCH_DISTRIBUTIONS_API Gamma : public core::ScalarFamily<Gamma, ExponentialFamily> {
 public:
  static const Signature<Gamma>& signature();

  Gamma(Param concentration, Param rate, Validate validate_args = {});

  const Tensor& concentration() const { return concentration_; }
  const Tensor& rate() const { return rate_; }

 protected:
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;
  double do_mean_carrier_measure() const override { return 0; }

  Tensor concentration_, rate_;
};

}  // namespace torch::distributions
