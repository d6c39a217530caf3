#include "ops/tensor/path.h"

#include <utility>

#include "ops/tensor/plain.h"

namespace torch::distributions::ops {
namespace {

thread_local bool composed_only = false;

}  // namespace

bool may_use_kernels() { return !composed_only && is_unobserved(); }

bool is_readable(const at::Tensor& t) {
  return is_plain(t) && !t._fw_grad(/*level=*/0).defined() && !at::isComplexType(t.scalar_type());
}

Calls& calls() {
  static thread_local Calls calls;
  return calls;
}

ComposedGuard::ComposedGuard() : previous_(std::exchange(composed_only, true)) {}
ComposedGuard::~ComposedGuard() { composed_only = previous_; }

}  // namespace torch::distributions::ops
