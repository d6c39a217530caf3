#include "ops/binomial_entropy.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "ops/constants.h"
#include "ops/evaluate.h"
#include "ops/formulas/binomial.h"
#include "ops/plain.h"

namespace torch::distributions::ops {

using at::Tensor;

Tensor binomial_entropy_sum(const Tensor& n, const Tensor& p) {
  // All but a double's rounding of the probability lies within this many counts below and above the
  // mean.
  constexpr int64_t kReachBelow = 110, kReachAbove = 153;
  const Tensor lowest = (n * p).detach().floor().sub(kReachBelow).clamp_min(0);
  at::DimVector shape(static_cast<std::size_t>(lowest.dim()) + 1, 1);
  shape[0] = kReachBelow + kReachAbove + 1;
  // Few trials have few counts. Elsewhere than on the CPU, asking costs more than it saves.
  if (is_plain(n) && is_unobserved() && n.numel() > 0) {
    const double counts = n.max().item<double>() + 1;
    if (counts >= 1 && counts < static_cast<double>(shape[0]))
      shape[0] = static_cast<int64_t>(counts);
  }
  const Tensor k = lowest + at::arange(shape[0], n.options()).view(shape);
  const auto log_prob = [](const Tensor& trials, const Tensor& prob, const Tensor& count) {
    return log_prob_of_event<formulas::Binomial>(/*dims=*/0, trials, prob, count);
  };
  // A count whose probability underflows adds nothing, and an infinite derivative would spread.
  const Tensor possible = log_prob(n.detach(), p.detach(), k).exp() > 0;
  const Tensor logs = log_prob(n, at::where(possible, p, 0.5), at::where(possible, k, 0.0));
  return 0.0 - at::where(possible, logs.exp() * logs, 0.0).sum(0);
}

}  // namespace torch::distributions::ops
