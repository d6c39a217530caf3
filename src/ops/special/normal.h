#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/erfc.h>

namespace torch::distributions::ops::special {

using at::erf;
using at::erfc;
using at::Tensor;

/// The standard normal distribution function Phi(x), relatively accurate in both tails, to the
/// smallest representable result. Error: relative, 4 units; gradient 4 + 1 log.
Tensor ndtr(const Tensor& x);

/// log Phi(x). Error: relative, 4 + 2 log; gradient 16 + 2 log.
Tensor log_ndtr(const Tensor& x);

/// The inverse of Phi, for 0 <= p <= 1. Error: 4 units; gradient relative, 8 + 2 log.
Tensor ndtri(const Tensor& p);

/// phi(x) / Phi(x), the derivative of log Phi (the inverse Mills ratio of -x). Error: relative, 16
/// + 2 log; gradient 32 + 2 log.
Tensor inverse_mills(const Tensor& x);

}  // namespace torch::distributions::ops::special
