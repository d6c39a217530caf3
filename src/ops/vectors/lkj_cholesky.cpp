#include "ops/vectors/lkj_cholesky.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

#include "ops/special/half_step_remainder.h"
#include "ops/special/tensor_scalar.h"

namespace torch::distributions::ops {

using at::Tensor;

// With x_j = eta + j/2, the row that has j rows below it contributes, by its k = d - 1 - j elements
// before the diagonal,
//   2 (x_j - 1) log L_ii + lgamma(x_j + k/2) - lgamma(x_j) - k/2 log(pi).
// The difference of lgamma is the sum over k half steps from x_j on. A half step from x_j occurs in
// j + 1 rows, and is log(x_j)/2 + half_step_remainder(x_j), so that nothing large cancels.
Tensor lkj_cholesky_log_prob(const Tensor& concentration, const Tensor& factor) {
  const Tensor eta = concentration.to(at::kDouble).unsqueeze(-1);
  const Tensor j = at::arange(factor.size(-1) - 1, eta.options());
  // The diagonal from its last element up to the second.
  const Tensor diagonal = factor.to(at::kDouble).diagonal(0, -2, -1).slice(-1, 1).flip(-1);
  const Tensor log_density = ((2 * eta + (j - 2)) * diagonal.log()).sum(-1);
  const Tensor x = eta + 0.5 * j;
  const Tensor log_half_step =
      0.5 * (x.log() - std::log(std::numbers::pi)) + special::half_step_remainder(x);
  return log_density + ((j + 1) * log_half_step).sum(-1);
}

}  // namespace torch::distributions::ops
