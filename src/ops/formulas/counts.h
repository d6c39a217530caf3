#pragma once

#include "ops/special/constants.h"
#include "ops/special/elementary.h"

/// The values of distributions over all counts 0, 1, 2, ...

namespace torch::distributions::ops::formulas {

/// Whether k is a count, or NaN.
constexpr auto is_count(const auto& k) {
  return (k >= 0.0 && k < kInfinity && special::floor(k) == k) || isnan(k);
}

}  // namespace torch::distributions::ops::formulas
