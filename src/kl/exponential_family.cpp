#include <torch/distributions/core/exponential_family.h>

#include "kl/table.h"
#include "ops/special/rounding.h"
#include "ops/special/tensor_scalar.h"

namespace torch::distributions::kl {

/// The Bregman divergence of the log normalizer between the natural parameters of `q` and of `p`.
Tensor divergence(const ExponentialFamily& p, const ExponentialFamily& q) {
  if (p.type() != q.type()) not_implemented(p, q, "they are different exponential families");
  require_equal_event_shapes(p, q);
  const std::vector<Tensor> natural_p = p.natural_params(), natural_q = q.natural_params();
  const std::vector<Tensor> mean_p = core::mean_params(p, natural_p);
  Tensor divergence = q.log_normalizer(natural_q) - p.log_normalizer(natural_p);
  const auto event_dim = static_cast<int64_t>(p.event_shape().size());
  for (std::size_t i = 0; i < natural_p.size(); ++i) {
    Tensor term = (natural_q[i] - natural_p[i]) * mean_p[i];
    if (event_dim > 0) term = term.flatten(-event_dim).sum(-1);
    divergence = divergence - term;
  }
  return ops::special::nonnegative(divergence);
}

}  // namespace torch::distributions::kl
