#pragma once

#include "ops/special/coefficients.h"
#include "ops/special/elementary_kernels.h"
#include "ops/special/jet.h"
#include "ops/special/scalar.h"

/// The gamma function and its relatives. Everything for x >= 1 rests on two smooth remainders that
/// one polynomial each covers to infinity: Stirling's error, and that of psi(x) ~ log x.

namespace torch::distributions::ops::special::kernels {

/// The variable of the polynomials over [1, infinity), in (-1, 1].
template <typename T>
T to_unit_interval(const T& x) {
  return 4.0 / (x + 1.0) - 1.0;
}

/// polynomial(x) / x - polynomial(x + d) / (x + d), the polynomial being in the variable above, for
/// x, x + d >= 1, without cancellation: the difference of the two polynomials is d times their
/// divided difference, found by Horner's rule.
template <typename T, size_t n>
T remainder_difference(const double (&coefficients)[n], const T& x, const T& d) {
  const T y = x + d;
  const T u = to_unit_interval(x);
  const T v = to_unit_interval(y);
  T value_at_v = v * coefficients[n - 1] + coefficients[n - 2];
  T quotient = u * 0.0 + coefficients[n - 1];
  for (size_t i = n - 2; i-- > 0;) {
    quotient = quotient * u + value_at_v;
    value_at_v = value_at_v * v + coefficients[i];
  }
  return d / x * (quotient * 4.0 / (x + 1.0) / (y + 1.0) + value_at_v / y);
}

/// lgamma(x + 1) for 0 <= x <= 1, relatively accurate at both of its zeros.
template <typename T>
T lgamma1p_unit(const T& x) {
  return x * (x - 1.0) * polynomial(kLogGamma1p, T(x * 2.0 - 1.0));
}

/// x log x, and 0 at 0.
template <typename T>
T x_log_x(const T& x) {
  return branch(
      x > 0.0, [&] { return x * log(x); }, [&] { return x * 1.0; });
}

/// stirlerr(x) for x >= 1.
template <typename T>
T stirling_error(const T& x) {
  return polynomial(kStirlingError, to_unit_interval(x)) / x;
}

template <typename T>
T stirlerr(const T& x) {
  return branch(
      x >= 1.0, [&] { return stirling_error(x); },
      [&] { return lgamma1p_unit(x) - (x + 0.5) * log(x) + (x - kHalfLogTwoPi); });
}

template <typename T>
T stirling_remainder(const T& x) {
  return branch(
      x >= 1.0, [&] { return stirling_error(x) + (0.5 * log(x) + kHalfLogTwoPi); },
      [&] { return lgamma1p_unit(x) - x_log_x(x) + x; });
}

/// log x - psi(x) for x >= 1.
template <typename T>
T log_minus_digamma_remainder(const T& x) {
  return polynomial(kLogMinusDigamma, to_unit_interval(x)) / x;
}

/// log(x / y) for positive numbers, without cancellation where they are close.
template <typename T>
T log_ratio(const T& x, const T& y) {
  return branch(
      abs(x - y) < 0.5 * y, [&] { return log1p((x - y) / y); },
      [&] {
        const T ratio = x / y;
        return branch((ratio > 1e-290) & (ratio < 1e290), [&] { return log(ratio); },
                      [&] { return log(x) - log(y); });
      });
}

/// log m - psi(x), for x > 0.
template <typename T>
T log_minus_digamma(const T& m, const T& x) {
  return branch(
      x >= 1.0, [&] { return log_ratio(m, x) + log_minus_digamma_remainder(x); },
      [&] { return log(m) - log1p(x) + log_minus_digamma_remainder(T(x + 1.0)) + 1.0 / x; });
}

/// log m - psi(x + 1), for x >= 0.
template <typename T>
T log_minus_digamma1p(const T& m, const T& x) {
  return branch(
      x >= 1.0,
      [&] {
        return log_ratio(m, x) + (polynomial(kLogMinusDigamma, to_unit_interval(x)) - 1.0) / x;
      },
      [&] { return log(m) - log1p(x) + log_minus_digamma_remainder(T(x + 1.0)); });
}

template <typename T>
T digamma(const T& x) {
  const auto positive = [](const T& y) {
    return branch(
        y >= 1.0, [&] { return log(y) - log_minus_digamma_remainder(y); },
        [&] { return log1p(y) - log_minus_digamma_remainder(T(y + 1.0)) - 1.0 / y; });
  };
  return branch(
      x >= 0.0, [&] { return positive(x); },
      [&] {  // psi(1 - x) = psi(x) + pi / tan(pi x); the tangent's argument is reduced first.
        const T reduced = x - floor(x + 0.5);
        const T tangent = branch(
            reduced == 0.0, [&] { return x * kNaN; },
            [&] { return tan(reduced * std::numbers::pi); });
        return positive(T(1.0 - x)) - std::numbers::pi / tangent;
      });
}

template <typename T>
T trigamma(const T& x) {
  const auto from_one = [](const T& y) { return polynomial(kTrigamma, to_unit_interval(y)) / y; };
  const auto positive = [&](const T& y) {
    return branch(
        y >= 1.0, [&] { return from_one(y); },
        [&] { return from_one(T(y + 1.0)) + 1.0 / (y * y); });
  };
  return branch(
      x >= 0.0, [&] { return positive(x); },
      [&] {  // psi'(1 - x) + psi'(x) = (pi / sin(pi x))^2
        const T sine = sin((x - floor(x + 0.5)) * std::numbers::pi);
        return std::numbers::pi * std::numbers::pi / (sine * sine) - positive(T(1.0 - x));
      });
}

/// psi'(x + 1) - 1 / x, the second derivative of the remainder of Stirling's formula.
template <typename T>
T stirling_remainder_second_derivative(const T& x) {
  return branch(
      x >= 1.0,
      [&] {  // that of (1 - polynomial(u)) / x
        const T slope = -4.0 / ((x + 1.0) * (x + 1.0));
        const auto p = polynomial(kLogMinusDigamma, Jet<T, 1>{to_unit_interval(x), slope});
        return (-1.0 * p[1] - (1.0 - p[0]) / x) / x;
      },
      [&] { return trigamma(T(x + 1.0)) - 1.0 / x; });
}

/// The derivative of log x - psi(x), for x > 0.
template <typename T>
T log_minus_digamma_slope(const T& x) {
  const T inverse = 1.0 / x;
  return branch(
      x >= 1.0, [&] { return -1.0 * inverse * inverse - stirling_remainder_second_derivative(x); },
      [&] { return inverse * (1.0 - inverse) - trigamma(T(x + 1.0)); });
}

/// psi(x + d) - psi(x), for x, x + d > 0.
template <typename T>
T digamma_difference(const T& x, const T& d) {
  const auto from_one = [](const T& y, const T& step) {
    return log1p(step / y) + remainder_difference(kLogMinusDigamma, y, step);
  };
  return branch((x >= 1.0) & (x + d >= 1.0), [&] { return from_one(x, d); },
                [&] { return from_one(T(x + 1.0), d) + d / (x + d) / x; });
}

/// psi'(x + d) - psi'(x), for x, x + d > 0.
template <typename T>
T trigamma_difference(const T& x, const T& d) {
  const T y = x + d;
  return branch((x >= 1.0) & (y >= 1.0),
                [&] { return -1.0 * remainder_difference(kTrigamma, x, d); },
                [&] {
                  return -1.0 * remainder_difference(kTrigamma, T(x + 1.0), d) -
                         d / y / x * (1.0 / x + 1.0 / y);
                });
}

template <typename T>
T lbeta(const T& first, const T& second) {
  const T a = branch(
      first < second, [&] { return second; }, [&] { return first; });  // the larger
  const T b = branch(
      first < second, [&] { return first; }, [&] { return second; });
  // lgamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + stirlerr(x), and the large terms combined by
  // hand.
  const auto lgamma_a_minus_lgamma_sum = [&] {
    return remainder_difference(kStirlingError, a, b) - (a - 0.5) * log1p(b / a);
  };
  return branch(
      b >= 1.0,
      [&] {
        return lgamma_a_minus_lgamma_sum() - b * log1p(a / b) - 0.5 * log(b) + stirling_error(b) +
               kHalfLogTwoPi;
      },
      [&] {
        return branch(
            a >= 1.0,
            [&] {
              return lgamma_a_minus_lgamma_sum() + b * (1.0 - log(a + b)) + lgamma1p_unit(b) -
                     log(b);
            },
            [&] {
              const T sum = a + b;
              const T lgamma1p_sum = branch(
                  sum <= 1.0, [&] { return lgamma1p_unit(sum); },
                  [&] { return lgamma1p_unit(T(sum - 1.0)) + log(sum); });
              return lgamma1p_unit(a) + lgamma1p_unit(b) - lgamma1p_sum + log1p(b / a) - log(b);
            });
      });
}

}  // namespace torch::distributions::ops::special::kernels
