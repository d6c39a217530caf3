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

/// log p at the draws x themselves, since q is evaluated there: the difference to `scored`, the
/// log density before a draw was rounded, may be larger than the divergence. Where x has no density,
/// as where tanh is rounded to 1, or none is implemented, it is `scored`.
Tensor log_density(const Distribution& p, const Tensor& x, const Tensor& scored) {
  if (x.is_meta()) return scored;
  const SuspendValidation suspended;
  try {
    const Tensor log_p = p.log_prob(x);
    return at::where(log_p.isfinite(), log_p, scored);
  } catch (const c10::NotImplementedError&) {
    return scored;
  }
}

Draws draws_of(const Distribution& p, const Distribution& q, int64_t count,
               std::optional<Generator> generator) {
  Draws draws;
  // A draw of a discrete distribution may have a gradient, but its density is none of its value.
  const auto support = stated_support(p);
  draws.are_differentiable = p.has_rsample() && !(support && (*support)->is_discrete());
  if (draws.are_differentiable) {
    Tensor scored;
    std::tie(draws.x, scored) = p.rsample_with_log_prob({count}, std::move(generator));
    draws.log_p = log_density(p, draws.x, scored);
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
