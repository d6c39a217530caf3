#pragma once

#include <torch/distributions/core/exponential_family.h>
#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Normal distribution with mean \f$\mu\f$ (`loc`) and standard deviation \f$\sigma\f$ (`scale`):
/// \f[ p(x) = \frac{1}{\sigma\sqrt{2\pi}} \exp\left(-\frac{(x-\mu)^2}{2\sigma^2}\right). \f]
class TORCH_DISTRIBUTIONS_API Normal : public core::ScalarFamily<Normal, ExponentialFamily> {
 public:
  static const Signature<Normal>& signature();

  Normal(Param loc, Param scale, Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  const Tensor& scale() const { return scale_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  std::vector<Tensor> do_natural_params() const override;
  Tensor do_log_normalizer(at::TensorList natural_params) const override;
  double do_mean_carrier_measure() const override { return 0; }

  Tensor loc_, scale_;
};

}  // namespace torch::distributions
