#pragma once

#include "ops/special/deviance.h"
#include "ops/special/digamma.h"
#include "ops/special/stirling_divergence.h"

/// The logarithm of the binomial coefficient of real numbers, and its differences.

namespace torch::distributions::ops::special {

struct LogBinomial;
struct LogBinomialGap;

/// log C(a + b, b) = lgamma(1 + a + b) - lgamma(1 + a) - lgamma(1 + b) for a, b >= 0, without
/// cancellation. Error: relative, 16 units; gradient the same.
inline constexpr Function<LogBinomial> log_binomial{};

/// 2 log C(a + b, b) - log C(2a + b, b) for a, b >= 0, without cancellation. Error: relative, 64
/// units; gradient 64, not relative.
inline constexpr Function<LogBinomialGap> log_binomial_gap{};

/// lgamma(x) - lgamma(y) - psi(y) (x - y), the Bregman divergence of lgamma, where d = x - y.
constexpr auto lgamma_divergence(const auto& x, const auto& y, const auto& d) {
  return deviance(x, y, d) + stirling_divergence(x, y, d);
}

/// With the smaller argument m and the larger one n, the sum of the divergence of lgamma at
/// 1 + n + m from 1 + n, of that at 1 from 1 + m, and of m (psi(1 + n) - psi(1 + m)). None is
/// negative.
struct LogBinomial {
  static constexpr const char* kName = "log_binomial";

  template <class T>
  static constexpr T value(const T& a, const T& b) {
    const T m = min(a, b), n = max(a, b);
    return lgamma_divergence<T, T, T>(m + n + 1.0, n + 1.0, m) +
           lgamma_divergence<T, T, T>(like(m, 1.0), m + 1.0, -m) +
           m * digamma_difference(T(m + 1.0), T(n - m));
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& b) {
    return digamma_difference(a + 1.0, b);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& b) {
    return digamma_difference(b + 1.0, a);
  }
};

/// The second difference, with the step a, of lgamma(x) - lgamma(x + b) at x = 1 + a.
struct LogBinomialGap {
  static constexpr const char* kName = "log_binomial_gap";

  template <class T>
  static constexpr T value(const T& a, const T& b) {
    return branch(
        a <= 1.0, [&] { return integral(a, b); },
        [&] {
          return branch(
              b <= a, [&] { return 2.0 * log_binomial(a, b) - log_binomial(T(2.0 * a), b); },
              [&] {
                return second_difference<T>(like(a, 1.0), a) - second_difference<T>(b + 1.0, a);
              });
        });
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& b) {
    return 2.0 * (digamma_difference(a + 1.0, b) - digamma_difference(2.0 * a + 1.0, b));
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& b) {
    return digamma_difference(b + 1.0, a) - digamma_difference(a + b + 1.0, a);
  }

 private:
  /// lgamma(x + 2 step) - 2 lgamma(x + step) + lgamma(x)
  template <class T>
  static constexpr T second_difference(const T& x, const T& step) {
    const T middle = x + step;
    return lgamma_divergence<T, T, T>(middle + step, middle, step) +
           lgamma_divergence<T, T, T>(x, middle, -step);
  }

  /// For a <= 1, as the integral of a^2 s (f(1 + a s) + f(1 + a (2 - s))) over 0 < s < 1, where
  /// f(x) = psi'(x) - psi'(x + b) is the second derivative. By the Gauss-Jacobi rule.
  template <class T>
  static constexpr T integral(const T& a, const T& b) {
    constexpr int kPoints = 12;
    constexpr double kNodes[kPoints] = {
        0.021562063165850360908, 0.071057898735588982151, 0.14544745623506411921,
        0.24040111047477294626,  0.35039934972274500723,  0.46904915068718232937,
        0.58945491879854231751,  0.70461911573741977838,  0.80784894547014595901,
        0.89314550911652334237,  0.95555353684459227697,  0.99146094501157258063};
    constexpr double kWeights[kPoints] = {
        0.00077518222093802835725, 0.0044448077956684623228, 0.012436009166422265607,
        0.024876780409265432013,   0.040451653706913616761,  0.056613843713667631944,
        0.070109339997630094496,   0.077696316815531026629,  0.076896602680041006281,
        0.066606750626673198131,   0.047427851980377470134,  0.021664860886871767325};
    T sum = like(a, 0.0);
    for (int i = 0; i < kPoints; ++i) {
      const T lower = a * kNodes[i] + 1.0, upper = a * (2.0 - kNodes[i]) + 1.0;
      sum = sum - kWeights[i] * (trigamma_difference(lower, b) + trigamma_difference(upper, b));
    }
    return a * a * sum;
  }
};

}  // namespace torch::distributions::ops::special
