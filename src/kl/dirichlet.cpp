#include <torch/distributions/dirichlet.h>

#include "kl/rules.h"
#include "kl/table.h"
#include "ops/evaluate.h"
#include "ops/formulas/dirichlet.h"
#include "ops/special/bregman.h"
#include "ops/total.h"

namespace torch::distributions::kl {
namespace {

using Component = ops::formulas::DirichletComponent;

/// The sum over components. The total has grown to `ratio`, by `growth`.
Tensor over_components(bool of_doubles, const Tensor& a, const Tensor& b, const Tensor& growth,
                       const Tensor& ratio) {
  if (!of_doubles) return ops::kl_of_event<Component>(1, a, b, growth, ratio);
  // The kernel has the digits of a float.
  const auto divergence = [](const auto&... inputs) { return Component::kl(inputs...); };
  return ops::evaluate(/*in_double=*/true, divergence, a, b, growth, ratio).sum(-1);
}

}  // namespace

Tensor divergence(const Dirichlet& p, const Dirichlet& q) {
  require_equal_event_shapes(p, q);
  const Tensor &a = p.concentration(), &b = q.concentration();
  // One category has all in both.
  if (p.event_shape().front() <= 1) return (0 * a + 0 * b).sum(-1);
  const auto dtype = at::result_type(a, b);
  const bool of_doubles = dtype == at::kDouble;
  const Tensor total_a = ops::total(a), total_b = ops::total(b);
  // A total of floats is as good as exact.
  const Tensor difference = of_doubles ? (b - a).sum(-1, /*keepdim=*/true) : total_b - total_a;
  const Tensor growth = difference / total_a, ratio = total_b / total_a;
  return ops::special::nonnegative(over_components(of_doubles, a, b, growth, ratio) -
                                   over_components(of_doubles, total_a, total_b, growth, ratio))
      .to(dtype);
}

}  // namespace torch::distributions::kl
