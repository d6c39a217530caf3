#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <torch/distributions/core/param.h>

namespace torch::distributions::core {

/// A change that a copy of a distribution or transform makes to every tensor that it holds: expand
/// the batch shape, move or convert, detach.
class TORCH_DISTRIBUTIONS_API Change {
 public:
  static Change expand(IntArrayRef batch_shape);
  static Change to(const TensorOptions& options);
  static Change detach();

  /// The changed tensor, of which the last `event_dim` dimensions belong to the event.
  Tensor operator()(const Tensor& tensor, int64_t event_dim) const;

  /// The changed batch shape.
  at::DimVector batch_shape(IntArrayRef old) const;

  /// The same change for a part of a composite, where the part's batch shape is that of the
  /// composite followed by the sizes `kept`: expanding changes the first ones and keeps these. They
  /// are given as sizes, because a part of the part may have fewer dimensions.
  Change within(IntArrayRef kept) const;

  bool is_expand() const noexcept { return kind_ == Kind::kExpand; }
  /// Whether it converts to another dtype, which may round numbers.
  bool converts() const noexcept { return kind_ == Kind::kTo && options_.has_dtype(); }

  /// \throws c10::TypeError naming the class when it would convert to a dtype that is not floating,
  ///     c10::ValueError when it asks for a gradient.
  void check(const char* class_name) const;

 private:
  enum class Kind : char { kExpand, kTo, kDetach };
  explicit Change(Kind kind) : kind_(kind) {}

  Kind kind_;
  at::DimVector batch_shape_;
  TensorOptions options_;
};

}  // namespace torch::distributions::core
