#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

#include "ops/random/draw.h"

/// Draws of Gamma(a, 1), of which other draws are made. A draw that underflows is known by its
/// logarithm.
namespace torch::distributions::ops {

using at::Generator;
using at::Tensor;

/// Draws of Gamma(a, 1), and their logarithms as doubles if a draw underflowed.
struct GammaDraws {
  Tensor x, log_x;
};

/// Draws of Gamma(concentration, 1) for a tensor of doubles. On the CPU the stream and the draws are
/// those of `at::_sample_dirichlet`.
GammaDraws draw_gammas(const Tensor& concentration, const std::optional<Generator>& generator);

/// The same for one draw of a Philox stream, of the dtype of the concentration.
GammaDraws draw_gammas(const Tensor& concentration, const random::Draw& draw);

/// The draws of `at::_standard_gamma`: of the dtype of the concentration, and at least its least
/// normal number. The logarithms are those before this. On other devices than the CPU they are not
/// known.
GammaDraws draw_standard_gammas(const Tensor& concentration,
                                const std::optional<Generator>& generator);

/// The logarithms of all draws, as doubles.
Tensor log_of(const GammaDraws& draws);

/// The draw x of Gamma(a, 1) as a differentiable function of a. Its cdf F(x) stays the same, so
/// dx/da = -(dF/da) / f with the density f (M. Figurnov, S. Mohamed and A. Mnih, "Implicit
/// reparameterization gradients", 2018). The derivative calls this function again, so that
/// derivatives of higher order are right.
Tensor gamma_draw(const Tensor& a, const Tensor& draw);

/// The logarithm of the same draw. Its derivative exists even where the draw underflows.
Tensor log_gamma_draw(const Tensor& a, const Tensor& log_draw);

}  // namespace torch::distributions::ops
