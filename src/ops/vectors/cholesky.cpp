#include "ops/vectors/cholesky.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <initializer_list>
#include <tuple>

#include "core/float_limits.h"
#include "ops/tensor/plain.h"

namespace torch::distributions::ops {

using at::Tensor;

namespace {

Tensor diagonal_part(const Tensor& matrices) {
  return matrices.diagonal(0, -2, -1).diag_embed(0, -2, -1);
}

Tensor off_diagonal_part(const Tensor& matrices) { return matrices.tril(-1) + matrices.triu(1); }

/// The dtype in which LibTorch factors such a matrix.
at::ScalarType own_dtype(const Tensor& matrices) {
  const auto dtype = matrices.scalar_type();
  return dtype == at::kDouble || !at::isFloatingType(dtype) ? at::kDouble : at::kFloat;
}

/// The first factor that exists for each matrix.
Cholesky first_factor(std::initializer_list<Tensor> forms) {
  Cholesky result;
  for (const Tensor& form : forms) {
    const Tensor succeeds = std::get<1>(at::linalg_cholesky_ex(form.detach())) == 0;
    // The derivatives of a factorisation that failed would be NaN.
    const Tensor eye = at::eye(form.size(-1), form.options());
    const Tensor factor = std::get<0>(at::linalg_cholesky_ex(at::where(
                                          succeeds.unsqueeze(-1).unsqueeze(-1), form, eye)))
                              .to(at::kDouble);
    if (!result.factor.defined()) {
      result = {factor, succeeds};
      continue;
    }
    result.factor = at::where(result.exists.unsqueeze(-1).unsqueeze(-1), result.factor, factor);
    result.exists = result.exists.logical_or(succeeds);
  }
  return result;
}

}  // namespace

bool Cholesky::is_complete() const {
  if (exists.is_meta() || !is_unobserved()) return true;
  if (!is_plain(exists) || !exists.is_contiguous()) return exists.all().item<bool>();
  const bool* const first = exists.const_data_ptr<bool>();
  return std::all_of(first, first + exists.numel(), [](bool one) { return one; });
}

Tensor symmetrized(const Tensor& matrices) { return 0.5 * matrices + 0.5 * matrices.mT(); }

Cholesky cholesky_in_double(const Tensor& matrices) {
  auto [factor, info] = at::linalg_cholesky_ex(matrices.to(at::kDouble));
  return {std::move(factor), info == 0};
}

Cholesky cholesky(const Tensor& preferred, const Tensor& given) {
  Cholesky usual = cholesky_in_double(preferred);
  if (usual.is_complete()) return usual;
  const Tensor wide = given.to(at::kDouble);
  return first_factor({preferred, wide, symmetrized(wide), given.to(own_dtype(given))});
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
