#include <torch/distributions/core/exponential_family.h>

#include <torch/csrc/autograd/autograd.h>

#include "core/raise.h"

namespace torch::distributions {

const core::Type& ExponentialFamily::static_type() {
  static const core::Type type{typeid(ExponentialFamily), "ExponentialFamily",
                               &Distribution::static_type()};
  return type;
}

Tensor ExponentialFamily::log_normalizer(at::TensorList natural_params) const {
  const std::size_t count = this->natural_params().size();
  TORCH_DISTRIBUTIONS_CHECK(ValueError, natural_params.size() == count, type().name,
                            "::log_normalizer: expected ", count, " natural parameters, got ",
                            natural_params.size());
  for (const Tensor& parameter : natural_params)
    core::require_numbers(type().name, "natural_params", parameter);
  return do_log_normalizer(natural_params);
}

std::vector<Tensor> ExponentialFamily::do_natural_params() const {
  not_implemented("natural_params");
}
Tensor ExponentialFamily::do_log_normalizer(at::TensorList) const {
  not_implemented("log_normalizer");
}
double ExponentialFamily::do_mean_carrier_measure() const {
  not_implemented("mean_carrier_measure");
}

std::vector<Tensor> core::mean_params(const ExponentialFamily& family,
                                      const std::vector<Tensor>& natural_params) {
  bool differentiable = false;
  for (const Tensor& parameter : natural_params) {
    core::require_numbers(family.type().name, "natural_params", parameter);
    differentiable |= parameter.requires_grad();
  }
  differentiable = differentiable && at::GradMode::is_enabled();
  const at::AutoGradMode enable_grad(true);
  std::vector<Tensor> leaves;
  for (const Tensor& parameter : natural_params) {
    // The gradient needs a graph: a parameter whose own graph is not needed becomes a new leaf.
    leaves.push_back(differentiable && parameter.requires_grad()
                         ? parameter
                         : parameter.detach().requires_grad_());
  }
  const Tensor log_normalizer = family.log_normalizer(leaves);
  return torch::autograd::grad({log_normalizer.sum()}, leaves, {}, /*retain_graph=*/differentiable,
                               /*create_graph=*/differentiable);
}

Tensor ExponentialFamily::do_entropy() const {
  const double carrier = mean_carrier_measure();
  const std::vector<Tensor> natural = natural_params();
  const std::vector<Tensor> means = core::mean_params(*this, natural);
  Tensor entropy = log_normalizer(natural) - carrier;
  const auto batch_dim = static_cast<int64_t>(batch_shape().size());
  for (std::size_t i = 0; i < natural.size(); ++i) {
    Tensor term = natural[i] * means[i];
    if (term.dim() > batch_dim) term = term.flatten(batch_dim).sum(-1);
    entropy = entropy - term;
  }
  return entropy;
}

}  // namespace torch::distributions
