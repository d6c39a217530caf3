#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// From real square matrices to lower triangular ones with a positive diagonal: the exponential of
/// the diagonal, and the elements below it unchanged. It parameterises Cholesky factors.
///
/// It is not bijective, since the elements above the diagonal are dropped. Its inverse takes the
/// logarithm of the diagonal. A diagonal that underflows is replaced by the least positive number,
/// which lies in the codomain.
class TORCH_DISTRIBUTIONS_API LowerCholeskyTransform final
    : public ImplementsTransform<LowerCholeskyTransform> {
 public:
  explicit LowerCholeskyTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

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
