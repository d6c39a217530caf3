#pragma once

#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Cauchy distribution with median \f$x_0\f$ (`loc`) and half width at half maximum \f$\gamma\f$
/// (`scale`), the distribution of the ratio of two normal variables:
/// \f[ p(x) = \frac{1}{\pi\gamma} \left(1+\left(\frac{x-x_0}{\gamma}\right)^2\right)^{-1}. \f]
/// It has no mean, which is NaN, and an infinite variance.
///
/// As in Python, draws transform a uniform variable that is no nearer to 0 and 1 than an epsilon.
/// In float32, \f$|x-x_0|/\gamma\f$ is therefore at most a few millions.
class TORCH_DISTRIBUTIONS_API Cauchy : public core::ScalarFamily<Cauchy> {
 public:
  static const Signature<Cauchy>& signature();

  Cauchy(Param loc, Param scale, Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  const Tensor& scale() const { return scale_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;

  Tensor loc_, scale_;
};

}  // namespace torch::distributions
