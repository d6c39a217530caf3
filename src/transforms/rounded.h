#pragma once

#include <ATen/ATen.h>

#include <torch/distributions/constraints/interval.h>

#include "constraints/scan.h"
#include "core/float_limits.h"
#include "transforms/choose.h"

namespace torch::distributions {
inline namespace transforms {

/// `value`, which differs from the result `y` by rounding, with the derivative of `y`.
inline Tensor rounded_to(const Tensor& value, const Tensor& y) {
  // Elsewhere y itself, since the difference of infinities would be NaN.
  return choose(value.ne(y), value.detach() + (y - y.detach()), y);
}

/// Replaces 0 in the result `y >= 0` by the smallest positive number: a 0 is a positive number that
/// underflowed.
inline Tensor rounded_to_positive(const Tensor& y) {
  if (y.is_meta()) return y;
  if (constraints::scan::readable(y) && !constraints::positive.first_violation(y)) return y;
  return rounded_to(y.detach().masked_fill(y.eq(0), float_limits(y.scalar_type()).least), y);
}

}  // namespace transforms
}  // namespace torch::distributions
