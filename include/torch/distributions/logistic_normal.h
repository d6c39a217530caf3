#pragma once

#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Logistic-normal distribution on the simplex of K numbers, by K - 1 independent normal variables
/// with means \f$\mu_i\f$ (`loc`) and standard deviations \f$\sigma_i\f$ (`scale`):
/// \f[ \log\frac{x_i}{x_{i+1} + \dots + x_K} + \log(K - i) \sim N(\mu_i, \sigma_i^2), \quad
///     i = 1, \dots, K - 1. \f]
/// It is the stick-breaking transform of these variables. The last dimension of the parameters is
/// that of the event; parameters without dimensions stand for one variable.
///
/// Draws lie inside the simplex: a number that underflows is rounded to the least positive one.
class TORCH_DISTRIBUTIONS_API LogisticNormal
    : public Implements<LogisticNormal, TransformedDistribution> {
 public:
  static const Signature<LogisticNormal>& signature();

  LogisticNormal(Param loc, Param scale, Validate validate_args = {});

  const Tensor& loc() const;
  const Tensor& scale() const;

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> do_rsample_with_log_prob(
      IntArrayRef shape, std::optional<Generator> generator) const override;
};

}  // namespace torch::distributions
