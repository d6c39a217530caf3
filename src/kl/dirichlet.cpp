#include <torch/distributions/dirichlet.h>

#include "kl/rules.h"
#include "kl/table.h"
#include "ops/special/bregman.h"

namespace torch::distributions::kl {

using ops::special::deviance;
using ops::special::stirling_divergence;

/// As for `Beta`: deviances of the concentrations from their shares of the total, and what
/// Stirling's formula leaves of the divergences of lgamma. In double, where that of the total
/// cancels.
Tensor divergence(const Dirichlet& p, const Dirichlet& q) {
  require_equal_event_shapes(p, q);
  const Tensor a = p.concentration().to(at::kDouble), b = q.concentration().to(at::kDouble);
  const Tensor d = b - a;
  const Tensor total_a = a.sum(-1, /*keepdim=*/true), total_b = b.sum(-1, /*keepdim=*/true);
  const Tensor total_d = d.sum(-1, /*keepdim=*/true);
  const Tensor expected = a * (total_b / total_a), growth = a * (total_d / total_a);
  // From the differences of the parameters, unless those are the larger numbers.
  const Tensor excess = at::where(d.abs() + growth.abs() < b + expected, d - growth, b - expected);
  const Tensor parts = deviance(b, expected, excess) + stirling_divergence(b, a, d);
  const Tensor total = stirling_divergence(total_b, total_a, total_d).squeeze(-1);
  return ops::special::nonnegative(parts.sum(-1) - total)
      .to(at::result_type(p.concentration(), q.concentration()));
}

}  // namespace torch::distributions::kl
