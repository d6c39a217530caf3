#include <torch/distributions/categorical.h>

#include <torch/distributions/core/repr.h>

#include "kl/rules.h"
#include "ops/evaluate.h"
#include "ops/formulas/kl_categorical.h"

namespace torch::distributions::kl {
namespace {

namespace f = ops::formulas;

/// The part of each category.
Tensor parts(const Categorical& p, const Categorical& q) {
  if (p.given_by_logits()) {
    return q.given_by_logits() ? ops::kl<f::CategoryLogitsCategoryLogits>(p.logits(), q.logits())
                               : ops::kl<f::CategoryLogitsCategory>(p.logits(), q.probs());
  }
  return q.given_by_logits() ? ops::kl<f::CategoryCategoryLogits>(p.probs(), q.logits())
                             : ops::kl<f::CategoryCategory>(p.probs(), q.probs());
}

}  // namespace

Tensor divergence(const Categorical& p, const Categorical& q) {
  TORCH_CHECK_VALUE(p.param_shape().back() == q.param_shape().back(),
                    "KL(p || q) needs as many categories in p as in q, "
                    "but their parameters have shapes ",
                    repr(p.param_shape()), " and ", repr(q.param_shape()));
  return parts(p, q).sum(-1);
}

}  // namespace torch::distributions::kl
