#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

/// The two paths of an evaluation: by a loop over memory ("kernel"), or composed of tensor
/// operations.

namespace torch::distributions::ops {

/// Whether a kernel may serve this thread's call: nothing watches, and no `ComposedGuard` lives.
bool may_use_kernels();
/// Whether kernels can read it, and nothing but reverse mode is to be recorded.
bool is_readable(const at::Tensor& t);

/// How many calls of this thread went which way.
struct Calls {
  std::int64_t forward = 0, backward = 0;  // by kernels
  std::int64_t composed = 0;               // forward or backward
};
Calls& calls();

/// While one of these lives, this thread composes everything: how tests reach that path.
class ComposedGuard {
 public:
  ComposedGuard();
  ~ComposedGuard();
  ComposedGuard(const ComposedGuard&) = delete;
  ComposedGuard& operator=(const ComposedGuard&) = delete;

 private:
  bool previous_;
};

}  // namespace torch::distributions::ops
