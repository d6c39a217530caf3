#pragma once

#include <numbers>

#include "ops/special/scalar.h"

namespace torch::distributions::ops::special::kernels {

/// Phi(x) = erfc(-x / sqrt 2) / 2. In the left tail the relative condition number of erfc(z) is 2
/// z^2, so the rounding of its argument is made up for to first order.
template <typename T>
T ndtr(const T& x) {
  constexpr double kHigh = -0x1.6a09e667f3bcdp-1;  // -1 / sqrt 2 in two parts
  constexpr double kLow = 0x1.bdd3413b26456p-55;
  constexpr double kTwoOverSqrtPi = 2 * std::numbers::inv_sqrtpi;
  const T bounded = clamp(x, -40.0, 40.0);  // the result is 0 or 1 there
  const Pair<T> z = two_product(bounded, T(bounded * 0.0 + kHigh));
  const T rest = z.low + bounded * kLow;
  return 0.5 * (erfc(z.high) - rest * kTwoOverSqrtPi * exp(-1.0 * z.high * z.high));
}

/// x + h, where h = phi(x) / Phi(x) is given. Where the two nearly cancel, Laplace's continued
/// fraction.
template <typename T>
T inverse_mills_excess(const T& x, const T& h) {
  constexpr int kTerms = 60;
  return branch(
      x > -5.0, [&] { return x + h; },
      [&] {
        T tail = x * -1.0;
        for (int i = kTerms; i >= 2; --i) tail = i / tail - x;
        return 1.0 / tail;
      });
}

}  // namespace torch::distributions::ops::special::kernels
