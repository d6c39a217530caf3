#pragma once

#include <ATen/core/Tensor.h>

namespace torch::distributions::ops {

/// The implicit derivative of a draw x of Beta(a, b) in a, divided by 1 - x: for the distribution
/// function F and the density f that is -(dF/da) / (f (1 - x)), which is positive. Relative error
/// below 1e-11 for a, b from 1e-3 to 1e6.
///
/// Multiplied by 1 - x it is the derivative of x, and by -x_j that of the j-th coordinate of a draw
/// of the Dirichlet distribution whose coordinate x is. It has no derivative of its own: asking for
/// one is c10::NotImplementedError.
at::Tensor beta_draw_da(const at::Tensor& x, const at::Tensor& a, const at::Tensor& b);

}  // namespace torch::distributions::ops
