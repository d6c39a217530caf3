#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <torch/distributions/core/param.h>

namespace torch::distributions::core {

/// A change to every tensor of a copied distribution or transform: expands the batch shape, moves
/// or converts, or detaches.
class TORCH_DISTRIBUTIONS_API Change {
 public:
  static Change expand(IntArrayRef batch_shape);
  static Change to(const TensorOptions& options);
  static Change detach();

  /// The changed tensor.
  /// \param event_dim The number of last dimensions of `tensor` that belong to the event.
  Tensor operator()(const Tensor& tensor, int64_t event_dim) const;

  /// The changed batch shape.
  at::DimVector batch_shape(IntArrayRef old) const;

  /// The same change for a part of a composite. The part's batch shape is that of the composite
  /// followed by the sizes `kept`, which expanding keeps. `kept` holds sizes, not a number of
  /// dimensions, because a part of the part may have fewer dimensions.
  Change within(IntArrayRef kept) const;

  bool is_expand() const noexcept { return kind_ == Kind::kExpand; }
  /// Whether the change converts to a dtype, which may round numbers.
  bool converts() const noexcept { return kind_ == Kind::kTo && options_.has_dtype(); }

  /// \throws c10::TypeError if the change converts to a dtype that is not floating, c10::ValueError
  ///     if its options require a gradient. Both errors name the class.
  void check(const char* class_name) const;

 private:
  enum class Kind : char { kExpand, kTo, kDetach };
  explicit Change(Kind kind) : kind_(kind) {}

  Kind kind_;
  at::DimVector batch_shape_;
  TensorOptions options_;
};

}  // namespace torch::distributions::core
