#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

#include "ops/draws/gamma_variables.h"

/// Random points of the simplex.
namespace torch::distributions::ops {

/// A draw of Dirichlet(concentration) for each vector along the last dimension, with coordinates in
/// (0, 1). Differentiable once in the concentration, along the path of least variance (M. Jankowiak
/// and F. Obermeyer, "Pathwise derivatives beyond the reparameterization trick", 2018), by exact
/// implicit differentiation of the Beta marginals.
///
/// Gamma draws of concentrations below about 0.1 underflow, and normalizing them would put mass at
/// 1/K. They are then drawn as logarithms. On the CPU the stream is that of
/// `at::_sample_dirichlet`, and the draws are equal to the bit unless a gamma draw underflows.
/// \param gammas If it is not null, it receives the gamma draws.
Tensor sample_dirichlet(const Tensor& concentration, std::optional<Generator> generator,
                        GammaDraws* gammas = nullptr);

/// The logarithms of the coordinates before they are rounded, given those of the gamma draws, for
/// two categories or more. Doubles, which are differentiable as the draws are.
Tensor log_dirichlet_draw(const Tensor& concentration, const Tensor& log_gammas);

/// A draw of Beta(concentration1, concentration0) for each element of a shape to which both expand:
/// the first coordinate of such a vector.
Tensor sample_beta(const Tensor& concentration1, const Tensor& concentration0,
                   at::IntArrayRef shape, std::optional<Generator> generator);

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

}  // namespace torch::distributions::ops
