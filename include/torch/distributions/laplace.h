#pragma once

#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Laplace distribution with mean \f$\mu\f$ (`loc`) and scale \f$b\f$ (`scale`), the difference of
/// two exponential variables:
/// \f[ p(x) = \frac{1}{2b} \exp\left(-\frac{|x-\mu|}{b}\right). \f]
/// The density has a kink at the mean. There, the derivatives of `log_prob` with respect to the
/// value and `loc` are 0.
class TORCH_DISTRIBUTIONS_API Laplace : public core::ScalarFamily<Laplace> {
 public:
  static const Signature<Laplace>& signature();

  Laplace(Param loc, Param scale, Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  const Tensor& scale() const { return scale_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;

  Tensor loc_, scale_;
};

}  // namespace torch::distributions
