#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

/// Draws of categories by their weights.
namespace torch::distributions::ops {

using at::Generator;
using at::Tensor;

/// Whether categories have weights that need not sum to 1, or normalized log-probabilities.
enum class Weights : char { kProbs, kLogits };

/// `count` categories for each vector along the last dimension of `weights`. The shape is `[count]`
/// + the other dimensions. Weights are summed in double, so that rare categories are drawn as often
/// as they should be. A category of weight 0 is never drawn.
///
/// On the CPU the stream is that of `at::multinomial` with replacement, for up to 2^24 categories.
Tensor sample_categorical(const Tensor& weights, Weights form, int64_t count,
                          std::optional<Generator> generator);

}  // namespace torch::distributions::ops
