#include <torch/distributions/binomial.h>

#include "kl/rules.h"
#include "kl/table.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kl_bernoulli.h"

namespace torch::distributions::kl {

namespace f = ops::formulas;

Tensor divergence(const Binomial& p, const Binomial& q) {
  const Tensor &n_p = p.total_count(), &n_q = q.total_count();
  if (!n_p.is_meta() && n_p.lt(n_q).any().item<bool>()) {
    not_implemented(p, q, "the total_count of q exceeds that of p");
  }
  if (p.given_by_logits()) {
    return q.given_by_logits()
               ? ops::kl<f::BinomialLogitsBinomialLogits>(n_p, p.logits(), n_q, q.logits())
               : ops::kl<f::BinomialLogitsBinomial>(n_p, p.logits(), n_q, q.probs());
  }
  return q.given_by_logits() ? ops::kl<f::BinomialBinomialLogits>(n_p, p.probs(), n_q, q.logits())
                             : ops::kl<f::BinomialBinomial>(n_p, p.probs(), n_q, q.probs());
}

}  // namespace torch::distributions::kl
