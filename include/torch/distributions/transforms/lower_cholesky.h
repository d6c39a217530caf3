#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// From real square matrices to lower triangular ones with a positive diagonal, which are Cholesky
/// factors. x and y have the shape `[..., n, n]`:
/// \f[ y_{ij} = x_{ij} \ (i > j), \quad y_{ii} = e^{x_{ii}}, \quad y_{ij} = 0 \ (i < j). \f]
///
/// It is not bijective, since the elements above the diagonal are dropped, and has no
/// `log_abs_det_jacobian` (c10::NotImplementedError). Its inverse takes the logarithm of the
/// diagonal. A diagonal that underflows is replaced by the least positive number, which lies in the
/// codomain. A matrix that is not square is a c10::ValueError.
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
