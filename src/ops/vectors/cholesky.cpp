#include "ops/vectors/cholesky.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "core/float_limits.h"

namespace torch::distributions::ops {

using at::Tensor;

namespace {

Tensor diagonal_part(const Tensor& matrices) {
  return matrices.diagonal(0, -2, -1).diag_embed(0, -2, -1);
}

Tensor off_diagonal_part(const Tensor& matrices) { return matrices.tril(-1) + matrices.triu(1); }

}  // namespace

Tensor symmetrized(const Tensor& matrices) { return 0.5 * matrices + 0.5 * matrices.mT(); }

Cholesky cholesky_in_double(const Tensor& matrices) {
  auto [factor, info] = at::linalg_cholesky_ex(matrices.to(at::kDouble));
  return {std::move(factor), info == 0};
}

Tensor rounded_to_positive_definite(const Tensor& matrices, at::ScalarType dtype) {
  if (matrices.numel() == 0) return matrices.to(dtype);
  const FloatLimits limits = float_limits(dtype);
  const int64_t n = matrices.size(-1);
  const Tensor in_range = matrices.clamp(-limits.largest, limits.largest);
  const Tensor diagonal = diagonal_part(in_range.clamp_min(limits.least_normal)).to(dtype);
  const Tensor result = (diagonal + off_diagonal_part(in_range.to(dtype))).reshape({-1, n, n});
  // With the unit diagonal D^-1/2 X D^-1/2, shrinking by s raises every eigenvalue l to
  // l + s (1 - l). Rounding lowers it by about n eps at most.
  double kept = 1;
  for (double shrink = static_cast<double>(n) * limits.epsilon; kept > 0; shrink *= 4) {
    const Tensor bad = cholesky_in_double(result)
                           .exists.logical_or(result.isnan().flatten(-2).any(-1))
                           .logical_not();
    const Tensor rows = bad.nonzero().squeeze(-1);
    if (rows.numel() == 0) break;
    kept = std::max(1 - shrink, 0.0);
    const Tensor of_bad = result.index_select(0, rows);
    const Tensor shrunk = (of_bad.to(at::kDouble) * kept).to(dtype);
    result.index_copy_(0, rows, diagonal_part(of_bad) + off_diagonal_part(shrunk));
  }
  return result.reshape(matrices.sizes());
}

}  // namespace torch::distributions::ops
