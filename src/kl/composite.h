#pragma once

#include <torch/distributions/independent.h>

namespace torch::distributions::kl {

/// Nested `Independent`s as a single one: the last `dims` batch dimensions of `base` belong to the
/// event.
struct FlatIndependent {
  explicit FlatIndependent(const Independent& d);

  DistributionPtr base;
  int64_t dims;
};

/// The divergence of parts of p and q. If it has no rule, the error names p and q as well.
Tensor divergence_of_parts(const Distribution& p, const Distribution& q, const Distribution& part_p,
                           const Distribution& part_q);

}  // namespace torch::distributions::kl
