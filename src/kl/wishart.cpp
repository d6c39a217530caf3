#include <torch/distributions/wishart.h>

#include "kl/table.h"
#include "ops/tensor/unexpanded.h"
#include "ops/vectors/wishart.h"

namespace torch::distributions::kl {

Tensor divergence(const Wishart& p, const Wishart& q) {
  require_equal_event_shapes(p, q);
  const auto covariance = [](const Wishart& d) {
    return ops::DenseCovariance(ops::unexpanded(d.scale_tril(), 2).to(at::kDouble));
  };
  const auto dtype = at::promote_types(p.df().scalar_type(), q.df().scalar_type());
  return ops::wishart_kl(p.df().to(at::kDouble), covariance(p), q.df().to(at::kDouble),
                         covariance(q), dtype == at::kDouble)
      .to(dtype);
}

}  // namespace torch::distributions::kl
