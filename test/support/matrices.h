#pragma once

#include <ATen/ATen.h>

namespace torch::distributions::test {

/// Random symmetric matrices `[count, n, n]` that are singular but for rounding: some have a Cholesky
/// factor in double, in their own dtype, in both or in neither.
inline at::Tensor nearly_singular(int64_t count, int64_t n, at::ScalarType dtype) {
  at::Tensor b = at::randn({count, n, n - 1}, dtype == at::kDouble ? at::kDouble : at::kFloat);
  // So few digits that their products are exact in half.
  if (dtype == at::kHalf || dtype == at::kBFloat16) b = b.mul(4).round().clamp(-6, 6).div(4);
  const at::Tensor x = b.matmul(b.mT()).to(dtype);
  return x.tril() + x.tril(-1).mT();
}

/// Whether LibTorch finds a Cholesky factor in the dtype of the matrices, or in float for half.
inline at::Tensor has_own_factor(const at::Tensor& x) {
  const auto dtype = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  return std::get<1>(at::linalg_cholesky_ex(x.to(dtype))) == 0;
}

}  // namespace torch::distributions::test
