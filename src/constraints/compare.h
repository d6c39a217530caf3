#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <initializer_list>

#include <torch/distributions/core/param.h>

/// Comparisons of a tensor with a bound that may be a number.
namespace torch::distributions::constraints {

/// Converts integers to the dtype of their comparison: int64 if all bounds are integers, else
/// double. No bound overflows these dtypes. Other tensors are compared as ATen does.
inline Tensor comparable(const Tensor& value, std::initializer_list<const Param*> bounds) {
  if (!at::isIntegralType(value.scalar_type(), /*includeBool=*/true)) return value;
  const bool all_integers = std::all_of(bounds.begin(), bounds.end(), [](const Param* bound) {
    return bound->is_number() ? bound->is_integer() : !bound->tensor().is_floating_point();
  });
  return value.to(all_integers ? at::kLong : at::kDouble);
}

inline at::Scalar scalar(const Param& number) {
  return number.is_integer() ? at::Scalar(static_cast<int64_t>(number.number()))
                             : at::Scalar(number.number());
}

inline Tensor greater(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.gt(scalar(bound)) : x.gt(bound.tensor(core::options_beside(x)));
}
inline Tensor greater_equal(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.ge(scalar(bound)) : x.ge(bound.tensor(core::options_beside(x)));
}
inline Tensor less(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.lt(scalar(bound)) : x.lt(bound.tensor(core::options_beside(x)));
}
inline Tensor less_equal(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.le(scalar(bound)) : x.le(bound.tensor(core::options_beside(x)));
}

}  // namespace torch::distributions::constraints
