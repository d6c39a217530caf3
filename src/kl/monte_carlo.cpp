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

/// Whether all elements are finite. False, too, if they cannot be read.
bool is_known_to_be_finite(const Tensor& t) {
  return constraints::scan::readable(t) && all_finite(t);
}

/// The draws x, with one of the support of d where `is_usual` is false.
Tensor usual_draws(const Distribution& d, const Tensor& x, const Tensor& is_usual) {
  return at::where(with_event(is_usual, static_cast<int64_t>(d.event_shape().size())), x,
                   stand_in(d, x.options().dtype(floating(x.scalar_type()))));
}

/// log p at the draws x themselves, since q is evaluated there: the difference to `scored`, the
/// log density before a draw was rounded, may be larger than the divergence. Where x has no density,
/// as where tanh is rounded to 1, or none is implemented, it is `scored`.
Tensor log_density(const Distribution& p, const Tensor& x, const Tensor& scored) {
  if (x.is_meta()) return scored;
  const SuspendValidation suspended;
  try {
    const Tensor log_p = p.log_prob(x);
    if (is_known_to_be_finite(log_p)) return log_p;
    // Elsewhere the gradient of the density may be NaN.
    const Tensor is_finite = log_p.detach().isfinite();
    return at::where(is_finite, p.log_prob(usual_draws(p, x, is_finite)), scored);
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

/// log p - log q at the draws. An infinite one, as outside the support of q, has no gradient: that of
/// a density may be NaN there.
Tensor log_ratio(const Draws& draws, const Distribution& q) {
  const SuspendValidation suspended;  // a draw outside the support of q is no error
  const Tensor ratio = draws.log_p - q.log_prob(draws.x);
  if (ratio.is_meta() || is_known_to_be_finite(ratio)) return ratio;
  const Tensor is_infinite = ratio.detach().isinf();
  const Tensor x = usual_draws(q, draws.x, is_infinite.logical_not());
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

/// The standard error of the mean over the first dimension; NaN for a single number. LibTorch warns
/// of the deviation of an empty batch, and has none of meta tensors.
Tensor standard_error(const Tensor& values) {
  const int64_t count = values.size(0);
  if (count == 1 || values.numel() == 0 || values.is_meta())
    return at::full_like(values[0], std::nan(""));
  return values.std(0) / std::sqrt(static_cast<double>(count));
}

}  // namespace

MonteCarloEstimate kl_divergence_monte_carlo(const Distribution& p, const Distribution& q,
                                             int64_t num_samples,
                                             std::optional<Generator> generator) {
  kl::require_equal_event_shapes(p, q);
  kl::require_broadcastable_batches(p, q);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, num_samples > 0,
                            "kl_divergence_monte_carlo: num_samples must be positive, got ",
                            num_samples);
  const Draws draws = draws_of(p, q, num_samples, std::move(generator));
  Tensor ratio = log_ratio(draws, q);
  if (!draws.are_differentiable) ratio = with_score(ratio, draws.log_p);
  return {ratio.mean(0), standard_error(ratio.detach())};
}

}  // namespace torch::distributions
