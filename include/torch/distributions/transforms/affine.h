#pragma once

#include <torch/distributions/core/param.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// \f$y = \mathrm{loc} + \mathrm{scale} \cdot x\f$, element by element;
/// \f$\log |\det J| = \sum \log |\mathrm{scale}|\f$ over the event.
class TORCH_DISTRIBUTIONS_API AffineTransform final : public ImplementsTransform<AffineTransform> {
 public:
  /// \param event_dim The number of last dimensions that form an event.
  AffineTransform(Param loc, Param scale, int64_t event_dim = 0, int64_t cache_size = 0);

  /// The parameters as tensors. Numbers and lists take the dtype of a floating parameter, else the
  /// default dtype.
  Tensor loc() const { return loc_.tensor(core::common_options({&loc_, &scale_})); }
  Tensor scale() const { return scale_.tensor(core::common_options({&loc_, &scale_})); }

  /// \f$\mathrm{scale} \cdot x\f$, the transform of a difference x of two points.
  Tensor scaled(const Tensor& x) const;
  /// \f$y / \mathrm{scale}\f$.
  Tensor unscaled(const Tensor& y) const;

  /// The same map with events of `event_dim` dimensions.
  AffineTransform with_event_dim(int64_t event_dim) const;

  bool bijective() const override { return true; }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  int64_t event_dim() const override { return event_dim_; }
  /// The sign of `scale`.
  Tensor sign() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  Tensor do_limit(const Tensor& x) const override;
  Tensor do_inverse_limit(const Tensor& y) const override;
  bool do_equals(const Transform& other) const override;
  std::size_t do_hash() const override;
  void change(const core::Change& change) override;

  Param loc_, scale_;
  int64_t event_dim_;
};

}  // namespace transforms
}  // namespace torch::distributions
