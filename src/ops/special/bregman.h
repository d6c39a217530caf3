#pragma once

#include <ATen/core/Tensor.h>

/// Bregman divergences, F(x) - F(y) - F'(y)(x - y) >= 0 of a convex F: what KL divergences are made
/// of.
///
/// Each is computed as a sum of terms of one sign, so that it is relatively accurate however close
/// x and y are, never negative, and exactly 0 where they are equal.

namespace torch::distributions::ops::special {

using at::Tensor;

/// x/y - log(x/y) - 1, of F = -log: the Itakura-Saito distance, for x, y > 0. Error: relative, 8
/// units.
Tensor itakura_saito(const Tensor& x, const Tensor& y);

/// x log(x/m) - x + m, of F = x log x, for x, m >= 0: Loader's deviance. `d` is x - m, and carries
/// no gradient; it is an argument of its own because a caller may know it better than the rounded x
/// and m do. At x = 0 it is m, and has no gradient in x; at m = 0 < x it is infinite, and has none
/// at all. Error: relative, 8 units.
Tensor deviance(const Tensor& x, const Tensor& m, const Tensor& d);

/// exp(x) - exp(y) - exp(y) (x - y), of F = exp. At y = -inf it is exp(x), and has no gradient in
/// y; at x = -inf < y it is infinite, and has none at all. Error: relative, 8 units.
Tensor exp_divergence(const Tensor& x, const Tensor& y);

/// softplus(x) - softplus(y) - sigmoid(y) (x - y), of F = softplus. Where y is infinite it has no
/// gradient in y. Error: relative, 16 units.
Tensor softplus_divergence(const Tensor& x, const Tensor& y);

/// That of F(x) = lgamma(x) - x log x + x, for x, y > 0: what the divergence of lgamma has beyond
/// the deviance. `d` is x - y, as in `deviance`. Error: relative, 16 units.
Tensor stirling_divergence(const Tensor& x, const Tensor& y, const Tensor& d);

/// F'(x) - F'(y) of the same F, whose derivative is psi(x) - log x. Error: relative, 8 units.
Tensor stirling_slope_difference(const Tensor& x, const Tensor& y, const Tensor& d);

/// The derivative of `stirlerr`, psi(x) - log x + 1/(2x), for x > 0. Error: relative, 64 units.
Tensor stirlerr_slope(const Tensor& x);

/// log((low + high) / 2) less the average of log over [low, high], for 0 <= low <= high: Jensen's
/// gap of a uniform variable. At low = 0 it has no gradient in low. Error: relative, 32 units.
Tensor log_mean_gap(const Tensor& low, const Tensor& high);

/// max(x, 0) with the derivative of x: for a quantity that only rounding can make negative.
Tensor nonnegative(const Tensor& x);

}  // namespace torch::distributions::ops::special
