#include "ops/vectors/log_sum.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/float_limits.h"
#include "ops/special/constants.h"
#include "ops/vectors/weighted_rows.h"

namespace torch::distributions::ops {
namespace {

using at::Tensor;
using engine::RowKernels;

// The kernels do the same operations.
template <bool are_logs>
Tensor composed(const Tensor& x, const Tensor& weights, const Tensor& /*number*/) {
  const Tensor log_weights = are_logs ? weights.detach() : weights.detach().log();
  const Tensor largest = (x.detach() + log_weights)
                             .masked_fill(log_weights == -kInfinity, -kInfinity)
                             .amax(-1, /*keepdim=*/true);
  // x - largest is NaN if both are infinite, and inf only for a term of weight 0. Both become 0.
  const Tensor relative = (x - largest).nan_to_num(/*nan=*/0, /*posinf=*/0, -kInfinity);
  const double most = -std::log(float_limits(x.scalar_type()).least_normal);
  const Tensor terms =
      are_logs ? (relative + weights).exp() : relative.clamp_max(most).exp() * weights;
  // If the weight of an infinite term underflows, the sum is 0, but the density is infinite.
  const Tensor sum = terms.sum(-1), size = largest.squeeze(-1);
  return sum.masked_fill((sum == 0).logical_and(size == kInfinity), 1).log() + size;
}

constexpr RowFunction kOfWeights{"LogSum", &RowKernels::log_sum, &RowKernels::log_sum_backward,
                                 composed<false>};
constexpr RowFunction kOfLogs{"LogSum", &RowKernels::log_sum_of_logs,
                              &RowKernels::log_sum_of_logs_backward, composed<true>};

}  // namespace

Tensor log_sum(const Tensor& x, const Tensor& weights, bool are_logs) {
  return evaluate_rows(are_logs ? kOfLogs : kOfWeights, x, weights);
}

}  // namespace torch::distributions::ops
