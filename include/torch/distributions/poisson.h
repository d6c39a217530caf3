#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Poisson distribution with mean \f$\lambda\f$ (`rate`), the number of events of a Poisson process
/// in a unit of time:
/// \f[ P(k) = \frac{\lambda^k}{k!} e^{-\lambda}, \quad k \in \{0, 1, \dots\}. \f]
/// The entropy has no closed form. It is computed as a sum, or by its asymptotic series.
class TORCH_DISTRIBUTIONS_API Poisson : public core::ScalarFamily<Poisson, ExponentialFamily> {
 public:
  static const Signature<Poisson>& signature();

  explicit Poisson(Param rate, Validate validate_args = {});

  const Tensor& rate() const { return rate_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;

  Tensor rate_;
};

}  // namespace torch::distributions
