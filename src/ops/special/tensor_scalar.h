#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/erfc.h>
#include <ATen/ops/where.h>

#include <utility>

#include "ops/special/jet.h"
#include "ops/special/scalar.h"

/// Tensors as scalars of the special functions' mathematics.

namespace torch::distributions::ops::special::kernels {

using at::Tensor;

template <>
struct Choice<Tensor> {
  template <typename Yes, typename No>
  static Tensor between(const Tensor& condition, const Yes& yes, const No& no) {
    return at::where(condition, yes(), no());
  }
  template <size_t order, typename Yes, typename No>
  static Jet<Tensor, order> between_jets(const Tensor& condition, const Yes& yes, const No& no) {
    const Jet<Tensor, order> when_true = yes(), when_false = no();
    return Jet<Tensor, order>::generate(
        [&](size_t i) { return at::where(condition, when_true[i], when_false[i]); });
  }
};

/// Dekker's product; it needs no fused multiply-add, which tensors do not have.
template <>
struct TwoProduct<Tensor> {
  static Pair<Tensor> of(const Tensor& a, const Tensor& b) {
    constexpr double kSplitter = 134217729.0;  // 2^27 + 1
    const auto split = [](const Tensor& x) {
      const Tensor scaled = x * kSplitter;
      const Tensor high = scaled - (scaled - x);
      return std::pair(high, x - high);
    };
    const auto [a_high, a_low] = split(a);
    const auto [b_high, b_low] = split(b);
    const Tensor product = a * b;
    const Tensor rest =
        ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return {product, at::where(product.isinf(), 0.0, rest)};
  }
};

}  // namespace torch::distributions::ops::special::kernels
