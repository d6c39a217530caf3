#pragma once

#include <torch/distributions/core/param.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// \f$y = x^{\mathrm{exponent}}\f$ of positive numbers, element by element;
/// \f$\log |y'| = \log |\mathrm{exponent}| + (\mathrm{exponent} - 1) \log x\f$.
///
/// The exponent may have either sign. A result that underflows is replaced by the least positive
/// number, which lies in the codomain, and so is a result of the inverse. The density of a
/// `TransformedDistribution` is right even then: where an inverse has lost its digits, the Jacobian
/// follows from the value that it is the inverse of.
///
/// An exponent of 0 is not refused. It maps every x to 1, so the density of a
/// `TransformedDistribution` is infinite at 1 and 0 elsewhere. If the exponent is NaN, so are all
/// results.
class TORCH_DISTRIBUTIONS_API PowerTransform final : public ImplementsTransform<PowerTransform> {
 public:
  /// \param exponent A braced list of two numbers needs two pairs of braces,
  ///     `PowerTransform{{2, -1}}`, since `PowerTransform({2, -1})` might also be a copy of
  ///     `PowerTransform(2, -1)`.
  explicit PowerTransform(Param exponent, int64_t cache_size = 0);

  /// The exponent as a tensor. A number or a list takes the default dtype here; when it is applied,
  /// it takes the dtype of x.
  Tensor exponent() const { return exponent_.tensor(); }

  /// Its `log_abs_det_jacobian` is right even where its result has left the range of the dtype.
  TransformPtr inv() const override;

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  /// The sign of `exponent`.
  Tensor sign() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  Preimage do_preimage(const Tensor& y, bool with_jacobian) const override;
  ConstraintPtr image() const override;
  Tensor do_limit(const Tensor& x) const override;
  Tensor do_inverse_limit(const Tensor& y) const override;
  bool do_equals(const Transform& other) const override;
  std::size_t do_hash() const override;
  void change(const core::Change& change) override;

  class Inverse;

  Tensor exponent_beside(const Tensor& x) const;
  Tensor jacobian_at_inverse(const Tensor& x, const Tensor& y) const;

  Param exponent_;
};

}  // namespace transforms
}  // namespace torch::distributions
