#include "support/gradcheck.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

namespace torch::distributions::test {
namespace {

/// Double leaves that require a gradient, copied from the floating inputs; the other inputs as they
/// are.
std::vector<Tensor> leaves(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> copies;
  for (const Tensor& input : inputs) {
    copies.push_back(
        input.is_floating_point()
            ? input.detach().to(at::kDouble).clone(at::MemoryFormat::Contiguous).requires_grad_()
            : input);
  }
  return copies;
}

std::vector<Tensor> differentiable_ones(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> chosen;
  std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(chosen),
               [](const Tensor& input) { return input.requires_grad(); });
  return chosen;
}

/// The vector-Jacobian product of `weights` and `output`, zero where the output does not depend on
/// an input.
std::vector<Tensor> vector_jacobian(const Tensor& output, const std::vector<Tensor>& inputs,
                                    const Tensor& weights, bool create_graph) {
  std::vector<Tensor> gradients(inputs.size());
  if (output.requires_grad()) {
    gradients = autograd::grad({output}, inputs, {weights}, /*retain_graph=*/true, create_graph,
                               /*allow_unused=*/true);
  }
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    if (!gradients[k].defined()) gradients[k] = at::zeros_like(inputs[k]);
  }
  return gradients;
}

/// d output / d input[i] by central differences, flattened.
Tensor difference_quotient(const Differentiable& f, const std::vector<Tensor>& inputs,
                           const Tensor& input, int64_t i, double relative_step) {
  const at::NoGradGuard no_grad;
  Tensor element = input.detach().view(-1)[i];
  const double x = element.item<double>();
  const double step = relative_step * std::max(1.0, std::abs(x));
  element.fill_(x + step);
  const Tensor above = f(inputs).clone();
  element.fill_(x - step);
  const Tensor below = f(inputs).clone();
  element.fill_(x);
  return ((above - below) / (2 * step)).reshape(-1);
}

}  // namespace

::testing::AssertionResult gradcheck(const Differentiable& f, const std::vector<Tensor>& inputs,
                                     const GradcheckOptions& options) {
  const at::AutoGradMode grad_mode(true);
  const std::vector<Tensor> all = leaves(inputs), xs = differentiable_ones(all);
  const Tensor output = f(all);
  if (output.scalar_type() != at::kDouble) {
    return ::testing::AssertionFailure()
           << "the output of double inputs is of dtype " << output.scalar_type();
  }
  std::vector<Tensor> jacobians;  // of shape [output.numel(), input.numel()]
  for (const Tensor& x : xs)
    jacobians.push_back(at::zeros({output.numel(), x.numel()}, at::kDouble));
  for (int64_t row = 0; row < output.numel(); ++row) {
    const Tensor weights = at::zeros({output.numel()}, at::kDouble);
    weights[row].fill_(1);
    const auto gradients =
        vector_jacobian(output, xs, weights.view(output.sizes()), /*create_graph=*/false);
    for (std::size_t k = 0; k < xs.size(); ++k) jacobians[k][row].copy_(gradients[k].reshape(-1));
  }
  for (std::size_t k = 0; k < xs.size(); ++k) {
    for (int64_t i = 0; i < xs[k].numel(); ++i) {
      const Tensor expected = difference_quotient(f, all, xs[k], i, options.step);
      const Tensor actual = jacobians[k].select(1, i);
      const Tensor close = at::isclose(actual, expected, options.rtol, options.atol);
      if (close.all().item<bool>()) continue;
      const int64_t j = close.to(at::kByte).argmin().item<int64_t>();
      return ::testing::AssertionFailure()
             << "d output[" << j << "] / d input " << k << "[" << i << "] is "
             << actual[j].item<double>() << ", by differences " << expected[j].item<double>()
             << " (flat positions; the input's element is " << xs[k].view(-1)[i].item<double>()
             << ")";
    }
  }
  return ::testing::AssertionSuccess();
}

::testing::AssertionResult gradgradcheck(const Differentiable& f, const std::vector<Tensor>& inputs,
                                         const GradcheckOptions& options) {
  Tensor weights;
  {
    const at::NoGradGuard no_grad;
    const Tensor output = f(leaves(inputs));
    // Weights of both signs, the same in every run.
    weights = at::arange(1, output.numel() + 1, output.options())
                  .mul(0.7)
                  .sin()
                  .add(0.3)
                  .view(output.sizes());
  }
  std::vector<Tensor> extended = inputs;
  extended.push_back(weights);
  const Differentiable gradient = [&f](const std::vector<Tensor>& xs) {
    const at::AutoGradMode grad_mode(true);
    // Grad mode may be off: the difference quotients are taken without a graph.
    const std::vector<Tensor> own(xs.begin(), xs.end() - 1);
    const Tensor output = f(own);
    std::vector<Tensor> flat;
    for (const Tensor& g :
         vector_jacobian(output, differentiable_ones(own), xs.back(), /*create_graph=*/true)) {
      flat.push_back(g.reshape(-1));
    }
    return at::cat(flat);
  };
  return gradcheck(gradient, extended, options);
}

}  // namespace torch::distributions::test
