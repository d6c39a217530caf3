#include <torch/distributions/kl.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <tuple>
#include <utility>

#include "core/raise.h"
#include "core/supported.h"
#include "core/suspend_validation.h"
#include "kl/table.h"

namespace torch::distributions {
namespace {

/// Draws from p, along the first dimension, and their log densities. Both broadcast with the batch
/// of q.
struct Draws {
  Tensor x, log_p;
  bool are_differentiable;
};

Draws draws_of(const Distribution& p, const Distribution& q, int64_t count,
               std::optional<Generator> generator) {
  Draws draws;
  // A draw of a discrete distribution may have a gradient, but its density is none of its value.
  const auto support = stated_support(p);
  draws.are_differentiable = p.has_rsample() && !(support && (*support)->is_discrete());
  if (draws.are_differentiable) {
    std::tie(draws.x, draws.log_p) = p.rsample_with_log_prob({count}, std::move(generator));
  } else {
    draws.x = p.sample({count}, std::move(generator));
    const SuspendValidation suspended;
    draws.log_p = p.log_prob(draws.x);
  }
  for (auto dims = p.batch_shape().size(); dims < q.batch_shape().size(); ++dims) {
    draws.x = draws.x.unsqueeze(1);
    draws.log_p = draws.log_p.unsqueeze(1);
  }
  return draws;
}

/// Adds a term of value 0 whose gradient is `ratio` times the score, the gradient of `log_p`: draws
/// without a gradient depend on the parameters of p by their density alone.
Tensor with_score(const Tensor& ratio, const Tensor& log_p) {
  if (!log_p.requires_grad()) return ratio;
  const Tensor constant = ratio.detach(), weight = constant.masked_fill(constant.isinf(), 0);
  return ratio + weight * (log_p - log_p.detach());
}

}  // namespace

MonteCarloEstimate kl_divergence_monte_carlo(const Distribution& p, const Distribution& q,
                                             int64_t num_samples,
                                             std::optional<Generator> generator) {
  kl::require_equal_event_shapes(p, q);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, num_samples > 0,
                            "kl_divergence_monte_carlo: num_samples must be positive, got ",
                            num_samples);
  const auto [x, log_p, are_differentiable] = draws_of(p, q, num_samples, std::move(generator));
  Tensor ratio = [&] {
    const SuspendValidation suspended;  // a draw outside the support of q is no error
    return log_p - q.log_prob(x);
  }();
  if (!are_differentiable) ratio = with_score(ratio, log_p);
  const Tensor values = ratio.detach();
  return {ratio.mean(0), num_samples == 1
                             ? at::full_like(values[0], std::nan(""))
                             : values.std(0) / std::sqrt(static_cast<double>(num_samples))};
}

}  // namespace torch::distributions
