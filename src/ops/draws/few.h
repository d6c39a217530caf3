#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <utility>

#include "ops/tensor/graph.h"

/// Draws of a few numbers. An operation of LibTorch takes half a microsecond, a draw much less.
namespace torch::distributions::ops {

/// The most numbers that are drawn without LibTorch's operations. The stream of `normal_` is
/// another one from 16 numbers on.
inline constexpr int64_t kFew = 15;

/// Replaces each element x of `noise` by f(x, parameters ...) in its dtype. Returns false, and
/// leaves `noise` as it is, unless its elements are few, no graph is recorded, and the parameters have
/// the same dtype and either the same shape or one element.
/// \param noise A dense tensor, which must not be shared.
template <class F, class... Tensors>
bool combine_few(const at::Tensor& noise, const F& f, const Tensors&... parameters) {
  const auto dtype = noise.scalar_type();
  const int64_t count = noise.numel();
  if (count > kFew || (dtype != at::kFloat && dtype != at::kDouble) || !may_use_kernels() ||
      may_be_differentiated(noise))
    return false;
  const auto is_usable = [&](const at::Tensor& t) {
    return t.scalar_type() == dtype && !may_be_differentiated(t) &&
           (t.numel() == 1 || (t.sizes() == noise.sizes() && t.is_contiguous()));
  };
  if (!(is_usable(parameters) && ...)) return false;
  const auto combine = [&]<class T>(T* const to) {
    const auto element = [](const at::Tensor& t, int64_t i) {
      return t.const_data_ptr<T>()[t.numel() == 1 ? 0 : i];
    };
    for (int64_t i = 0; i < count; ++i) to[i] = f(to[i], element(parameters, i)...);
  };
  if (dtype == at::kFloat) {
    combine(noise.mutable_data_ptr<float>());
  } else {
    combine(noise.mutable_data_ptr<double>());
  }
  return true;
}

}  // namespace torch::distributions::ops
