#pragma once

#include "ops/special/elementary_kernels.h"
#include "ops/special/gamma_kernels.h"
#include "ops/special/log_density_kernels.h"
#include "ops/special/scalar.h"

namespace torch::distributions::ops::special::kernels {

/// log(x/y * factor) for a factor of ordinary size, where x/y may overflow.
template <typename T, typename Factor>
T log_quotient(const T& x, const T& y, const Factor& factor) {
  const T quotient = x / y;
  return branch((quotient > 1e-290) & (quotient < 1e290), [&] { return log(T(quotient * factor)); },
                [&] { return log(x) - log(y) + log(factor); });
}

/// x/y - log(x/y) - 1, from d = x - y.
template <typename T>
T itakura_saito(const T& x, const T& y, const T& d) {
  const T t = d / y;
  return branch(
      abs(t) <= 0.5, [&] { return 0.0 - log1pmx(t); }, [&] { return t - log_quotient(x, y, 1.0); });
}

/// (1 + t) log(1 + t) - t.
template <typename T>
T relative_deviance(const T& t) {
  return branch(
      abs(t) <= 0.5, [&] { return (t + 1.0) * log1pmx(t) + t * t; },
      [&] {
        return branch(
            t == -1.0, [&] { return t * 0.0 + 1.0; }, [&] { return (t + 1.0) * log1p(t) - t; });
      });
}

/// exp(x) - 1 - x.
template <typename T>
T expm1mx(const T& x) {
  return branch(
      abs(x) <= 1.0,
      [&] {
        // 1 / n!, from 2! on.
        constexpr double kSeries[] = {1. / 2,
                                      1. / 6,
                                      1. / 24,
                                      1. / 120,
                                      1. / 720,
                                      1. / 5040,
                                      1. / 40320,
                                      1. / 362880,
                                      1. / 3628800,
                                      1. / 39916800,
                                      1. / 479001600,
                                      1. / 6227020800,
                                      1. / 87178291200,
                                      1. / 1307674368000,
                                      1. / 20922789888000,
                                      1. / 355687428096000,
                                      1. / 6402373705728000,
                                      1. / 121645100408832000};
        return x * x * polynomial(kSeries, x);
      },
      [&] { return expm1(x) - x; });
}

/// exp(x) - exp(y) - exp(y) (x - y).
template <typename T>
T exp_divergence(const T& x, const T& y) {
  const T d = x - y, power = exp(y);
  return branch(
      abs(d) <= 1.0, [&] { return power * expm1mx(T(clamp(d, -1.0, 1.0))); },
      [&] {
        return branch(
            y == -kInfinity, [&] { return exp(x); },
            [&] {
              // Infinite at x = -inf, even if exp(y) underflows.
              return branch(
                  x == -kInfinity, [&] { return -1.0 * x; },
                  [&] { return exp(x) - power * (d + 1.0); });
            });
      });
}

/// log(1 + exp(x)).
template <typename T>
T softplus(const T& x) {
  return branch(
      x > 0.0, [&] { return x + log1p(exp(-x)); }, [&] { return log1p(exp(x)); });
}

/// softplus(x) - softplus(y) - sigmoid(y) (x - y).
template <typename T>
T softplus_divergence(const T& x, const T& y) {
  // The divergence is even; from a negative number the sigmoid is at most 1/2, and what is
  // subtracted below at most half.
  const T to = branch(
      y > 0.0, [&] { return T(-x); }, [&] { return T(x * 1.0); });
  const T from = -abs(y);
  const T odds = exp(from);
  const T probability = odds / (odds + 1.0);
  const T d = to - from;
  return branch(
      abs(d) <= 1.0, [&] { return probability * expm1mx(d) + log1pmx(T(probability * expm1(d))); },
      [&] {
        return branch(
            from == -kInfinity, [&] { return softplus(to); },
            [&] {
              // Everything that grows with a positive `to` is taken together, or infinity would be
              // subtracted from itself.
              return branch(
                  to > 0.0,
                  [&] {
                    return to / (odds + 1.0) + log1p(exp(-to)) + (probability * from - log1p(odds));
                  },
                  [&] {
                    // Infinite at -inf, even if the probability underflows.
                    return branch(
                        to == -kInfinity, [&] { return -1.0 * to; },
                        [&] { return softplus(to) - log1p(odds) - probability * d; });
                  });
            });
      });
}

/// The divergence of lgamma(x) - x log x + x, from d = x - y.
///
/// For large x that function is log(2 pi / x)/2 plus Stirling's series, whose divergences have
/// closed forms. Smaller arguments move up by its recurrence F(x) = F(x + 1) + (x + 1) log(1 + 1/x)
/// - 1, whose last part is convex as well.
template <typename T>
T stirling_divergence(const T& x, const T& y, const T& d) {
  constexpr int kSteps = 12;
  // B_2j / (2j (2j - 1)), the coefficients of x^(1 - 2j) in Stirling's series.
  constexpr double kStirling[] = {1. / 12,   -1. / 360,      1. / 1260, -1. / 1680,
                                  1. / 1188, -691. / 360360, 1. / 156,  -3617. / 122400};

  // The divergence of (x + 1) log(1 + 1/x) - 1.
  const auto step = [](const T& to, const T& from, const T& difference) {
    const T v = -difference / (from + 1.0) / to;
    return branch(
        abs(v) <= 0.5, [&] { return (to + 1.0) * log1pmx(v) - v * difference / from; },
        [&] {  // 1 + v by its factors, of which neither need be near to 1
          const T logarithm = log_quotient(from, to, T((to + 1.0) / (from + 1.0)));
          const T product = (to + 1.0) * logarithm;
          return branch(
              product > -kInfinity, [&] { return product + difference / from; },
              [&] { return difference * (logarithm + 1.0 / from); });
        });
  };
  const auto asymptotic = [&](const T& to, const T& from) {
    const T inverse_to = 1.0 / to, inverse_from = 1.0 / from;
    // The divergence of x^-n is d^2 / (to from) times the sum of m from^-m to^(m-n) over m = 1 ...
    // n.
    T power = inverse_from, sum = inverse_from, series = inverse_from * kStirling[0];
    for (int n = 2; n <= 15; ++n) {
      power = power * inverse_from;
      sum = sum * inverse_to + power * double(n);
      if (n % 2 == 1) series = series + sum * kStirling[n / 2];
    }
    return 0.5 * itakura_saito(to, from, d) + (d * inverse_to) * (d * inverse_from) * series;
  };
  return branch((x >= double(kSteps)) & (y >= double(kSteps)), [&] { return asymptotic(x, y); },
                [&] {
                  T sum = asymptotic(T(x + double(kSteps)), T(y + double(kSteps)));
                  for (int k = kSteps - 1; k >= 0; --k)
                    sum = sum + step(T(x + double(k)), T(y + double(k)), d);
                  return sum;
                });
}

/// The difference at x and y = x - d of the derivative of that function, psi(x) - log x.
template <typename T>
T stirling_slope_difference(const T& x, const T& y, const T& d) {
  // From the smaller to the larger, which loses nothing by adding the difference.
  const auto increase = [](const T& to, const T& from, const T& difference) {
    return branch(
        from >= 1.0, [&] { return remainder_difference(kLogMinusDigamma, from, difference); },
        [&] {
          const T v = difference / (from * (to + 1.0));
          const T logarithm = branch(
              v <= 0.5, [&] { return log1p(v); },
              [&] { return log_quotient(to, from, T((from + 1.0) / (to + 1.0))); });
          return remainder_difference(kLogMinusDigamma, T(from + 1.0), difference) +
                 (difference / from / to - logarithm);
        });
  };
  return branch(
      d >= 0.0, [&] { return increase(x, y, d); }, [&] { return -1.0 * increase(y, x, T(-d)); });
}

/// The first derivative of stirlerr(x), psi(x) - log x + 1/(2x).
template <typename T>
T stirlerr_slope(const T& x) {
  // B_2k / 2k
  constexpr double kSeries[] = {1. / 12,  -1. / 120,     1. / 252, -1. / 240,
                                1. / 132, -691. / 32760, 1. / 12,  -3617. / 8160};
  return branch(
      x >= 12.0,
      [&] {
        const T u = 1.0 / (x * x);
        return -u * polynomial(kSeries, u);
      },
      [&] { return 0.5 / x - log_minus_digamma(x, x); });
}

/// The second, psi'(x) - 1/x - 1/(2x^2).
template <typename T>
T stirlerr_curvature(const T& x) {
  // B_2k
  constexpr double kSeries[] = {1. / 6,  -1. / 30,     1. / 42, -1. / 30,
                                5. / 66, -691. / 2730, 7. / 6,  -3617. / 510};
  return branch(
      x >= 12.0,
      [&] {
        const T u = 1.0 / (x * x);
        return u / x * polynomial(kSeries, u);
      },
      [&] { return trigamma(x) - 1.0 / x - 0.5 / (x * x); });
}

/// log((low + high) / 2) - (high log high - low log low) / (high - low) + 1.
template <typename T>
T log_mean_gap(const T& low, const T& high) {
  // Less the mean of log(1 + y u) over -1 < u < 1, where y is half the width over the mean.
  const T y = (high - low) / (high + low);
  return branch(
      y <= 0.5,
      [&] {
        constexpr int kTerms = 25;
        const T y_squared = y * y;
        T sum = y * 0.0;
        for (int k = kTerms; k > 0; --k) sum = (sum + 1.0 / (2 * k * (2 * k + 1))) * y_squared;
        return sum;
      },
      [&] { return (relative_deviance(T(-y)) - relative_deviance(y)) / (2.0 * y); });
}

}  // namespace torch::distributions::ops::special::kernels
