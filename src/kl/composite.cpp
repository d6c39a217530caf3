#include <algorithm>

#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/transformed_distribution.h>

#include "kl/rules.h"
#include "kl/table.h"
#include "transforms/image.h"

namespace torch::distributions::kl {

/// Sums the divergence of what remains when both are stripped of the reinterpreted dimensions that
/// they have in common.
Tensor divergence(const Independent& p, const Independent& q) {
  require_equal_event_shapes(p, q);
  const int64_t shared = std::min(p.reinterpreted_batch_ndims(), q.reinterpreted_batch_ndims());
  const auto stripped = [shared](const Independent& d) -> DistributionPtr {
    const int64_t rest = d.reinterpreted_batch_ndims() - shared;
    if (rest == 0) return d.base_dist();
    return Independent(d.base_dist(), rest, /*validate_args=*/false);
  };
  const Tensor divergence = kl_divergence(stripped(p), stripped(q));
  return shared == 0 ? divergence : divergence.flatten(-shared).sum(-1);
}

/// The transforms in common change nothing.
Tensor divergence(const TransformedDistribution& p, const TransformedDistribution& q) {
  const std::vector<TransformPtr> of_p = flattened(p.transforms()),
                                  of_q = flattened(q.transforms());
  const auto equal = [](const TransformPtr& a, const TransformPtr& b) { return *a == *b; };
  if (!std::equal(of_p.begin(), of_p.end(), of_q.begin(), of_q.end(), equal)) {
    not_implemented(p, q, "their transforms differ");
  }
  if (p.event_shape() != q.event_shape()) not_implemented(p, q, "their event shapes differ");
  return kl_divergence(p.base_dist(), q.base_dist());
}

}  // namespace torch::distributions::kl
