#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

#include "ops/draws/gamma_variables.h"

/// Quotients and roots of gamma variables.
///
/// Draws of a Philox stream have the precision of their dtype. They are the same with a graph, and
/// without one nothing but the result is calculated.
namespace torch::distributions::ops {

/// What draws are made of. A sampler stores it in `parts` unless that is null.
struct TwoGammaDraws {
  GammaDraws first, second;
};
struct NormalOverGamma {
  Tensor normal;
  GammaDraws gamma;
};

/// Draws loc + scale t of StudentT(df, loc, scale).
struct StudentTDraws {
  Tensor t;  ///< As doubles, differentiable in df. Undefined if the values are known, and neither
             ///< a graph nor parts are needed.
  Tensor value;  ///< Defined if the draws are those of a Philox stream. Without a graph.
};

/// A draw of Gamma(concentration, rate) for each element of the parameters after broadcasting. It
/// is at least the dtype's smallest normal number. Exact implicit differentiation makes it
/// differentiable in both parameters. With `parts`, the concentration must be positive.
Tensor sample_gamma(const Tensor& concentration, const Tensor& rate,
                    std::optional<Generator> generator, GammaDraws* parts = nullptr);

/// A draw of InverseGamma(concentration, rate) for each element of the parameters after
/// broadcasting, between the dtype's least normal number and the largest. Exact implicit
/// differentiation makes it differentiable in both parameters; at these two numbers the derivatives
/// are 0.
///
/// Gamma variables of small concentrations underflow. They are then drawn as logarithms. On the CPU
/// the stream is Python's, and the draws equal Python's up to rounding unless one underflows.
Tensor sample_inverse_gamma(const Tensor& concentration, const Tensor& rate,
                            std::optional<Generator> generator, GammaDraws* parts = nullptr);

/// A draw of FisherSnedecor(df1, df2) for each element of the parameters after broadcasting, with
/// the same properties: of the two gamma variables, the first is drawn first.
Tensor sample_fisher_snedecor(const Tensor& df1, const Tensor& df2,
                              std::optional<Generator> generator, TwoGammaDraws* parts = nullptr);

/// A draw of StudentT(df, loc, scale) for each element of a shape. `dtype` is the distribution's, and
/// decides the stream. t is differentiable in df along the path of the chi-squared variable, with a
/// fixed normal variable.
///
/// Chi-squared variables with few degrees of freedom underflow. They are then drawn as logarithms,
/// so that the tails are as heavy as they should be. On the CPU the stream is Python's, and the
/// draws equal Python's up to rounding unless one underflows.
StudentTDraws sample_student_t(const Tensor& df, const Tensor& loc, const Tensor& scale,
                               at::IntArrayRef shape, at::ScalarType dtype,
                               std::optional<Generator> generator,
                               NormalOverGamma* parts = nullptr);

/// The factors A of Bartlett's decomposition, `[..., n, n]` for `df` of shape `[...]`: lower
/// triangular doubles, with standard normal numbers below the diagonal and roots of chi-squared
/// variables with df - i degrees of freedom on it, i = 0, 1, ... A A^T is a draw of Wishart(df, I).
/// `dtype` is the distribution's, and decides the stream. Differentiable in df along the paths of
/// the chi-squared variables.
///
/// A chi-squared variable that underflows is drawn as its logarithm. On the CPU the stream is that
/// of Python's `_bartlett_sampling`.
/// \param log_gammas If it is not null and a chi-squared variable underflowed, it receives the
///     logarithms of their halves, `[..., n]`, which are differentiable in df.
Tensor sample_bartlett(const Tensor& df, int64_t n, at::ScalarType dtype,
                       std::optional<Generator> generator, Tensor* log_gammas = nullptr);

}  // namespace torch::distributions::ops
