#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

/// Samplers that several distributions share. Half and bfloat16 are drawn in float.
namespace torch::distributions::ops {

using at::Generator;
using at::Tensor;

/// The tensor expanded, by no operation if it has that shape.
inline Tensor expanded(const Tensor& tensor, at::IntArrayRef shape) {
  return tensor.sizes() == shape ? tensor : tensor.expand(shape);
}

/// noise * scale + shift. The noise, which nobody else has, is overwritten if there is no graph to
/// be made and all have one dtype.
Tensor scaled_and_shifted(const Tensor& noise, const Tensor& scale, const Tensor& shift);

/// Draws of Uniform(low, high), at least `low` and below `high` (or equal to both) whatever is
/// rounded, even where `high - low` overflows; NaN where `low` is above `high` or one is infinite.
/// `low` has the noise's dtype.
Tensor sample_uniform(const Tensor& low, const Tensor& high, at::IntArrayRef shape,
                      std::optional<Generator> generator);

/// Draws of Gamma(concentration, rate), one an element of the parameters broadcast with each other,
/// differentiable in both by exact implicit differentiation; at least the dtype's smallest normal
/// number.
Tensor sample_gamma(const Tensor& concentration, const Tensor& rate,
                    std::optional<Generator> generator);

/// Draws of StudentT(df), one an element, as doubles; those of a distribution of `dtype`, which
/// decides the stream. Differentiable in df, along the path of the chi-squared variable: the normal
/// one stays as it is.
///
/// Chi-squared variables of few degrees of freedom underflow. What underflows is drawn as its
/// logarithm, so that the tails are as heavy as they should be. The stream on the CPU is Python's,
/// and so are the numbers, but for rounding, unless one underflows.
Tensor sample_student_t(const Tensor& df, at::ScalarType dtype, std::optional<Generator> generator);

/// Draws of Poisson(rate), one an element, in its dtype. The stream on the CPU is that of
/// `at::poisson`, whose arithmetic ends at 64-bit integers, and is wrong long before: there, and
/// beyond, draws are those of the normal distribution, rounded. NaN where the rate is infinite.
Tensor sample_poisson(const Tensor& rate, std::optional<Generator> generator);

/// Draws of Dirichlet(concentration), one a vector along the last dimension, inside the open unit
/// interval. Differentiable in the concentration along the path of least variance (M. Jankowiak and
/// F. Obermeyer, "Pathwise derivatives beyond the reparameterization trick", 2018), by exact
/// implicit differentiation of the Beta marginals; not twice.
///
/// Gammas of concentration below 0.1 or so underflow, and normalising them would pile mass up at
/// 1/K: what underflows is drawn as its logarithm. The stream on the CPU is that of
/// `at::_sample_dirichlet`, and so are the numbers, to the bit, unless a gamma underflows.
Tensor sample_dirichlet(const Tensor& concentration, std::optional<Generator> generator);

/// Whether weights of categories are given as such or, normalised, by their logarithms.
enum class WeightsAre : char { kProbs, kLogits };

/// `count` indices a row of `weights` (rows along all dimensions but the last), of shape `[count] +
/// rows`: a category of weight 0 is never drawn, and one of any other weight as often as that says,
/// since the weights are summed in double.
///
/// On the CPU the stream is that of `at::multinomial` with replacement, which takes up to 2^24
/// categories.
Tensor sample_categorical(const Tensor& weights, WeightsAre form, int64_t count,
                          std::optional<Generator> generator);

}  // namespace torch::distributions::ops
