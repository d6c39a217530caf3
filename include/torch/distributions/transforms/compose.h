#pragma once

#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// Composition of transforms: `ComposeTransform({f, g})(x)` is `g(f(x))`. Without parts it is the
/// identity.
///
/// Only the parts have caches. An event has as many dimensions as the part that needs most.
class TORCH_DISTRIBUTIONS_API ComposeTransform final
    : public ImplementsTransform<ComposeTransform> {
 public:
  /// \param cache_size The cache size of every part; 0 leaves the parts unchanged.
  explicit ComposeTransform(std::vector<TransformPtr> parts, int64_t cache_size = 0);

  const std::vector<TransformPtr>& parts() const& noexcept { return parts_; }
  std::vector<TransformPtr> parts() && { return parts_; }

  bool bijective() const override;
  ConstraintPtr domain() const override;
  ConstraintPtr codomain() const override;
  /// The product of the parts' signs.
  Tensor sign() const override;
  /// The inverses of the parts in reverse order.
  TransformPtr inv() const override;
  int64_t cache_size() const override { return cache_size_; }
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
  void set_cache_size(int64_t cache_size) override;
  void change(const core::Change& change) override;

  int64_t domain_event_dim() const;

  std::vector<TransformPtr> parts_;
  int64_t cache_size_;
};

}  // namespace transforms
}  // namespace torch::distributions
