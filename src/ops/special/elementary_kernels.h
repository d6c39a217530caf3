#pragma once

#include "ops/special/scalar.h"

namespace torch::distributions::ops::special::kernels {

/// (x - loc) / scale, of halves where the difference overflows.
template <typename T>
T standardized(const T& x, const T& loc, const T& scale) {
  const T difference = x - loc;
  return branch(
      abs(difference) < kInfinity, [&] { return difference / scale; },
      [&] { return (0.5 * x - 0.5 * loc) / (0.5 * scale); });
}

/// log(1 + x) - x. With r = x / (2 + x), log(1 + x) = 2 atanh(r), whose series is subtracted term
/// by term.
template <typename T>
T log1pmx(const T& x) {
  // 1/3, 1/5, 1/7 ...: atanh(r) = r + r^3 (1/3 + r^2/5 + ...); |r| <= 1/3 needs 17 of them.
  constexpr double kSeries[] = {1. / 3,  1. / 5,  1. / 7,  1. / 9,  1. / 11, 1. / 13,
                                1. / 15, 1. / 17, 1. / 19, 1. / 21, 1. / 23, 1. / 25,
                                1. / 27, 1. / 29, 1. / 31, 1. / 33, 1. / 35};
  return branch(
      abs(x - 0.25) <= 0.75,
      [&] {
        const T r = x / (x + 2.0);
        const T r_squared = r * r;
        return r * (2.0 * r_squared * polynomial(kSeries, r_squared) - x);
      },
      [&] { return log1p(x) - x; });
}

}  // namespace torch::distributions::ops::special::kernels
