#include <algorithm>

#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/transformed_distribution.h>

#include "core/raise.h"
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

Tensor divergence_of_parts(const Distribution& p, const Distribution& q, const Distribution& part_p,
                           const Distribution& part_q) {
  try {
    return kl_divergence(part_p, part_q);
  } catch (const c10::NotImplementedError& error) {
    raise<c10::NotImplementedError>(without_rule(p, q), ", since there is none for their parts. ",
                                    error.what_without_backtrace());
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
  const DistributionPtr rest_p = stripped(flat_p), rest_q = stripped(flat_q);
  return ops::sum_rightmost(divergence_of_parts(p, q, rest_p, rest_q), shared);
}

/// A bijective transform that both have in common does not change the divergence. One that is not
/// bijective may make it smaller.
Tensor divergence(const TransformedDistribution& p, const TransformedDistribution& q) {
  const std::vector<TransformPtr> of_p = flattened(p.transforms()),
                                  of_q = flattened(q.transforms());
  const auto equal = [](const TransformPtr& a, const TransformPtr& b) { return *a == *b; };
  if (!std::equal(of_p.begin(), of_p.end(), of_q.begin(), of_q.end(), equal)) {
    not_implemented(p, q, "their transforms differ");
  }
  if (p.event_shape() != q.event_shape()) not_implemented(p, q, "their event shapes differ");
  if (!std::all_of(of_p.begin(), of_p.end(), [](const auto& t) { return t->bijective(); })) {
    not_implemented(p, q, "their transforms are not bijective");
  }
  return divergence_of_parts(p, q, p.base_dist(), q.base_dist());
}

}  // namespace torch::distributions::kl
