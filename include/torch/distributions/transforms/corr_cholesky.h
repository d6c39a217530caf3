#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// From real vectors of length \f$D (D - 1) / 2\f$ to the Cholesky factors of correlation matrices
/// of size \f$D\f$: lower triangular matrices with a positive diagonal and rows of length 1. x has
/// the shape `[..., D (D - 1) / 2]`, y `[..., D, D]` and \f$\log |\det J|\f$ `[...]`. The elements
/// of x are those below the diagonal, row by row:
/// \f[ y_{ij} = \tanh(x_{ij}) \prod_{k<j} \mathrm{sech}(x_{ik}), \quad
///     y_{ii} = \prod_{k<i} \mathrm{sech}(x_{ik}). \f]
/// x = 0 is mapped to the identity.
///
/// x has fewer elements than y. \f$\log |\det J|\f$ is that of the map to the elements of y below
/// the diagonal, which determine the others:
/// \f[ \log |\det J| = -\sum_{i>j} (i + 1 - j) \log \cosh x_{ij}. \f]
///
/// Nothing is subtracted from 1. The inverse is \f$x_{ij} = \mathrm{asinh}(y_{ij} / r_{ij})\f$ for
/// the length r of what follows in the row, so a round trip loses no digits. A diagonal that
/// underflows is replaced by the least positive number, which lies in the codomain.
///
/// A vector of a length that is no \f$D (D - 1) / 2\f$ is a c10::ValueError, and so is a matrix
/// that is empty or not square.
class TORCH_DISTRIBUTIONS_API CorrCholeskyTransform final
    : public ImplementsTransform<CorrCholeskyTransform> {
 public:
  explicit CorrCholeskyTransform(int64_t cache_size = 0) : ImplementsTransform(cache_size) {}

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  bool do_equals(const Transform& /*other*/) const override { return true; }
};

}  // namespace transforms
}  // namespace torch::distributions
