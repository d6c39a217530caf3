#include <algorithm>

#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/transformed_distribution.h>

#include "kl/composite.h"
#include "kl/table.h"
#include "ops/tensor/sum_rightmost.h"
#include "transforms/image.h"

namespace torch::distributions::kl {

FlatIndependent::FlatIndependent(const Independent& d)
    : base(d.base_dist()), dims(d.reinterpreted_batch_ndims()) {
  while (base->type().id == typeid(Independent)) {
    const DistributionPtr outer = base;
    const auto& inner = static_cast<const Independent&>(*outer);
    dims += inner.reinterpreted_batch_ndims();
    base = inner.base_dist();
  }
}

/// The divergence of p and q without the reinterpreted dimensions that both have in common, summed
/// over these dimensions.
Tensor divergence(const Independent& p, const Independent& q) {
  require_equal_event_shapes(p, q);
  const FlatIndependent flat_p(p), flat_q(q);
  const int64_t shared = std::min(flat_p.dims, flat_q.dims);
  const auto stripped = [shared](const FlatIndependent& d) -> DistributionPtr {
    if (d.dims == shared) return d.base;
    return Independent(d.base, d.dims - shared, /*validate_args=*/false);
  };
  return ops::sum_rightmost(kl_divergence(stripped(flat_p), stripped(flat_q)), shared);
}

/// A transform that both have in common does not change the divergence.
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
