#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/TensorOptions.h>
#include <c10/util/FunctionRef.h>

#include <optional>

/// Draws made of uniform or normal noise.
namespace torch::distributions::ops {

using at::Generator;
using at::Tensor;

/// `tensor` expanded to `shape`. Runs no operation if it has that shape.
inline Tensor expanded(const Tensor& tensor, at::IntArrayRef shape) {
  return tensor.sizes() == shape ? tensor : tensor.expand(shape);
}

/// Numbers of Normal(0, 1), of Uniform(0, 1) in [0, 1), and of Exponential(1), of a floating dtype.
/// The streams are those of LibTorch's `normal_`, `uniform_` and `exponential_`.
Tensor normal_noise(at::IntArrayRef shape, const at::TensorOptions& options,
                    std::optional<Generator> generator);
Tensor uniform_noise(at::IntArrayRef shape, const at::TensorOptions& options,
                     std::optional<Generator> generator);
Tensor exponential_noise(at::IntArrayRef shape, const at::TensorOptions& options,
                         std::optional<Generator> generator);

/// noise * scale + shift. Overwrites `noise`, which must not be shared, if no graph is recorded and
/// all dtypes are equal.
Tensor scaled_and_shifted(const Tensor& noise, const Tensor& scale, const Tensor& shift);

/// scale exp(y), as a draw of a positive variable in the dtype of `scale`: a result that overflows
/// or underflows is the largest or smallest positive number. With `below_one`, it is at most the
/// largest number below 1. The derivatives at the draw x are x / scale and x, whatever was rounded.
Tensor scaled_exp(const Tensor& scale, const Tensor& y, bool below_one = false);

/// Uniform noise in float has 24 bits on the CPU, so numbers next to an end of its range are as few
/// as they are probable. Replaces the noise made of a number in `raw` that is at most `low` or at
/// least `high` by `quantile(v, upper)`, for a v in (0, 1] that is drawn as a double. `upper` is
/// whether the number was at the upper end. Both tensors are dense floats.
void redraw_ends(const Tensor& noise, const Tensor& raw, float low, float high,
                 std::optional<Generator> generator,
                 c10::function_ref<double(double v, bool upper)> quantile);

/// Draws of Uniform(low, high): in [low, high) after rounding, or `low` if both are equal, even if
/// `high - low` overflows. NaN if `low` > `high` or a bound is infinite. The noise has the dtype of
/// `low`.
Tensor sample_uniform(const Tensor& low, const Tensor& high, at::IntArrayRef shape,
                      std::optional<Generator> generator);

}  // namespace torch::distributions::ops
