#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/util/FunctionRef.h>

#include <optional>

/// Samplers that several distributions share. Draws in half and bfloat16 are computed in float.
namespace torch::distributions::ops {

using at::Generator;
using at::Tensor;

/// `tensor` expanded to `shape`. Runs no operation if it has that shape.
inline Tensor expanded(const Tensor& tensor, at::IntArrayRef shape) {
  return tensor.sizes() == shape ? tensor : tensor.expand(shape);
}

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

/// A draw of Gamma(concentration, rate) for each element of the parameters after broadcasting. It
/// is at least the dtype's smallest normal number. Exact implicit differentiation makes it
/// differentiable in both parameters.
Tensor sample_gamma(const Tensor& concentration, const Tensor& rate,
                    std::optional<Generator> generator);

/// A draw of InverseGamma(concentration, rate) for each element of the parameters after
/// broadcasting, between the dtype's least normal number and the largest. Exact implicit
/// differentiation makes it differentiable in both parameters; at these two numbers the derivatives
/// are 0.
///
/// Gamma variables of small concentrations underflow. They are then drawn as logarithms. On the CPU
/// the stream is Python's, and the draws equal Python's up to rounding unless one underflows.
Tensor sample_inverse_gamma(const Tensor& concentration, const Tensor& rate,
                            std::optional<Generator> generator);

/// A draw of FisherSnedecor(df1, df2) for each element of the parameters after broadcasting, with
/// the same properties: of the two gamma variables, the first is drawn first.
Tensor sample_fisher_snedecor(const Tensor& df1, const Tensor& df2,
                              std::optional<Generator> generator);

/// A draw of StudentT(df) for each element, as a double. `dtype` is the distribution's, and decides
/// the stream. Differentiable in df along the path of the chi-squared variable, with a fixed normal
/// variable.
///
/// Chi-squared variables with few degrees of freedom underflow. They are then drawn as logarithms,
/// so that the tails are as heavy as they should be. On the CPU the stream is Python's, and the
/// draws equal Python's up to rounding unless one underflows.
Tensor sample_student_t(const Tensor& df, at::ScalarType dtype, std::optional<Generator> generator);

/// The factors A of Bartlett's decomposition, `[..., n, n]` for `df` of shape `[...]`: lower
/// triangular doubles, with standard normal numbers below the diagonal and roots of chi-squared
/// variables with df - i degrees of freedom on it, i = 0, 1, ... A A^T is a draw of Wishart(df, I).
/// `dtype` is the distribution's, and decides the stream. Differentiable in df along the paths of
/// the chi-squared variables.
///
/// A chi-squared variable that underflows is drawn as its logarithm. On the CPU the stream is that
/// of Python's `_bartlett_sampling`.
Tensor sample_bartlett(const Tensor& df, int64_t n, at::ScalarType dtype,
                       std::optional<Generator> generator);

/// A draw of Poisson(rate) for each element, in the dtype of `rate`. On the CPU the stream is that
/// of `at::poisson`. Its 64-bit integers overflow for large rates, and its arithmetic fails long
/// before, so that draws of large rates are rounded normal draws. NaN if the rate is infinite.
Tensor sample_poisson(const Tensor& rate, std::optional<Generator> generator);

/// A source of uniform numbers in [0, 1): a tensor of new ones at each call.
using Uniforms = c10::function_ref<Tensor()>;

/// A draw of VonMises(0, concentration) in [-pi, pi] for each element of a tensor of doubles, by
/// D. J. Best and N. I. Fisher, "Efficient simulation of the von Mises distribution", 1979. It is
/// exact for every concentration from 0 to infinity.
///
/// Proposals follow a wrapped Cauchy distribution. For every concentration more than 0.65 of them
/// are accepted, so the number of rounds is limited. Each round takes three uniform numbers for
/// each element, along a new first dimension, as in Python.
Tensor sample_von_mises(const Tensor& concentration, Uniforms uniforms);

/// The angle in [-pi, pi] that differs from x by a multiple of 2 pi.
Tensor wrapped_angle(const Tensor& x);

/// A draw of Dirichlet(concentration) for each vector along the last dimension, with coordinates in
/// (0, 1). Differentiable once in the concentration, along the path of least variance (M. Jankowiak
/// and F. Obermeyer, "Pathwise derivatives beyond the reparameterization trick", 2018), by exact
/// implicit differentiation of the Beta marginals.
///
/// Gamma draws of concentrations below about 0.1 underflow, and normalizing them would put mass at
/// 1/K. They are then drawn as logarithms. On the CPU the stream is that of
/// `at::_sample_dirichlet`, and the draws are equal to the bit unless a gamma draw underflows.
Tensor sample_dirichlet(const Tensor& concentration, std::optional<Generator> generator);

/// Whether categories have weights that need not sum to 1, or normalized log-probabilities.
enum class Weights : char { kProbs, kLogits };

/// `count` categories for each vector along the last dimension of `weights`. The shape is `[count]`
/// + the other dimensions. Weights are summed in double, so that rare categories are drawn as often
/// as they should be. A category of weight 0 is never drawn.
///
/// On the CPU the stream is that of `at::multinomial` with replacement, for up to 2^24 categories.
Tensor sample_categorical(const Tensor& weights, Weights form, int64_t count,
                          std::optional<Generator> generator);

/// Whether a relaxed category is a point of the simplex or its logarithm.
enum class Relaxed : char { kOneHot, kLogarithm };

/// Draws of relaxed categories: the softmax of (logits + Gumbel noise) / temperature along the last
/// dimension, of size 1 in the temperature. Computed from differences of scores in double and then
/// rounded to `dtype`, so that no temperature overflows. On the CPU the stream is Python's.
///
/// A point of the simplex has coordinates in (0, 1), and a logarithm is at least the negative
/// largest number; but a category without weight (a logit of -inf) has the coordinate 0 or -inf.
/// The derivatives are those of the softmax, and 0 where a coordinate was rounded to a limit or
/// they would overflow a double.
Tensor sample_relaxed_categorical(const Tensor& temperature, const Tensor& logits, Relaxed form,
                                  at::IntArrayRef shape, at::ScalarType dtype,
                                  std::optional<Generator> generator);

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
