#include "ops/vectors/lkj_cholesky.h"

#include <ATen/ATen.h>

#include "ops/engine/evaluate.h"
#include "ops/formulas/lkj_cholesky.h"

namespace torch::distributions::ops {

using at::Tensor;

Tensor lkj_cholesky_log_prob(const Tensor& concentration, const Tensor& factor) {
  const Tensor eta = concentration.unsqueeze(-1);
  // Half types do not represent the numbers of all rows.
  const bool is_half = c10::elementSize(eta.scalar_type()) < 4;
  const Tensor below = at::arange(factor.size(-1) - 2, -1, -1,
                                  is_half ? eta.options().dtype(at::kFloat) : eta.options());
  return log_prob_of_event<formulas::LKJCholeskyRow>(1, eta, below,
                                                     factor.diagonal(0, -2, -1).slice(-1, 1));
}

}  // namespace torch::distributions::ops
