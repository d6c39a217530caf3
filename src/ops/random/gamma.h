#pragma once

#include "ops/random/rejection.h"
#include "ops/special/exponential.h"

namespace torch::distributions::ops::random {
namespace {

/// Draws of Gamma(a, 1). G. Marsaglia and W. W. Tsang, "A simple method for generating gamma
/// variables", 2000. For a < 1 a draw is one of Gamma(a + 1, 1) times U^(1/a), which may underflow.
/// So a draw is a pair: a number that is neither small nor large for a small a, and the logarithm
/// log(U) / a of the other factor.
struct Gamma {
  static constexpr int kNumbers = 4, kResults = 2, kStates = 2;

  /// The unit of the logarithms. In this unit they are finite for the least positive a.
  template <class T>
  static constexpr double kUnit = sizeof(T) == sizeof(float) ? 0x1p40 : 0x1p80;

  template <class T>
  static constexpr auto proposal(const Lanes<T>& a) {
    const Mask<T> is_valid = a > 0.0 && a < kInfinity, is_small = a < 1.0;
    const Lanes<T> d = select(is_valid, shape(a), Lanes<T>(kNaN)), c = slope(d);
    return [=](const std::array<BitLanes<T>, kNumbers>& bits) {
      const Lanes<T> x = standard_normals<T>(bits[0], bits[1])[0], u = open_uniform<T>(bits[2]);
      const Lanes<T> y = c * x, root = y + 1.0, square = x * x;
      // d (1 + y)^3, without cancellation and for a large d with one rounding
      const Lanes<T> cube =
          select(y < -0.5, d * (root * root * root), d + d * (y * (y * (y + 3.0) + 3.0)));
      const Lanes<T> boost = branch(
          is_small,
          [&] {
            const Lanes<T> log = standard_exponential<T>(bits[3]) * (-1 / kUnit<T>);
            return select(is_small, log / a, 0.0);
          },
          [] { return Lanes<T>(0.0); });
      const Mask<T> is_possible = root > 0.0;
      const Mask<T> succeeds = is_possible && u < 1.0 - 0.0331 * (square * square);
      return Proposal<T, kResults, kStates>{
          {cube, boost}, {x, u}, succeeds || !is_valid, is_possible};
    };
  }

  /// log u < x^2 / 2 + d (1 - v + log v) for v = (1 + y)^3. The terms of the order of d x are left
  /// out, which cancel.
  template <class T>
  static constexpr auto test(const Lanes<T>& a) {
    const Lanes<T> d = shape(a), c = slope(d);
    return [=](const std::array<Lanes<T>, kStates>& states) {
      const auto& [x, u] = states;
      const Lanes<T> y = c * x;
      return log_of_usual(u) < x * x * (1.0 / 6 - y * (1.0 / 9)) + 3.0 * (d * special::log1pmx(y));
    };
  }

 private:
  /// a - 1/3, of a + 1 for a small a.
  template <class T>
  static constexpr Lanes<T> shape(const Lanes<T>& a) {
    return select(a < 1.0, a + 2.0 / 3, a - 1.0 / 3);
  }
  template <class T>
  static constexpr Lanes<T> slope(const Lanes<T>& d) {
    return 1.0 / (3.0 * sqrt(d));
  }
};

}  // namespace
}  // namespace torch::distributions::ops::random
