#pragma once

#include <torch/distributions/core/export.h>

#include <torch/types.h>

namespace torch::distributions::ops {

/// The functions that a formula has, as a scalar family calls them; null where it has none.
struct FormulaTable {
  static constexpr std::size_t kMaxParameters = 4;

  /// \param summed over how many of its last dimensions the result is summed.
  /// \param is_finite set to true if every element that contributes to the result is known to be
  ///     finite.
  using OfValue = at::Tensor (*)(const at::Tensor& value, const at::Tensor* const* parameters,
                                 int64_t summed, bool* is_finite);
  using OfParameters = at::Tensor (*)(const at::Tensor* const* parameters);

  OfValue log_prob, cdf, icdf;
  OfParameters mean, mode, variance, stddev, entropy;
};

}  // namespace torch::distributions::ops
