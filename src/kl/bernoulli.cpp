#include <torch/distributions/bernoulli.h>

#include "kl/rules.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kl_bernoulli.h"

namespace torch::distributions::kl {

namespace f = ops::formulas;

Tensor divergence(const Bernoulli& p, const Bernoulli& q) {
  if (p.given_by_logits()) {
    return q.given_by_logits() ? ops::kl<f::BernoulliLogitsBernoulliLogits>(p.logits(), q.logits())
                               : ops::kl<f::BernoulliLogitsBernoulli>(p.logits(), q.probs());
  }
  return q.given_by_logits() ? ops::kl<f::BernoulliBernoulliLogits>(p.probs(), q.logits())
                             : ops::kl<f::BernoulliBernoulli>(p.probs(), q.probs());
}

}  // namespace torch::distributions::kl
