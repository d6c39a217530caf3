#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Log-normal distribution: the distribution of \f$e^Y\f$ for a normal variable \f$Y\f$ with mean
/// \f$\mu\f$ (`loc`) and standard deviation \f$\sigma\f$ (`scale`):
/// \f[ p(x) = \frac{1}{x\sigma\sqrt{2\pi}} \exp\left(-\frac{(\log x-\mu)^2}{2\sigma^2}\right),
///     \quad x > 0. \f]
class TORCH_DISTRIBUTIONS_API LogNormal
    : public core::ScalarFamily<LogNormal, TransformedDistribution> {
 public:
  static const Signature<LogNormal>& signature();

  LogNormal(Param loc, Param scale, Validate validate_args = {});

  const Tensor& loc() const;
  const Tensor& scale() const;

 private:
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
};

}  // namespace torch::distributions
