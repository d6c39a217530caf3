#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// Changes the shape of each event from `in_shape` to `out_shape`, and keeps the order of its
/// elements: x has the shape `[...] + in_shape` and y `[...] + out_shape`.
/// \f$\log |\det J| = 0\f$, of shape `[...]`. y is a view of x where that is possible.
///
/// A value whose shape does not end with that of an event is a c10::ValueError.
class TORCH_DISTRIBUTIONS_API ReshapeTransform final
    : public ImplementsTransform<ReshapeTransform> {
 public:
  /// \throws c10::ValueError if a size is negative, or if the shapes differ in the number of
  ///     elements.
  ReshapeTransform(std::vector<int64_t> in_shape, std::vector<int64_t> out_shape,
                   int64_t cache_size = 0);

  const std::vector<int64_t>& in_shape() const& noexcept { return in_shape_; }
  std::vector<int64_t> in_shape() && { return in_shape_; }
  const std::vector<int64_t>& out_shape() const& noexcept { return out_shape_; }
  std::vector<int64_t> out_shape() && { return out_shape_; }

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  bool do_equals(const Transform& other) const override;
  std::size_t do_hash() const override;

  std::vector<int64_t> in_shape_, out_shape_;
};

}  // namespace transforms
}  // namespace torch::distributions
