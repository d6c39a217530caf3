#include "transforms/parameters.h"

#include <ATen/ATen.h>
#include <ATen/ExpandUtils.h>
#include <c10/util/hash.h>

#include <cmath>
#include <functional>

#include "core/raise.h"
#include "core/shape.h"
#include "ops/special/constants.h"

namespace torch::distributions {
inline namespace transforms {

namespace {

/// Whether the numbers cannot be read. Meta tensors have none, and tensors inside a function
/// transform may hide them.
bool hides_numbers(const Param& param) {
  using c10::DispatchKey;
  constexpr c10::DispatchKeySet kWrappers({DispatchKey::Batched, DispatchKey::FuncTorchBatched,
                                           DispatchKey::FuncTorchGradWrapper,
                                           DispatchKey::Functionalize, DispatchKey::Python});
  return param.is_tensor() &&
         (param.tensor().is_meta() || param.tensor().key_set().has_any(kWrappers));
}

}  // namespace

bool equal(const Param& a, const Param& b) {
  if (a.is_tensor() && b.is_tensor() && a.tensor().is_same(b.tensor())) return true;
  if (hides_numbers(a) || hides_numbers(b)) return false;
  const Tensor x = a.tensor(at::kDouble), y = b.tensor(at::kDouble).to(x.device());
  if (!at::are_expandable(x.sizes(), y.sizes()) || (x.numel() == 0) != (y.numel() == 0))
    return false;
  const Tensor both_nan = x.isnan().logical_and(y.isnan());
  return x.eq(y).logical_or(both_nan).all().item<bool>();
}

// Equal parameters may have different shapes, but their first and last numbers are equal.
std::size_t hash_of(const Param& param) {
  const auto of_number = [](double number) {
    return std::hash<double>()(std::isnan(number) ? ops::kNaN : number);
  };
  if (param.is_number()) {
    const std::size_t hash = of_number(param.number());
    return c10::hash_combine(hash, hash);
  }
  if (hides_numbers(param)) return 0;
  const Tensor tensor = param.tensor(at::kDouble).detach();
  if (tensor.numel() == 0) return 0;
  const Tensor flat = tensor.reshape(-1);
  return c10::hash_combine(of_number(flat[0].item<double>()), of_number(flat[-1].item<double>()));
}

std::vector<int64_t> broadcast_shape(const char* class_name, IntArrayRef shape,
                                     std::initializer_list<const Param*> params) {
  std::vector<int64_t> joined = broadcast_shape(class_name, shape, IntArrayRef());
  for (const Param* param : params) {
    if (!param->is_number()) joined = broadcast_shape(class_name, joined, param->tensor().sizes());
  }
  return joined;
}

std::vector<int64_t> broadcast_shape(const char* class_name, IntArrayRef shape, IntArrayRef param) {
  require_sizes(class_name, "a shape", shape);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, at::are_expandable(shape, param), class_name,
                            ": shape mismatch: ", shape,
                            " does not broadcast with a parameter of shape ", param);
  return at::infer_size(shape, param);
}

void change_tensors(const core::Change& change, std::initializer_list<Param*> params) {
  for (Param* param : params) {
    if (param->is_tensor()) *param = change(param->tensor(), 0);
  }
}

}  // namespace transforms
}  // namespace torch::distributions
