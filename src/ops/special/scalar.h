#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>

#include "ops/special/constants.h"
#include "ops/special/function.h"

/// The vocabulary of special functions: what every scalar type has beside arithmetic, comparisons,
/// `&&`, `||` and `!`. Here are the operations of double; those of registers, dual numbers and
/// tensors stand beside these types and are found by argument-dependent look-up.

namespace torch::distributions::ops::special {

// --- Choice -------------------------------------------------------------------------------------

/// `a` where the condition holds, else `b`.
constexpr double select(bool condition, double a, double b) { return condition ? a : b; }

/// yes() where the condition holds, else no(). Numbers call one of the two; a register whose lanes
/// agree calls one; tensors call both.
template <std::same_as<bool> Condition, class Yes, class No>
constexpr auto branch(const Condition& condition, const Yes& yes, const No& no) {
  return condition ? yes() : no();
}

/// The constant `c` as a scalar of x's type.
constexpr double like(double, double c) { return c; }

/// x as a constant to every derivative.
constexpr double constant(double x) { return x; }

/// Whether the condition holds for some lane of a register, or for all lanes. Of a tensor nothing
/// is known without waiting for its device: `all` is false.
constexpr bool any(bool condition) { return condition; }
constexpr bool all(bool condition) { return condition; }

constexpr bool isnan(double x) { return x != x; }
constexpr double min(double a, double b) { return a < b || isnan(a) ? a : b; }
constexpr double max(double a, double b) { return a > b || isnan(a) ? a : b; }

constexpr auto clamp(const auto& x, double low, double high) { return min(max(x, low), high); }

/// F::value(x...) for rare numbers. It is not inlined and takes its arguments by value, so that the
/// code for usual numbers keeps the registers.
template <class F, class... Numbers>
[[gnu::noinline, gnu::cold]] constexpr auto value_of_rare(Numbers... x) {
  return F::value(x...);
}

/// The result `usual` where it is right, which it nearly always is, else F::value(x...).
template <class F, class Condition, class T, class... Numbers>
[[gnu::always_inline]] constexpr T usual_or_value(const Condition& is_usual, const T& usual,
                                                  const Numbers&... x) {
  if (all(is_usual)) [[likely]]
    return usual;
  return select(is_usual, usual, value_of_rare<F>(x...));
}

// --- Arithmetic ---------------------------------------------------------------------------------

/// a b + c, with one rounding where that costs nothing.
template <class A, class B, class C>
constexpr auto multiply_add(const A& a, const B& b, const C& c) {
  return a * b + c;
}

/// sum of coefficients[i] x^i, by Horner's rule. It runs on the even and on the odd powers, so that
/// the two do not wait for each other.
template <class T, std::size_t n>
constexpr T polynomial(const double (&coefficients)[n], const T& x) {
  static_assert(n >= 2);
  if constexpr (n < 6) {
    T sum = multiply_add(x, coefficients[n - 1], coefficients[n - 2]);
    for (std::size_t i = n - 2; i-- > 0;) sum = multiply_add(sum, x, coefficients[i]);
    return sum;
  } else {
    const T x_squared = x * x;
    // The powers of n - 1's parity, and the others.
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
/// sum of coefficients[i] x^i, and its derivative in x.
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

/// An unevaluated sum of two numbers: about 32 digits.
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

/// a b, exactly but for underflow; where it overflows, the second part is 0.
template <std::same_as<double> T>
constexpr Pair<T> two_product(const T& a, const T& b) {
  const double product = a * b;
  return {product, std::abs(product) == kInfinity ? 0.0 : std::fma(a, b, -product)};
}

/// (a.high + a.low) (b.high + b.low), rounded to a pair.
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
