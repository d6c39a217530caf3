#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// `base_transform` with `reinterpreted_batch_ndims` more dimensions in an event. The map is that
/// of the base, and log|det J| is summed over these dimensions.
class TORCH_DISTRIBUTIONS_API IndependentTransform final
    : public ImplementsTransform<IndependentTransform> {
 public:
  /// \param cache_size The cache size of the base; 0 leaves the base unchanged.
  /// \throws c10::ValueError if `reinterpreted_batch_ndims` is negative.
  IndependentTransform(TransformPtr base_transform, int64_t reinterpreted_batch_ndims,
                       int64_t cache_size = 0);

  const TransformPtr& base_transform() const& noexcept { return base_; }
  TransformPtr base_transform() && { return base_; }
  int64_t reinterpreted_batch_ndims() const noexcept { return ndims_; }

  bool bijective() const override { return base_->bijective(); }
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  Tensor sign() const override { return base_->sign(); }
  int64_t cache_size() const override { return base_->cache_size(); }
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;
  void print(std::ostream& out) const override;

 private:
  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  Preimage do_preimage(const Tensor& y, bool with_jacobian) const override;
  Tensor do_limit(const Tensor& x) const override;
  Tensor do_inverse_limit(const Tensor& y) const override;
  bool do_equals(const Transform& other) const override;
  std::size_t do_hash() const override;
  void set_cache_size(int64_t cache_size) override;
  void change(const core::Change& change) override;

  TransformPtr base_;
  int64_t ndims_;
};

}  // namespace transforms
}  // namespace torch::distributions
