#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// The entropy of Binomial(n, p), doubles that broadcast, for a variance below that of the
/// asymptotic series: the sum over counts, by tensor operations.
at::Tensor binomial_entropy_sum(const at::Tensor& n, const at::Tensor& p);

}  // namespace torch::distributions::ops
