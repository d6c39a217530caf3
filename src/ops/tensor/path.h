#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

/// The two ways to evaluate a function: a loop over memory (a "kernel"), or tensor operations
/// ("composed").

namespace torch::distributions::ops {

/// Whether this thread may use kernels: no function transform, tracer or the like is active (see
/// `is_unobserved`), and there is no `ComposedGuard`.
bool may_use_kernels();
/// Whether kernels can read `t`: it is plain and real, and has no tangent of forward-mode autograd.
bool is_readable(const at::Tensor& t);

/// This thread's calls, counted by path.
struct Calls {
  std::int64_t forward = 0, backward = 0;  // by kernels
  std::int64_t composed = 0;               // forward or backward
};
Calls& calls();

/// This thread uses no kernels while a guard exists. For tests of the composed path.
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
