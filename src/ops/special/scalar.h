#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

/// The vocabulary in which the special functions' mathematics is written once, for two kinds of
/// scalar `T`: `double`, which a CPU kernel applies to each element, and `Tensor`, a double tensor
/// whose operations do the same to all elements on any backend. What is not here (arithmetic,
/// comparisons, log, exp, ...) is found in `std` or by ADL in `at`.

namespace torch::distributions::ops::special::kernels {

using at::Tensor;
using std::abs;
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

/// condition ? yes() : no(). On tensors both are evaluated, everywhere: what the other branch makes
/// of a foreign element is discarded, and nothing here is differentiated by autograd.
template <typename Yes, typename No>
double branch(bool condition, const Yes& yes, const No& no) {
  return condition ? yes() : no();
}
template <typename Yes, typename No>
Tensor branch(const Tensor& condition, const Yes& yes, const No& no) {
  return at::where(condition, yes(), no());
}

/// sum of coefficients[i] * x^i: by Horner's rule, run on the even and on the odd powers so that
/// the two do not wait for each other.
template <typename T, size_t n>
T polynomial(const double (&coefficients)[n], const T& x) {
  static_assert(n >= 2);
  if constexpr (n < 6) {
    T sum = x * coefficients[n - 1] + coefficients[n - 2];
    for (size_t i = n - 2; i-- > 0;) sum = sum * x + coefficients[i];
    return sum;
  } else {
    const T square = x * x;
    T same = square * coefficients[n - 1] + coefficients[n - 3];  // the powers of n - 1's parity
    T other = square * coefficients[n - 2] + coefficients[n - 4];
    size_t i = n - 4;  // where `other` has got to
    for (; i >= 2; i -= 2) {
      same = same * square + coefficients[i - 1];
      other = other * square + coefficients[i - 2];
    }
    return i == 0 ? same * x + other : (same * square + coefficients[0]) + other * x;
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

/// a b, exactly but for underflow; where it overflows, the second part is 0.
inline Pair<double> two_product(double a, double b) {
  const double product = a * b;
  return {product, std::isinf(product) ? 0.0 : std::fma(a, b, -product)};
}
/// Dekker's product; it needs no fused multiply-add, which tensors do not have.
inline Pair<Tensor> two_product(const Tensor& a, const Tensor& b) {
  constexpr double kSplitter = 134217729.0;  // 2^27 + 1
  const auto split = [](const Tensor& x) {
    const Tensor scaled = x * kSplitter;
    const Tensor high = scaled - (scaled - x);
    return std::pair(high, x - high);
  };
  const auto [a_high, a_low] = split(a);
  const auto [b_high, b_low] = split(b);
  const Tensor product = a * b;
  const Tensor rest =
      ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  return {product, at::where(product.isinf(), 0.0, rest)};
}

}  // namespace torch::distributions::ops::special::kernels
