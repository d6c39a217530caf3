#pragma once

#include <torch/distributions/core/joint_transform.h>
#include <torch/distributions/transforms/transform.h>

namespace torch::distributions {
inline namespace transforms {

/// The inverse of a transform, as a view: it holds the transform, which holds no reference to it.
class InverseTransform : public ImplementsTransform<InverseTransform> {
 public:
  explicit InverseTransform(TransformPtr base) : base_(std::move(base)) {}

  bool bijective() const override { return base_->bijective(); }
  ConstraintPtr domain() const override { return base_->codomain(); }
  ConstraintPtr codomain() const override { return base_->domain(); }
  int64_t event_dim() const override { return base_->event_dim(); }
  Tensor sign() const override { return base_->sign(); }
  TransformPtr inv() const override { return base_; }
  int64_t cache_size() const override { return base_->cache_size(); }
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override {
    return base_->inverse_shape(shape);
  }
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override {
    return base_->forward_shape(shape);
  }
  void print(std::ostream& out) const override;

  /// `transform.preimage(y, with_jacobian)` as of a class that does not override `do_preimage`.
  static Preimage usual_preimage(const Transform& transform, const Tensor& y, bool with_jacobian) {
    return transform.Transform::do_preimage(y, with_jacobian);
  }

 private:
  Tensor do_forward(const Tensor& x) const override { return base_->inverse(x); }
  Tensor do_inverse(const Tensor& y) const override { return (*base_)(y); }
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override {
    return base_->log_abs_det_jacobian(y, x).neg();
  }
  Preimage do_preimage(const Tensor& y, bool with_jacobian) const override {
    const auto* joint = dynamic_cast<const core::JointTransform*>(&*base_);
    return joint != nullptr ? joint->preimage_of_inverse(y, with_jacobian)
                            : usual_preimage(*this, y, with_jacobian);
  }
  ConstraintPtr image() const override;
  Tensor do_limit(const Tensor& x) const override { return base_->inverse_limit(x); }
  Tensor do_inverse_limit(const Tensor& y) const override { return base_->limit(y); }
  bool do_equals(const Transform& other) const override {
    return *base_ == *static_cast<const InverseTransform&>(other).base_;
  }
  std::size_t do_hash() const override { return hash_value(*base_); }
  void set_cache_size(int64_t cache_size) override { base_ = base_->with_cache(cache_size); }
  void change(const core::Change& change) override { base_ = base_->changed(change); }

  TransformPtr base_;
};

}  // namespace transforms
}  // namespace torch::distributions
