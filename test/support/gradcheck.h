#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace torch::distributions::test {

using at::Tensor;

/// A function of tensors whose derivatives are checked.
using Differentiable = std::function<Tensor(const std::vector<Tensor>&)>;

struct GradcheckOptions {
  double step = 1e-6;  // of the central differences, in units of max(1, |x|)
  double atol = 1e-6;
  double rtol = 1e-4;
};

/// Compares the gradients of `f` with central differences, for every element of every floating
/// input and of the output. Inputs are converted to double. They must be further than a step from
/// any kink or end of the domain.
::testing::AssertionResult gradcheck(const Differentiable& f, const std::vector<Tensor>& inputs,
                                     const GradcheckOptions& options = {});

/// Checks second derivatives: `gradcheck` of the vector-Jacobian product of `f`, a function of the
/// inputs and the vector.
::testing::AssertionResult gradgradcheck(const Differentiable& f, const std::vector<Tensor>& inputs,
                                         const GradcheckOptions& options = {});

}  // namespace torch::distributions::test
