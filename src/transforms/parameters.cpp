#include "transforms/parameters.h"

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>

#include "core/raise.h"
#include "core/shape.h"

namespace torch::distributions {
inline namespace transforms {

bool equal(const Param& a, const Param& b) {
  const Tensor x = a.tensor(at::kDouble), y = b.tensor(at::kDouble);
  if (x.is_same(y)) return true;
  if (!at::are_expandable(x.sizes(), y.sizes())) return false;
  const Tensor both_nan = x.isnan().logical_and(y.isnan());
  return x.eq(y).logical_or(both_nan).all().item<bool>();
}

std::vector<int64_t> broadcast_shape(const char* class_name, IntArrayRef shape,
                                     std::initializer_list<const Param*> params) {
  require_sizes(class_name, "a shape", shape);
  std::vector<int64_t> joined = shape.vec();
  for (const Param* param : params) {
    if (param->is_number()) continue;
    const Tensor tensor = param->tensor();
    TORCH_DISTRIBUTIONS_CHECK(ValueError, at::are_expandable(joined, tensor.sizes()), class_name,
                              ": shape mismatch: ", IntArrayRef(joined),
                              " does not broadcast with a parameter of shape ", tensor.sizes());
    joined = at::infer_size(joined, tensor.sizes());
  }
  return joined;
}

void change_tensors(const core::Change& change, std::initializer_list<Param*> params) {
  for (Param* param : params) {
    if (param->is_tensor()) *param = change(param->tensor(), 0);
  }
}

}  // namespace transforms
}  // namespace torch::distributions
