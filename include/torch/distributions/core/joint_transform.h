#pragma once

#include <torch/distributions/transforms/transform.h>

#include <memory>
#include <vector>

namespace torch::distributions::core {

struct Seam;

/// What `CatTransform` and `StackTransform` have in common. A value x consists of parts, which lie
/// side by side along the dimension `dim`. Each part has a transform of its own. The transformed
/// parts are joined to y in the same way.
///
/// The transforms may have different numbers of event dimensions. An event of the whole has the
/// largest of these numbers. A transform with fewer maps many of its own events in each event of
/// the whole, and their log|det J| are added.
///
/// If `dim` is a dimension of the event, each event contains elements of all parts, and the
/// log|det J| of the parts are added. Otherwise each event lies in one part, and log|det J| has
/// parts along `dim`, as x has. In the other dimensions, parts broadcast.
///
/// A negative `dim` counts from the right, in x and in y. There is one exception: for a batch
/// dimension of x, `dim` means the same batch dimension of y. It has another number there if the
/// transforms change the number of event dimensions.
class TORCH_DISTRIBUTIONS_API JointTransform : public Transform {
 public:
  const std::vector<TransformPtr>& transforms() const& noexcept { return transforms_; }
  std::vector<TransformPtr> transforms() && { return transforms_; }
  /// The dimension of x along which the parts lie.
  int64_t dim() const noexcept { return dim_; }

  bool bijective() const override;
  std::vector<int64_t> forward_shape(IntArrayRef shape) const override;
  std::vector<int64_t> inverse_shape(IntArrayRef shape) const override;

  /// `inv()->preimage(x, with_jacobian)`: like `preimage`, it asks each part.
  Preimage preimage_of_inverse(const Tensor& x, bool with_jacobian) const {
    return preimage_of(kX, x, with_jacobian);
  }

 protected:
  JointTransform(const char* class_name, bool stacks, std::vector<TransformPtr> transforms,
                 int64_t dim, std::vector<int64_t> lengths, int64_t cache_size);

  /// The sizes of the parts of x along `dim`.
  const std::vector<int64_t>& lengths_of_x() const noexcept { return lengths_; }
  std::vector<ConstraintPtr> domains() const;
  std::vector<ConstraintPtr> codomains() const;
  /// The dimension of y, and the sizes of its parts along it. A `dim` that is not negative is
  /// assumed to be a batch dimension if all parts have the same number of event dimensions, or else
  /// a dimension of the only event.
  int64_t dim_of_y() const;
  std::vector<int64_t> lengths_of_y() const;
  /// These sizes if y has `dims` dimensions.
  std::vector<int64_t> lengths_of_y(int64_t dims) const;

  void set_cache_size(int64_t cache_size) override;
  void change(const Change& change) override;

 private:
  enum Side : bool { kX, kY };
  struct Axes;
  class Kept;

  Tensor do_forward(const Tensor& x) const override;
  Tensor do_inverse(const Tensor& y) const override;
  Tensor do_log_abs_det_jacobian(const Tensor& x, const Tensor& y) const override;
  Preimage do_preimage(const Tensor& y, bool with_jacobian) const override {
    return preimage_of(kY, y, with_jacobian);
  }
  bool do_equals(const Transform& other) const override;
  std::size_t do_hash() const override;

  Seam seam(std::vector<int64_t> lengths) const;
  Axes axes_at(int64_t x) const;
  Axes axes_of(Side side, int64_t dims) const;
  Axes assumed_axes() const;
  std::vector<int64_t> lengths_at(const Axes& axes) const;
  std::vector<Tensor> parts_of(Side side, const Tensor& whole) const;
  Preimage preimage_of(Side side, const Tensor& whole, bool with_jacobian) const;
  Tensor whole_of(Side side, const std::vector<Tensor>& parts, const Axes& axes) const;

  const char* class_name_;
  bool stacks_;
  std::vector<TransformPtr> transforms_;
  int64_t dim_;
  std::vector<int64_t> lengths_;
  std::vector<int64_t> event_dims_;  // of x, for each transform
  int64_t event_dim_ = 0;            // the most of these
  int64_t added_dims_ = 0;           // event dimensions that y has more than x
  std::shared_ptr<Kept> kept_;
};

}  // namespace torch::distributions::core
