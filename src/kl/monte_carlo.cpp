#include <torch/distributions/kl.h>

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <tuple>
#include <utility>

#include "constraints/points.h"
#include "constraints/scan.h"
#include "core/floating.h"
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

/// log p at the draws x themselves, since q is evaluated there: the difference to the log density
/// before a draw was rounded may be larger than the divergence. Undefined unless all densities are
/// known to be finite: where tanh is rounded to 1 there is none, and none may be implemented.
Tensor finite_log_density(const Distribution& p, const Tensor& x) {
  if (!constraints::scan::readable(x)) return {};
  const SuspendValidation suspended;
  try {
    Tensor log_p = p.log_prob(x);
    if (all_finite(log_p)) return log_p;
  } catch (const c10::NotImplementedError&) {
  }
  return {};
}

Draws draws_of(const Distribution& p, const Distribution& q, int64_t count,
               std::optional<Generator> generator) {
  Draws draws;
  // A draw of a discrete distribution may have a gradient, but its density is none of its value.
  const auto support = stated_support(p);
  draws.are_differentiable = p.has_rsample() && !(support && (*support)->is_discrete());
  if (draws.are_differentiable) {
    draws.x = p.rsample({count}, generator);
    draws.log_p = finite_log_density(p, draws.x);
    if (!draws.log_p.defined())
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

/// log p - log q at the draws. An infinite one, as outside the support of q, has no gradient: that of
/// a density may be NaN there.
Tensor log_ratio(const Draws& draws, const Distribution& q) {
  const SuspendValidation suspended;  // a draw outside the support of q is no error
  const Tensor ratio = draws.log_p - q.log_prob(draws.x);
  if (!constraints::scan::readable(ratio) || !finite.first_violation(ratio)) return ratio;
  const Tensor is_infinite = ratio.detach().isinf();
  const Tensor x =
      at::where(with_event(is_infinite, static_cast<int64_t>(q.event_shape().size())),
                stand_in(q, draws.x.options().dtype(floating(draws.x.scalar_type()))), draws.x);
  return at::where(is_infinite, ratio.detach(), draws.log_p - q.log_prob(x));
}

/// Adds a term of value 0 whose gradient is `ratio` times the score, the gradient of `log_p`: draws
/// without a gradient depend on the parameters of p by their density alone.
Tensor with_score(const Tensor& ratio, const Tensor& log_p) {
  if (!log_p.requires_grad()) return ratio;
  const Tensor constant = ratio.detach(), is_infinite = constant.isinf();
  const Tensor score = (log_p - log_p.detach()).masked_fill(is_infinite, 0);
  return ratio + constant.masked_fill(is_infinite, 0) * score;
}

}  // namespace

MonteCarloEstimate kl_divergence_monte_carlo(const Distribution& p, const Distribution& q,
                                             int64_t num_samples,
                                             std::optional<Generator> generator) {
  kl::require_equal_event_shapes(p, q);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, num_samples > 0,
                            "kl_divergence_monte_carlo: num_samples must be positive, got ",
                            num_samples);
  const Draws draws = draws_of(p, q, num_samples, std::move(generator));
  Tensor ratio = log_ratio(draws, q);
  if (!draws.are_differentiable) ratio = with_score(ratio, draws.log_p);
  const Tensor values = ratio.detach();
  return {ratio.mean(0), num_samples == 1
                             ? at::full_like(values[0], std::nan(""))
                             : values.std(0) / std::sqrt(static_cast<double>(num_samples))};
}

}  // namespace torch::distributions
