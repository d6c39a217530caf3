#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// \f$y = \log(1 + e^x)\f$, from the reals to the positive numbers;
/// \f$\log |y'| = -\mathrm{softplus}(-x)\f$.
///
/// A result that underflows is replaced by the least positive number, which lies in the codomain.
class TORCH_DISTRIBUTIONS_API SoftplusTransform final
    : public ImplementsTransform<SoftplusTransform> {
 public:
  explicit SoftplusTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  Tensor sign() const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  Tensor do_limit(const Tensor& x) const override;
  Tensor do_inverse_limit(const Tensor& y) const override;
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

}  // namespace transforms
}  // namespace torch::distributions
