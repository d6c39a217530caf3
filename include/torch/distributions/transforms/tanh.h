#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// \f$y = \tanh x\f$, from the reals to [-1, 1];
/// \f$\log |y'| = 2 (\log 2 - x - \mathrm{softplus}(-2x))\f$, as in TensorFlow Probability.
///
/// The result rounds to 1 for moderate x (above 9.1 in float), and the inverse of 1 is infinite.
/// With a cache of size 1 the inverse of a computed result is exact.
class TORCH_DISTRIBUTIONS_API TanhTransform final : public ImplementsTransform<TanhTransform> {
 public:
  explicit TanhTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

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
