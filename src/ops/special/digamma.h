#pragma once

#include <cstdint>

#include "ops/special/coefficients.h"
#include "ops/special/elementary.h"

/// log Gamma and its derivatives.

namespace torch::distributions::ops::special {

struct Digamma;
struct DigammaDifference;
struct HurwitzZeta;
struct Lgamma;
struct Trigamma;
struct TrigammaDifference;

/// log|Gamma(x)|. Error for x > 0: 2 units; gradient 4.
inline constexpr Function<Lgamma> lgamma{};

/// psi(x), the derivative of log Gamma. Error: 4 units for x > 0, and 16 for x < 0. Gradient:
/// relative, 4 units for x > 0; 16, not relative, for x < 0.
inline constexpr Function<Digamma> digamma{};

/// psi'(x). Error for x > 0: relative, 4 units; gradient the same. For x < 0: 16 units, not
/// relative.
inline constexpr Function<Trigamma> trigamma{};

/// The Hurwitz zeta function: the sum of (q + k)^-s over k >= 0.
inline constexpr Function<HurwitzZeta> hurwitz_zeta{};

/// psi(x + d) - psi(x) for x > 0, x + d > 0, without cancellation for small d or large x and x + d.
/// Error: relative, 4 units; gradient the same.
inline constexpr Function<DigammaDifference> digamma_difference{};

/// psi'(x + d) - psi'(x) for x > 0, x + d > 0, without cancellation.
inline constexpr Function<TrigammaDifference> trigamma_difference{};

/// The derivative of psi of the given order. From order 2 on it is
/// (-1)^(order+1) order! zeta(order + 1, x).
template <class T>
constexpr T polygamma(unsigned order, const T& x) {
  if (order == 0) return digamma(x);
  if (order == 1) return trigamma(x);
  double factor = order % 2 == 1 ? 1 : -1;
  for (unsigned k = 2; k <= order; ++k) factor *= k;
  return factor * hurwitz_zeta(like(x, order + 1.0), x);
}

// --- Approximations from 1 on -------------------------------------------------------------------

/// Maps [1, infinity) to (-1, 1]. The result is the variable of the polynomials.
constexpr auto to_unit_interval(const auto& x) { return 4.0 / (x + 1.0) - 1.0; }

/// log x - psi(x) for x >= 1.
constexpr auto log_minus_digamma_from_one(const auto& x) {
  return polynomial(kLogMinusDigamma, to_unit_interval(x)) / x;
}

/// psi'(x) for x >= 1.
constexpr auto trigamma_from_one(const auto& x) {
  return polynomial(kTrigamma, to_unit_interval(x)) / x;
}

/// p(u(x)) / x - p(u(x + d)) / (x + d) for x, x + d >= 1, without cancellation, where p is the
/// polynomial and u is `to_unit_interval`. The difference of the two values of p is u(x + d) - u(x)
/// times a divided difference, which Horner's rule computes.
template <class T, std::size_t n>
constexpr T remainder_difference(const double (&coefficients)[n], const T& x, const T& d) {
  const T y = x + d;
  const T u = to_unit_interval(x);
  const T v = to_unit_interval(y);
  T value_at_v = v * coefficients[n - 1] + coefficients[n - 2];
  T quotient = like(u, coefficients[n - 1]);
  for (std::size_t i = n - 2; i-- > 0;) {
    quotient = quotient * u + value_at_v;
    value_at_v = value_at_v * v + coefficients[i];
  }
  return d / x * (quotient * 4.0 / (x + 1.0) / (y + 1.0) + value_at_v / y);
}

// --- The functions ------------------------------------------------------------------------------

struct Lgamma {
  static constexpr const char* kName = "lgamma";
  static auto of_tensor(const auto& x) { return x.lgamma(); }
  static constexpr auto partial(Argument<0>, const auto& x) { return digamma(x); }
};

struct Digamma {
  static constexpr const char* kName = "digamma";
  static constexpr auto value(const auto& x) {
    return branch(
        x >= 0.0, [&] { return of_positive(x); },
        [&] {  // psi(1 - x) = psi(x) + pi / tan(pi x). The tangent's argument is reduced first.
          const auto reduced = x - floor(x + 0.5);
          const auto tangent = branch(
              reduced == 0.0, [&] { return like(x, kNaN); }, [&] { return tan(reduced * kPi); });
          return of_positive(1.0 - x) - kPi / tangent;
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return trigamma(x); }

 private:
  static constexpr auto of_positive(const auto& x) {
    return branch(
        x >= 1.0, [&] { return log(x) - log_minus_digamma_from_one(x); },
        [&] { return log1p(x) - log_minus_digamma_from_one(x + 1.0) - 1.0 / x; });
  }
};

struct Trigamma {
  static constexpr const char* kName = "trigamma";
  static constexpr auto value(const auto& x) {
    return branch(
        x >= 0.0, [&] { return of_positive(x); },
        [&] {  // psi'(1 - x) + psi'(x) = (pi / sin(pi x))^2
          const auto sine = sin((x - floor(x + 0.5)) * kPi);
          return kPi * kPi / (sine * sine) - of_positive(1.0 - x);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return polygamma(2, x); }

 private:
  static constexpr auto of_positive(const auto& x) {
    return branch(
        x >= 1.0, [&] { return trigamma_from_one(x); },
        [&] { return trigamma_from_one(x + 1.0) + 1.0 / (x * x); });
  }
};

struct HurwitzZeta {
  static constexpr const char* kName = "zeta";
  template <class Tensor>
  static Tensor of_tensor(const Tensor& s, const Tensor& q) {
    return LibTorch<Tensor>::zeta(s, q);
  }
  static constexpr auto partial(Argument<1>, const auto& s, const auto& q) {
    return -s * hurwitz_zeta(s + 1.0, q);
  }
};

struct DigammaDifference {
  static constexpr const char* kName = "digamma_difference";
  static constexpr auto value(const auto& x, const auto& d) {
    return branch(
        x >= 1.0 && x + d >= 1.0, [&] { return from_one(x, d); },
        [&] { return from_one(x + 1.0, d) + d / (x + d) / x; });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& d) {
    return trigamma_difference(x, d);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& d) {
    return trigamma(x + d);
  }

 private:
  static constexpr auto from_one(const auto& x, const auto& d) {
    return log1p(d / x) + remainder_difference(kLogMinusDigamma, x, d);
  }
};

struct TrigammaDifference {
  static constexpr const char* kName = "trigamma_difference";
  static constexpr auto value(const auto& x, const auto& d) {
    const auto y = x + d;
    return branch(
        x >= 1.0 && y >= 1.0, [&] { return -remainder_difference(kTrigamma, x, d); },
        [&] {
          return -remainder_difference(kTrigamma, x + 1.0, d) - d / y / x * (1.0 / x + 1.0 / y);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& d) {
    return polygamma(2, x + d) - polygamma(2, x);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& d) {
    return polygamma(2, x + d);
  }
};

}  // namespace torch::distributions::ops::special
