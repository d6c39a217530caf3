#pragma once

#include <torch/distributions/gamma.h>

namespace torch::distributions {

/// Chi-squared distribution with \f$\nu\f$ degrees of freedom (`df`), the sum of \f$\nu\f$ squared
/// standard normals: Gamma(df / 2, 1 / 2).
class TORCH_DISTRIBUTIONS_API Chi2 : public core::ScalarFamily<Chi2, Gamma> {
 public:
  static const Signature<Chi2>& signature();

  explicit Chi2(Param df, Validate validate_args = {});

  Tensor df() const { return concentration() * 2; }

 private:
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
};

}  // namespace torch::distributions
