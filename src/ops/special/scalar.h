#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>

#include "ops/special/constants.h"
#include "ops/special/function.h"

/// Operations of the scalar types of special functions, besides arithmetic, comparisons, `&&`, `||`
/// and `!`. This file defines them for double. Registers, dual numbers and tensors define them next
/// to their types, where argument-dependent lookup finds them.

namespace torch::distributions::ops::special {

// --- Choice -------------------------------------------------------------------------------------

/// `a` where the condition holds, else `b`.
constexpr double select(bool condition, double a, double b) { return condition ? a : b; }

/// `yes()` where the condition holds, else `no()`. A number calls one of the two, and so does a
/// register whose lanes agree. A tensor calls both.
template <std::same_as<bool> Condition, class Yes, class No>
constexpr auto branch(const Condition& condition, const Yes& yes, const No& no) {
  return condition ? yes() : no();
}

/// The constant `c` as a scalar of x's type.
constexpr double like(double, double c) { return c; }

/// x, as a constant for derivatives.
constexpr double constant(double x) { return x; }

/// Whether the condition holds for any lane of a register, or for all lanes. `all` is false for a
/// tensor, since reading it would wait for its device.
constexpr bool any(bool condition) { return condition; }
constexpr bool all(bool condition) { return condition; }

constexpr bool isnan(double x) { return x != x; }
constexpr double min(double a, double b) { return a < b || isnan(a) ? a : b; }
constexpr double max(double a, double b) { return a > b || isnan(a) ? a : b; }

constexpr auto clamp(const auto& x, double low, double high) { return min(max(x, low), high); }

/// F::value(x...) for rare inputs. It is not inlined and takes its arguments by value, so that the
/// common path keeps its variables in registers.
template <class F, class... Numbers>
[[gnu::noinline, gnu::cold]] constexpr auto value_of_rare(Numbers... x) {
  return F::value(x...);
}

/// `usual` where `is_usual` holds, which is nearly always, else `F::value(x...)`.
template <class F, class Condition, class T, class... Numbers>
[[gnu::always_inline]] constexpr T usual_or_value(const Condition& is_usual, const T& usual,
                                                  const Numbers&... x) {
  if (all(is_usual)) [[likely]]
    return usual;
  return select(is_usual, usual, value_of_rare<F>(x...));
}

// --- Arithmetic ---------------------------------------------------------------------------------

/// a b + c, by a fused multiply-add where the instruction set has one.
template <class A, class B, class C>
constexpr auto multiply_add(const A& a, const B& b, const C& c) {
  return a * b + c;
}

/// The sum of coefficients[i] x^i, by Horner's rule. Even and odd powers are summed apart, as two
/// dependency chains that run in parallel.
template <class T, std::size_t n>
constexpr T polynomial(const double (&coefficients)[n], const T& x) {
  static_assert(n >= 2);
  if constexpr (n < 6) {
    T sum = multiply_add(x, coefficients[n - 1], coefficients[n - 2]);
    for (std::size_t i = n - 2; i-- > 0;) sum = multiply_add(sum, x, coefficients[i]);
    return sum;
  } else {
    const T x_squared = x * x;
    // `same`: the powers with the parity of n - 1. `other`: the other powers.
    T same = multiply_add(x_squared, coefficients[n - 1], coefficients[n - 3]);
    T other = multiply_add(x_squared, coefficients[n - 2], coefficients[n - 4]);
    std::size_t i = n - 4;  // the power of the last coefficient in `other`
    for (; i >= 2; i -= 2) {
      same = multiply_add(same, x_squared, coefficients[i - 1]);
      other = multiply_add(other, x_squared, coefficients[i - 2]);
    }
    return i == 0 ? multiply_add(same, x, other)
                  : multiply_add(other, x, multiply_add(same, x_squared, coefficients[0]));
  }
}

template <class T>
struct ValueAndDerivative {
  T value, derivative;
};
/// The sum of coefficients[i] x^i, and its derivative in x.
template <class T, std::size_t n>
constexpr ValueAndDerivative<T> polynomial_with_derivative(const double (&coefficients)[n],
                                                           const T& x) {
  T value = like(x, coefficients[n - 1]), derivative = like(x, 0.0);
  for (std::size_t i = n - 1; i-- > 0;) {
    derivative = multiply_add(derivative, x, value);
    value = multiply_add(value, x, coefficients[i]);
  }
  return {value, derivative};
}

/// The unevaluated sum high + low, with about 32 digits.
template <class T>
struct Pair {
  T high, low;
};
template <class T>
Pair(T, T) -> Pair<T>;

/// a + b, exactly. Knuth's two-sum.
template <class T>
constexpr Pair<T> two_sum(const T& a, const T& b) {
  const T sum = a + b;
  const T b_rounded = sum - a;
  return {sum, (a - (sum - b_rounded)) + (b - b_rounded)};
}

/// a b, exactly unless it underflows. If it overflows, `low` is 0.
template <std::same_as<double> T>
constexpr Pair<T> two_product(const T& a, const T& b) {
  const double product = a * b;
  return {product, std::abs(product) == kInfinity ? 0.0 : std::fma(a, b, -product)};
}

/// a b, rounded to a pair.
template <class T>
constexpr Pair<T> multiply(const Pair<T>& a, const Pair<T>& b) {
  const Pair<T> high = two_product(a.high, b.high);
  return two_sum(high.high, high.low + (a.high * b.low + a.low * b.high));
}

/// 1 / x.
template <class T>
constexpr Pair<T> reciprocal(const Pair<T>& x) {
  const T high = 1.0 / x.high;
  const Pair<T> one = two_product(high, x.high);
  return {high, high * (((1.0 - one.high) - one.low) - high * x.low)};
}

/// x and 1 - x, as pairs.
template <class T>
struct Complements {
  Pair<T> p, q;
};
template <class T>
constexpr Complements<T> with_complement(const T& x) {
  return {{x, like(x, 0.0)}, two_sum(like(x, 1.0), -x)};
}

}  // namespace torch::distributions::ops::special
