#include <torch/distributions/binomial.h>

#include "kl/by_formula.h"
#include "kl/table.h"
#include "ops/formulas/binomial.h"

namespace torch::distributions::kl {

Tensor divergence(const Binomial& p, const Binomial& q) {
  const Tensor& trials = p.total_count();
  if (!trials.is_meta() && trials.lt(q.total_count()).any().item<bool>()) {
    not_implemented(p, q, "the total_count of q exceeds that of p");
  }
  return by_formula<ops::formulas::Binomial, ops::formulas::Binomial>(p, q);
}

}  // namespace torch::distributions::kl
