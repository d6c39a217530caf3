#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Exponential distribution with rate \f$\lambda\f$, the waiting time of a Poisson process:
/// \f[ p(x) = \lambda e^{-\lambda x}, \quad x \ge 0. \f]
class TORCH_DISTRIBUTIONS_API Exponential
    : public core::ScalarFamily<Exponential, ExponentialFamily> {
 public:
  static const Signature<Exponential>& signature();

  explicit Exponential(Param rate, Validate validate_args = {});

  const Tensor& rate() const { return rate_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;
  double do_mean_carrier_measure() const override { return 0; }

  Tensor rate_;
};

}  // namespace torch::distributions
