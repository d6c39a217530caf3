#include <torch/distributions/normal.h>

#include "kl/rules.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/normal.h"

namespace torch::distributions::kl {

Tensor divergence(const Normal& p, const Normal& q) {
  return ops::kl<ops::formulas::NormalNormal>(p.loc(), p.scale(), q.loc(), q.scale());
}

}  // namespace torch::distributions::kl
