#pragma once

#include <ATen/ATen.h>

#include <torch/distributions/constraints/interval.h>

#include "constraints/scan.h"
#include "core/float_limits.h"

namespace torch::distributions {
inline namespace transforms {

/// Replaces 0 in `y >= 0` by the smallest positive number: a 0 is a positive number that
/// underflowed. The derivative stays 1 there.
inline Tensor rounded_to_positive(const Tensor& y) {
  if (y.is_meta()) return y;
  if (constraints::scan::readable(y) && !constraints::positive.first_violation(y)) return y;
  return at::where(y.eq(0), y + float_limits(y.scalar_type()).least, y);
}

}  // namespace transforms
}  // namespace torch::distributions
