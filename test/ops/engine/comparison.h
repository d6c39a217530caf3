#pragma once

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "ops/engine/operations.h"
#include "ops/tensor/path.h"

/// Compares the kernels with the composed path, which the golden and accuracy tests check.
namespace torch::distributions::test {

/// The value of an operation, and the gradients of its weighted sum.
struct Evaluation {
  Tensor value;
  Tensors gradients;
};

inline Evaluation run(const Operation& c, const Tensors& inputs) {
  const ValidateArgsGuard no_validation(false);
  Tensors leaves;
  Tensors differentiable;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool takes_part = c.differentiable[i] && inputs[i].is_floating_point();
    leaves.push_back(takes_part ? inputs[i].detach().requires_grad_() : inputs[i]);
    if (takes_part) differentiable.push_back(leaves.back());
  }
  Evaluation result{c.f(leaves), {}};
  const Tensor weights =
      at::linspace(0.5, 1.5, result.value.numel(), result.value.options().dtype(at::kDouble))
          .view(result.value.sizes())
          .to(result.value.dtype());
  result.gradients = torch::autograd::grad({result.value}, differentiable, {weights});
  return result;
}

inline Evaluation run_composed(const Operation& c, const Tensors& inputs) {
  const ops::ComposedGuard guard;
  return run(c, inputs);
}

inline double epsilon(at::ScalarType dtype) {
  return dtype == at::kDouble  ? std::numeric_limits<double>::epsilon()
         : dtype == at::kFloat ? std::numeric_limits<float>::epsilon()
         : dtype == at::kHalf  ? 0x1p-10
                               : 0x1p-7;
}

/// Expects `got` to be within `units` roundings of the largest finite element of `want`.
inline void expect_close(const Tensor& got, const Tensor& want, double units,
                         const std::string& what) {
  ASSERT_EQ(got.sizes(), want.sizes()) << what;
  ASSERT_EQ(got.scalar_type(), want.scalar_type()) << what;
  if (got.numel() == 0) return;
  const Tensor a = got.detach().to(at::kDouble), b = want.detach().to(at::kDouble);
  const Tensor scale = b.abs().masked_fill(b.isinf(), 0).max().clamp_min(1.0);
  const Tensor error = at::where(a.eq(b), 0, (a - b).abs() / scale).nan_to_num(INFINITY).max();
  EXPECT_LE(error.item<double>(), units * epsilon(got.scalar_type())) << what;
}

inline void expect_close(const Evaluation& got, const Evaluation& want, double units,
                         const std::string& what) {
  expect_close(got.value, want.value, units, what);
  ASSERT_EQ(got.gradients.size(), want.gradients.size());
  for (std::size_t i = 0; i < got.gradients.size(); ++i) {
    expect_close(got.gradients[i], want.gradients[i], units,
                 what + ", gradient " + std::to_string(i));
  }
}

/// The roundings by which the two paths may differ. Each path adds a few terms in its own order,
/// and the gradient of a broadcast input is a sum.
inline constexpr double kUnits = 64;

}  // namespace torch::distributions::test
