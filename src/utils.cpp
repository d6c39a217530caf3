#include <torch/distributions/utils.h>

#include <ATen/ops/broadcast_tensors.h>
#include <ATen/ops/tril_indices.h>

#include <algorithm>
#include <cmath>

#include "core/float_limits.h"
#include "core/raise.h"
#include "core/shape.h"

namespace torch::distributions {
namespace {

/// Positions, in a flat n x n matrix, of the entries on and below its `diag`-th diagonal, row by
/// row.
Tensor tril_positions(int64_t n, int64_t diag, const Tensor& like) {
  const Tensor indices = at::tril_indices(n, n, diag, like.options().dtype(at::kLong));
  return indices[0] * n + indices[1];
}

/// The number of `tril_positions`. The squares of `n` and `diag` must not overflow.
int64_t tril_size(int64_t n, int64_t diag) {
  const int64_t rows = std::clamp<int64_t>(n + diag, 0, n);     // rows with such an entry
  const int64_t cut = std::clamp<int64_t>(n - 1 - diag, 0, n);  // rows that also have others
  return diag < 0 ? rows * (rows + 1) / 2 : n * n - cut * (cut + 1) / 2;
}

/// The inverse of `tril_size`: the n for which `tril_size(n, diag)` is `size`. It is the root of a
/// quadratic equation, not necessarily an integer, and possibly too large for int64_t.
double tril_order(double size, double diag) {
  if (diag < 0) return (std::sqrt(8 * size + 1) - 1) / 2 - diag;
  const double b = 1 + 2 * diag;
  return (std::sqrt(b * b + 8 * size + 4 * diag * (diag + 1)) - b) / 2;
}

}  // namespace

std::vector<Tensor> broadcast_all(const std::vector<Param>& values) {
  TensorOptions options = core::common_options({});
  for (const Param& value : values) {
    if (!value.is_tensor()) continue;
    options = core::common_options({&value});
    if (value.tensor().is_floating_point()) break;
  }
  std::vector<Tensor> tensors;
  tensors.reserve(values.size());
  for (const Param& value : values) {
    core::require_numbers("broadcast_all", "values", value);
    tensors.push_back(value.tensor(options));
  }
  return at::broadcast_tensors(tensors);
}

Tensor logits_to_probs(const Tensor& logits, bool is_binary) {
  core::require_numbers("logits_to_probs", "logits", logits);
  return is_binary ? logits.sigmoid() : logits.softmax(-1);
}

Tensor clamp_probs(const Tensor& probs) {
  core::require_numbers("clamp_probs", "probs", probs);
  const double eps = float_limits(probs.scalar_type()).epsilon;
  return probs.clamp(eps, 1 - eps);
}

Tensor probs_to_logits(const Tensor& probs, bool is_binary) {
  core::require_numbers("probs_to_logits", "probs", probs);
  const Tensor clamped = clamp_probs(probs);
  return is_binary ? clamped.log() - clamped.neg().log1p() : clamped.log();
}

Tensor tril_matrix_to_vec(const Tensor& mat, int64_t diag) {
  core::require_numbers("tril_matrix_to_vec", "mat", mat);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, mat.dim() >= 2 && mat.size(-1) == mat.size(-2),
                            "Expected square matrices, got shape ", mat.sizes());
  const int64_t n = mat.size(-1);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, -n <= diag && diag < n, "diag (", diag,
                            ") provided is outside [", -n, ", ", n - 1, "].");
  const Tensor flat = mat.flatten(-2);
  // LibTorch has no meta kernel for `tril_indices`.
  if (mat.is_meta()) return flat.narrow(-1, 0, tril_size(n, diag));
  return flat.index_select(-1, tril_positions(n, diag, mat));
}

Tensor vec_to_tril_matrix(const Tensor& vec, int64_t diag) {
  core::require_numbers("vec_to_tril_matrix", "vec", vec);
  TORCH_DISTRIBUTIONS_CHECK(ValueError, vec.dim() >= 1, "Expected vectors, got a number");
  constexpr double kLargest = 3037000499;  // the largest number whose square is an int64_t
  const int64_t size = vec.size(-1);
  const double order = std::round(tril_order(static_cast<double>(size), static_cast<double>(diag)));
  const auto n = static_cast<int64_t>(std::min(order, kLargest));
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError,
      order <= kLargest && std::abs(static_cast<double>(diag)) <= kLargest &&
          std::abs(static_cast<double>(diag)) <= order && tril_size(n, diag) == size,
      "The size of last dimension is ", size,
      " which cannot be expressed as the lower triangular part of a square D x D matrix.");
  std::vector<int64_t> shape = vec.sizes().vec();
  shape.back() = n * n;
  require_sizes("vec_to_tril_matrix", "the matrices' shape", shape);
  Tensor flat = vec.new_zeros(shape);
  if (!vec.is_meta()) flat = flat.index_copy(-1, tril_positions(n, diag, vec), vec);
  shape.back() = n;
  shape.push_back(n);
  return flat.view(shape);
}

}  // namespace torch::distributions
