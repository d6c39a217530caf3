#pragma once

#include <torch/distributions/core/scalar_family.h>

namespace torch::distributions {

/// Von Mises distribution of an angle, with mean \f$\mu\f$ (`loc`) and concentration \f$\kappa\f$:
/// \f[ p(x) = \frac{e^{\kappa \cos(x - \mu)}}{2 \pi I_0(\kappa)}, \f]
/// where \f$I_0\f$ is a modified Bessel function. The density has the period \f$2 \pi\f$, and its
/// integral over one period is 1. Any real number may be a value; draws lie in
/// \f$[-\pi, \pi]\f$.
///
/// The moments are those of circular statistics: the mean is the direction \f$\mu\f$, and the
/// variance \f$1 - E\cos(x - \mu) = 1 - I_1(\kappa) / I_0(\kappa)\f$ lies between 0 and 1.
class TORCH_DISTRIBUTIONS_API VonMises : public core::ScalarFamily<VonMises> {
 public:
  static const Signature<VonMises>& signature();

  VonMises(Param loc, Param concentration, Validate validate_args = {});

  const Tensor& loc() const { return loc_; }
  const Tensor& concentration() const { return concentration_; }

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override;

  Tensor loc_, concentration_;
};

}  // namespace torch::distributions
