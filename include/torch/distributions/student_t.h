#pragma once

#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Student's t-distribution with \f$\nu\f$ degrees of freedom (`df`), mode \f$\mu\f$ (`loc`) and
/// scale \f$\sigma\f$ (`scale`):
/// \f[ p(x) = \frac{\Gamma(\frac{\nu+1}{2})}{\Gamma(\frac{\nu}{2}) \sqrt{\nu\pi}\,\sigma}
///     \left(1 + \frac{(x-\mu)^2}{\nu\sigma^2}\right)^{-\frac{\nu+1}{2}}. \f]
/// For infinite df it is the normal distribution. For df <= 1 the mean and variance do not exist
/// and are NaN. For 1 < df <= 2 the variance is infinite.
class TORCH_DISTRIBUTIONS_API StudentT : public core::ScalarFamily<StudentT> {
 public:
  static const Signature<StudentT>& signature();

  explicit StudentT(Param df, Param loc = 0, Param scale = 1, Validate validate_args = {});

  const Tensor& df() const { return df_; }
  const Tensor& loc() const { return loc_; }
  const Tensor& scale() const { return scale_; }

 private:
  Tensor do_rsample(IntArrayRef shape, std::optional<Generator> generator) const override;
  std::pair<Tensor, Tensor> scored_draws(IntArrayRef shape,
                                         std::optional<Generator> generator) const override;
  /// loc + scale * draws, in the dtype of the parameters.
  Tensor moved(const Tensor& draws) const;

  Tensor df_, loc_, scale_;
};

}  // namespace torch::distributions
