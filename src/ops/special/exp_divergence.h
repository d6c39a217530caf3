#pragma once

#include "ops/special/exponential.h"

namespace torch::distributions::ops::special {

/// exp(x) - exp(y) - exp(y) (x - y), the Bregman divergence of exp. At y = -inf it is exp(x), and
/// its gradient in y is 0. At x = -inf < y it is infinite, and its gradients are 0. Error:
/// relative, 8 units.
struct ExpDivergence;
inline constexpr Function<ExpDivergence> exp_divergence{};

/// x - y, and 0 where either is infinite.
constexpr auto finite_difference(const auto& x, const auto& y) {
  const auto is_infinite = abs(x) == kInfinity || abs(y) == kInfinity;
  return select(is_infinite, 0.0, x) - select(is_infinite, 0.0, y);
}

struct ExpDivergence {
  static constexpr const char* kName = "exp_divergence";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y) {
    const T d = x - y, power = exp(y);
    return branch(
        abs(d) <= 1.0, [&] { return power * expm1mx(clamp(d, -1.0, 1.0)); },
        [&] {
          return branch(
              y == -kInfinity, [&] { return exp(x); },
              [&] {
                // The result is infinite even if exp(y) underflows.
                return branch(
                    x == -kInfinity, [&] { return -x; },
                    [&] { return exp(x) - power * (d + 1.0); });
              });
        });
  }
  template <class T>
  static constexpr T partial(Argument<0>, const T& x, const T& y) {
    const T d = x - y;
    const auto is_near = abs(d) <= 1.0;
    const T slope = branch(
        is_near, [&] { return exp(y) * expm1(select(is_near, d, 0.0)); },
        [&] { return exp(x) - exp(y); });
    return select(x == -kInfinity, 0.0, slope);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& y) {
    return -exp(y) * finite_difference(x, y);
  }
};

}  // namespace torch::distributions::ops::special
