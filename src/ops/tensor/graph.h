#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>

#include "ops/tensor/path.h"

namespace torch::distributions::ops {

/// Whether `t` has, or may have, a graph, a tangent or a function transform.
inline bool may_be_differentiated(const at::Tensor& t) {
  return !is_readable(t) || (t.requires_grad() && at::GradMode::is_enabled());
}

/// `t` without its graph. Rounding this tensor in place rounds `t`, and does not change the
/// gradient of `t`.
inline at::Tensor without_graph(const at::Tensor& t) {
  return may_be_differentiated(t) ? t.detach() : t;
}

/// `t` with its graph and another value, to which it differs by rounding. Overwrites `t`.
inline at::Tensor with_value(const at::Tensor& t, const at::Tensor& value) {
  without_graph(t).copy_(value);
  return t;
}

}  // namespace torch::distributions::ops
