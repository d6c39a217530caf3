#include <torch/distributions/dirichlet.h>

#include "kl/table.h"
#include "ops/vectors/dirichlet.h"

namespace torch::distributions::kl {

Tensor divergence(const Dirichlet& p, const Dirichlet& q) {
  require_equal_event_shapes(p, q);
  return ops::dirichlet_kl(p.concentration(), q.concentration());
}

}  // namespace torch::distributions::kl
