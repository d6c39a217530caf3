#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <mutex>
#include <utility>

namespace torch::distributions::core {

/// A tensor of a cache, as it was when results of it were kept.
class KeptTensor {
 public:
  KeptTensor() = default;
  explicit KeptTensor(const at::Tensor& tensor)
      : tensor_(tensor), version_(version(tensor)), requires_grad_(tensor.requires_grad()) {}

  const at::Tensor& tensor() const { return tensor_; }

  /// Whether it was not modified in place since then.
  bool is_unmodified() const { return version(tensor_) == version_; }
  /// Whether it requires a gradient as it did then. It may have been made to require one since.
  bool has_same_graph() const { return tensor_.requires_grad() == requires_grad_; }

 private:
  /// The number of in-place modifications; 0 for inference tensors, which do not count them.
  static std::uint32_t version(const at::Tensor& tensor) {
    return tensor.is_inference() ? 0 : static_cast<std::uint32_t>(tensor._version());
  }

  at::Tensor tensor_;
  std::uint32_t version_ = 0;
  bool requires_grad_ = false;
};

/// Replaces `kept`, which threads share. The old value, which may hold a whole graph, is destroyed
/// after the lock is released.
template <class T>
void replace(T& kept, std::mutex& mutex, T value) {
  const std::lock_guard lock(mutex);
  std::swap(kept, value);
}

}  // namespace torch::distributions::core
