#pragma once

#include <ATen/ATen.h>

namespace torch::distributions {
inline namespace transforms {

/// `at::where`, also of meta tensors, for which LibTorch has no kernel.
template <class Yes, class No>
at::Tensor choose(const at::Tensor& condition, const Yes& yes, const No& no) {
  return condition.is_meta() ? condition + yes + no : at::where(condition, yes, no);
}

}  // namespace transforms
}  // namespace torch::distributions
