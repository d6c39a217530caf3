#pragma once

#include "ops/special/deviance.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/sigmoid.h"

namespace torch::distributions::ops::special {

/// softplus(x) - softplus(y) - sigmoid(y) (x - y), the Bregman divergence of softplus. At an
/// infinite y its gradient in y is 0. Error: relative, 16 units.
struct SoftplusDivergence;
inline constexpr Function<SoftplusDivergence> softplus_divergence{};

struct SoftplusDivergence {
  static constexpr const char* kName = "softplus_divergence";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y) {
    // The divergence is even, so `from` may be taken as -|y|. Then sigmoid(from) <= 1/2, which
    // limits the cancellation below.
    const T to = select(y > 0.0, -x, x), from = -abs(y);
    const T odds = exp(from);
    const T probability = odds / (odds + 1.0);
    const T d = to - from;
    return branch(
        abs(d) <= 1.0, [&] { return probability * expm1mx(d) + log1pmx(probability * expm1(d)); },
        [&] {
          return branch(
              from == -kInfinity, [&] { return softplus(to); },
              [&] {
                // The terms that grow with `to` are combined, which avoids inf - inf at to = inf.
                return branch(
                    to > 0.0,
                    [&] {
                      return to / (odds + 1.0) + log1p(exp(-to)) +
                             (probability * from - log1p(odds));
                    },
                    [&] {
                      // The result is infinite even if `probability` underflows.
                      return branch(
                          to == -kInfinity, [&] { return -to; },
                          [&] { return softplus(to) - log1p(odds) - probability * d; });
                    });
              });
        });
  }
  /// sigmoid(x) - sigmoid(y), mirrored so that sigmoid(y) <= 1/2.
  template <class T>
  static constexpr T partial(Argument<0>, const T& x, const T& y) {
    const T sign = select(y > 0.0, -1.0, like(y, 1.0));
    const T to = sign * x, from = sign * y, d = to - from;
    const auto is_near = abs(d) <= 1.0;
    return sign *
           branch(
               is_near,
               [&] { return -sigmoid(to) * sigmoid(-from) * expm1(-select(is_near, d, 0.0)); },
               [&] { return sigmoid(to) - sigmoid(from); });
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& y) {
    return -(sigmoid(y) * sigmoid(-y)) * finite_difference(x, y);
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::pure]] static constexpr T value(const T& x, const T& y) {
      constexpr double kFar = 30;  // beyond, the double version is used
      const T to = select(y > 0.0, -x, x), from = -abs(y), d = to - from;
      return branch(
          abs(d) <= kFar,
          [&] {
            const T odds = exp(from);
            return branch(
                abs(d) <= Deviance::kNear,
                [&] {
                  // A parabola. Its second derivative, a logistic density, is taken at from + d/3,
                  // which accounts for the third derivative.
                  const T at = odds * (1.0 + d * (1. / 3)), sum = at + 1.0;
                  return 0.5 * d * d * at / (sum * sum);
                },
                [&] {
                  const T probability = odds / (odds + 1.0);
                  return log1p(probability * (exp(d) - 1.0)) - probability * d;
                });
          },
          [&] { return SoftplusDivergence::value(x, y); });
    }
  };
};

}  // namespace torch::distributions::ops::special
