#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// From real square matrices to positive definite ones: \f$y = L L^\top\f$ for the
/// `LowerCholeskyTransform` L of x.
///
/// It is not bijective, since the elements of x above the diagonal are dropped. Its inverse is that
/// of the Cholesky factor of y, and NaN if y has none. Both are computed in double. Where rounding
/// would make a matrix singular, its elements off the diagonal shrink by a few roundings; the
/// derivative is that of \f$L L^\top\f$.
class TORCH_DISTRIBUTIONS_API PositiveDefiniteTransform final
    : public ImplementsTransform<PositiveDefiniteTransform> {
 public:
  explicit PositiveDefiniteTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

}  // namespace transforms
}  // namespace torch::distributions
