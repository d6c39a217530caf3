#include <torch/distributions/kl.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "core/raise.h"
#include "core/suspend_validation.h"
#include "kl/table.h"

namespace torch::distributions {
namespace {

/// log p(x) - log q(x), infinite where q(x) is 0.
Tensor log_ratio(const Tensor& log_p, const Distribution& q, const Tensor& x) {
  const SuspendValidation suspended;  // a draw outside the support of q is no error
  return log_p - q.log_prob(x);
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
  const Tensor ratio = [&] {
    if (p.has_rsample()) {
      const auto [x, log_p] = p.rsample_with_log_prob({num_samples}, std::move(generator));
      return log_ratio(log_p, q, x);
    }
    const Tensor x = p.sample({num_samples}, std::move(generator)), log_p = p.log_prob(x);
    return with_score(log_ratio(log_p, q, x), log_p);
  }();
  const Tensor draws = ratio.detach();
  return {ratio.mean(0), num_samples == 1
                             ? at::full_like(draws[0], std::nan(""))
                             : draws.std(0) / std::sqrt(static_cast<double>(num_samples))};
}

}  // namespace torch::distributions
