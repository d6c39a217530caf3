#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

/// Draws of counts.
namespace torch::distributions::ops {

using at::Generator;
using at::Tensor;

/// A draw of Poisson(rate) for each element, in the dtype of `rate`. On the CPU the stream is that
/// of `at::poisson`. Its 64-bit integers overflow for large rates, and its arithmetic fails long
/// before, so that draws of large rates are rounded normal draws. NaN if the rate is infinite.
Tensor sample_poisson(const Tensor& rate, std::optional<Generator> generator);

/// How many of `count` draws fall in each category, for each vector along the last dimension of
/// `probs`, which need not sum to 1. Both broadcast to the batch of `shape`, which includes the
/// categories. A category of weight 0 gets none. Counts that `dtype` cannot represent are rounded
/// down, so that they do not add up to more. NaN if `count` is no count, or the weights are not
/// finite, negative or all 0.
///
/// A few draws are made one by one. Of many, binomial variables take the share of each category, so
/// K categories take K - 1 of them.
Tensor sample_multinomial(const Tensor& count, const Tensor& probs, at::IntArrayRef shape,
                          at::ScalarType dtype, std::optional<Generator> generator);

}  // namespace torch::distributions::ops
