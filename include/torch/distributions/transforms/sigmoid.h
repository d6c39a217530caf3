#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// \f$y = 1 / (1 + e^{-x})\f$, from the reals to the unit interval;
/// \f$\log |y'| = -\mathrm{softplus}(x) - \mathrm{softplus}(-x)\f$.
///
/// Results and arguments of the inverse are rounded to numbers strictly between 0 and 1, so the
/// inverse is finite everywhere. Python clamps to the least normal number and to 1 - eps instead.
class TORCH_DISTRIBUTIONS_API SigmoidTransform final
    : public ImplementsTransform<SigmoidTransform> {
 public:
  explicit SigmoidTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  Tensor sign() const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  ConstraintPtr image() const override;
  Tensor do_limit(const Tensor& x) const override;
  Tensor do_inverse_limit(const Tensor& y) const override;
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

}  // namespace transforms
}  // namespace torch::distributions
