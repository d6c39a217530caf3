#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// `yes` where the condition holds, else `no`: two bijective element-wise transforms of the line.
/// Neither is applied to the elements of the other, whose derivative may be NaN there.
class SelectTransform final : public ImplementsTransform<SelectTransform> {
 public:
  SelectTransform(Tensor condition, TransformPtr yes, TransformPtr no)
      : condition_(std::move(condition)), yes_(std::move(yes)), no_(std::move(no)) {}

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  Tensor sign() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;
  void print(std::ostream& out) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  Preimage do_preimage(const Tensor& y, bool with_jacobian) const override;
  bool do_equals(const Transform& other) const override;
  std::size_t do_hash() const override;
  void change(const core::Change& change) override;

  /// `y` with the elements of the other transform replaced by a value of this one.
  Tensor of_yes(const Tensor& y) const;
  Tensor of_no(const Tensor& y) const;

  Tensor condition_;
  TransformPtr yes_, no_;
};

}  // namespace transforms
}  // namespace torch::distributions
