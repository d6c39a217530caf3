#include <torch/distributions/categorical.h>

#include <torch/distributions/core/repr.h>

#include "core/raise.h"
#include "kl/table.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/category.h"

namespace torch::distributions::kl {
namespace {

namespace f = ops::formulas;

template <class P, class Q>
Tensor sum(const Tensor& p, const Tensor& q) {
  return ops::kl_of_event<f::Kl<P, Q>>(1, p, q);
}

Tensor over_categories(const Categorical& p, const Categorical& q) {
  if (p.given_by_logits()) {
    return q.given_by_logits() ? sum<f::CategoryLogits, f::CategoryLogits>(p.logits(), q.logits())
                               : sum<f::CategoryLogits, f::Category>(p.logits(), q.probs());
  }
  return q.given_by_logits() ? sum<f::Category, f::CategoryLogits>(p.probs(), q.logits())
                             : sum<f::Category, f::Category>(p.probs(), q.probs());
}

}  // namespace

Tensor divergence(const Categorical& p, const Categorical& q) {
  TORCH_DISTRIBUTIONS_CHECK(ValueError, p.param_shape().back() == q.param_shape().back(),
                            "KL(p || q) needs as many categories in p as in q, "
                            "but their parameters have shapes ",
                            core::repr(p.param_shape()), " and ", core::repr(q.param_shape()));
  return over_categories(p, q);
}

}  // namespace torch::distributions::kl
