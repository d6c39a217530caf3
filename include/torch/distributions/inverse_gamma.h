#pragma once

#include <torch/distributions/core/scalar_family.h>
#include <torch/distributions/transformed_distribution.h>

namespace torch::distributions {

/// Inverse gamma distribution: the distribution of \f$1/X\f$ for a gamma variable \f$X\f$ with
/// shape \f$\alpha\f$ (`concentration`) and rate \f$\beta\f$ (`rate`):
/// \f[ p(y) = \frac{\beta^\alpha}{\Gamma(\alpha)}\, y^{-\alpha-1} e^{-\beta/y}, \quad y > 0. \f]
/// The mean is infinite for concentrations up to 1, the variance for those up to 2. A draw that
/// overflows is the largest number.
class TORCH_DISTRIBUTIONS_API InverseGamma
    : public core::ScalarFamily<InverseGamma, TransformedDistribution> {
 public:
  static const Signature<InverseGamma>& signature();

  InverseGamma(Param concentration, Param rate, Validate validate_args = {});

  const Tensor& concentration() const;
  const Tensor& rate() const;

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
};

}  // namespace torch::distributions
