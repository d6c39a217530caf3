#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <limits>
#include <numbers>

/// The vocabulary in which the special functions' mathematics is written once, for several kinds of
/// scalar `T`: `double`, which a CPU kernel applies to each element; `Tensor` (tensor_scalar.h), a
/// double tensor whose operations do the same to all elements on any backend; and the registers of
/// the engine's SIMD kernels. What is not here (arithmetic, comparisons, log, exp, ...) is found in
/// `std` or by ADL.

namespace torch::distributions::ops::special::kernels {

using std::abs;
using std::clamp;
using std::erfc;
using std::exp;
using std::expm1;
using std::floor;
using std::log;
using std::log1p;
using std::sin;
using std::sqrt;
using std::tan;

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kHalfLogTwoPi = 0.918938533204672741780329736405617640;
inline constexpr double kSqrtTwoPi = 2.506628274631000502415765284811045253;

/// How scalars that are compared with such a condition choose.
template <typename Condition>
struct Choice;
template <std::integral Condition>
struct Choice<Condition> {
  template <typename Yes, typename No>
  static auto between(bool condition, const Yes& yes, const No& no) {
    return condition ? yes() : no();
  }
  template <std::size_t order, typename Yes, typename No>
  static auto between_jets(bool condition, const Yes& yes, const No& no) {
    return condition ? yes() : no();
  }
};

/// condition ? yes() : no(). On tensors both are evaluated, everywhere: what the other branch makes
/// of a foreign element is discarded, and nothing here is differentiated by autograd.
template <typename Condition, typename Yes, typename No>
auto branch(const Condition& condition, const Yes& yes, const No& no) {
  return Choice<Condition>::between(condition, yes, no);
}

/// a b + c, with one rounding where that costs nothing.
template <typename T, typename B, typename C>
T multiply_add(const T& a, const B& b, const C& c) {
  return a * b + c;
}

/// sum of coefficients[i] * x^i: by Horner's rule, run on the even and on the odd powers so that
/// the two do not wait for each other.
template <typename T, size_t n>
T polynomial(const double (&coefficients)[n], const T& x) {
  static_assert(n >= 2);
  if constexpr (n < 6) {
    T sum = multiply_add(x, coefficients[n - 1], coefficients[n - 2]);
    for (size_t i = n - 2; i-- > 0;) sum = multiply_add(sum, x, coefficients[i]);
    return sum;
  } else {
    const T square = x * x;
    // The powers of n - 1's parity, and the others.
    T same = multiply_add(square, coefficients[n - 1], coefficients[n - 3]);
    T other = multiply_add(square, coefficients[n - 2], coefficients[n - 4]);
    size_t i = n - 4;  // where `other` has got to
    for (; i >= 2; i -= 2) {
      same = multiply_add(same, square, coefficients[i - 1]);
      other = multiply_add(other, square, coefficients[i - 2]);
    }
    return i == 0 ? multiply_add(same, x, other)
                  : multiply_add(other, x, multiply_add(same, square, coefficients[0]));
  }
}

/// An unevaluated sum of two scalars: about 32 digits.
template <typename T>
struct Pair {
  T high, low;
};

/// a + b, exactly. Knuth's two-sum.
template <typename T>
Pair<T> two_sum(const T& a, const T& b) {
  const T sum = a + b;
  const T b_rounded = sum - a;
  return {sum, (a - (sum - b_rounded)) + (b - b_rounded)};
}

/// How a product is split.
template <typename T>
struct TwoProduct;
template <>
struct TwoProduct<double> {
  static Pair<double> of(double a, double b) {
    const double product = a * b;
    return {product, std::isinf(product) ? 0.0 : std::fma(a, b, -product)};
  }
};

/// a b, exactly but for underflow; where it overflows, the second part is 0.
template <typename T>
Pair<T> two_product(const T& a, const T& b) {
  return TwoProduct<T>::of(a, b);
}

}  // namespace torch::distributions::ops::special::kernels
