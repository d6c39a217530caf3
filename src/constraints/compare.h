#pragma once

#include <ATen/core/Tensor.h>

#include <torch/distributions/core/param.h>

/// Comparisons of a tensor with a bound that may be a number.
namespace torch::distributions::constraints {

inline at::Scalar scalar(const Param& number) {
  return number.is_integer() ? at::Scalar(static_cast<int64_t>(number.number()))
                             : at::Scalar(number.number());
}

inline Tensor greater(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.gt(scalar(bound)) : x.gt(bound.tensor(options_beside(x)));
}
inline Tensor greater_equal(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.ge(scalar(bound)) : x.ge(bound.tensor(options_beside(x)));
}
inline Tensor less(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.lt(scalar(bound)) : x.lt(bound.tensor(options_beside(x)));
}
inline Tensor less_equal(const Tensor& x, const Param& bound) {
  return bound.is_number() ? x.le(scalar(bound)) : x.le(bound.tensor(options_beside(x)));
}

}  // namespace torch::distributions::constraints
