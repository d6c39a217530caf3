#pragma once

#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// F-distribution with \f$\nu_1\f$ and \f$\nu_2\f$ degrees of freedom (`df1`, `df2`), the ratio of
/// two chi-squared variables over their degrees of freedom:
/// \f[ p(x) = \frac{1}{x\,\mathrm{B}(\frac{\nu_1}{2}, \frac{\nu_2}{2})}
///     \sqrt{\frac{(\nu_1 x)^{\nu_1} \nu_2^{\nu_2}}{(\nu_1 x + \nu_2)^{\nu_1 + \nu_2}}},
///     \quad x > 0. \f]
/// The mean is NaN for \f$\nu_2 \le 2\f$, the variance for \f$\nu_2 \le 4\f$, and the mode for
/// \f$\nu_1 \le 2\f$. A draw that overflows is the largest number.
class TORCH_DISTRIBUTIONS_API FisherSnedecor : public core::ScalarFamily<FisherSnedecor> {
 public:
  static const Signature<FisherSnedecor>& signature();

  FisherSnedecor(Param df1, Param df2, Validate validate_args = {});

  const Tensor& df1() const { return df1_; }
  const Tensor& df2() const { return df2_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;

  Tensor df1_, df2_;
};

}  // namespace torch::distributions
