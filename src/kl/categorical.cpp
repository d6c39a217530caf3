#include <torch/distributions/categorical.h>

#include <torch/distributions/core/repr.h>

#include "core/raise.h"
#include "kl/rules.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/kl_categorical.h"

namespace torch::distributions::kl {
namespace {

namespace f = ops::formulas;

/// The sum of the parts of the categories.
Tensor over_categories(const Categorical& p, const Categorical& q) {
  if (p.given_by_logits()) {
    return q.given_by_logits()
               ? ops::kl_of_event<f::CategoryLogitsCategoryLogits>(1, p.logits(), q.logits())
               : ops::kl_of_event<f::CategoryLogitsCategory>(1, p.logits(), q.probs());
  }
  return q.given_by_logits() ? ops::kl_of_event<f::CategoryCategoryLogits>(1, p.probs(), q.logits())
                             : ops::kl_of_event<f::CategoryCategory>(1, p.probs(), q.probs());
}

}  // namespace

Tensor divergence(const Categorical& p, const Categorical& q) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, p.param_shape().back() == q.param_shape().back(),
                            "KL(p || q) needs as many categories in p as in q, "
                            "but their parameters have shapes ",
                            repr(p.param_shape()), " and ", repr(q.param_shape()));
  return over_categories(p, q);
}

}  // namespace torch::distributions::kl
