#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

#include <array>
#include <concepts>
#include <vector>

#include <torch/distributions/core/param.h>

namespace torch::distributions {

/// The Euler-Mascheroni constant.
inline constexpr double euler_constant = 0.57721566490153286060;

/// Broadcasts tensors and numbers with each other. Numbers take the tensors' dtype and device.
TORCH_DISTRIBUTIONS_API std::vector<Tensor> broadcast_all(const std::vector<Param>& values);

/// Overload for structured bindings: `auto [loc, scale] = broadcast_all(loc, 1.0)`.
template <std::convertible_to<Param>... Values>
std::array<Tensor, sizeof...(Values)> broadcast_all(const Values&... values) {
  const std::vector<Tensor> tensors = broadcast_all(std::vector<Param>{Param(values)...});
  std::array<Tensor, sizeof...(Values)> result;
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = tensors[i];
  return result;
}

/// Converts logits to probabilities: by sigmoid if `is_binary`, when each logit is a log-odds, else
/// by softmax along the last dimension.
TORCH_DISTRIBUTIONS_API Tensor logits_to_probs(const Tensor& logits, bool is_binary = false);

/// Clamps probabilities to [eps, 1 - eps] with the epsilon of the dtype.
TORCH_DISTRIBUTIONS_API Tensor clamp_probs(const Tensor& probs);

/// Converts probabilities, after `clamp_probs`, to logits: log p - log(1 - p) if `is_binary`, else
/// log p.
TORCH_DISTRIBUTIONS_API Tensor probs_to_logits(const Tensor& probs, bool is_binary = false);

/// The entries of each matrix on and below its `diag`-th diagonal, row by row: shape `[..., D, D]`
/// becomes `[..., N]`.
/// \throws c10::ValueError if the matrices are not square or have no such diagonal.
TORCH_DISTRIBUTIONS_API Tensor tril_matrix_to_vec(const Tensor& mat, int64_t diag = 0);

/// The inverse of `tril_matrix_to_vec`, with zeros above the diagonal.
/// \throws c10::ValueError if no square matrix has this number of entries there.
TORCH_DISTRIBUTIONS_API Tensor vec_to_tril_matrix(const Tensor& vec, int64_t diag = 0);

}  // namespace torch::distributions
