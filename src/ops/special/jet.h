#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include "ops/special/scalar.h"

namespace torch::distributions::ops::special::kernels {

/// A function of one variable near a point: its value and first derivatives there, as the Taylor
/// coefficients up to `order`. An algorithm run on jets differentiates itself; that is how the
/// derivatives of the incomplete gamma function in its first argument are computed.
template <typename T, size_t order>
struct Jet {
  std::array<T, order + 1> coefficients;

  const T& value() const { return coefficients[0]; }
  T& operator[](size_t i) { return coefficients[i]; }
  const T& operator[](size_t i) const { return coefficients[i]; }

  template <typename Function>
  static Jet generate(const Function& coefficient) {
    Jet result;
    for (size_t i = 0; i <= order; ++i) result[i] = coefficient(i);
    return result;
  }

  friend Jet operator+(const Jet& f, const Jet& g) {
    return generate([&](size_t i) { return T(f[i] + g[i]); });
  }
  friend Jet operator-(const Jet& f, const Jet& g) {
    return generate([&](size_t i) { return T(f[i] - g[i]); });
  }
  friend Jet operator*(const Jet& f, const Jet& g) {
    return generate([&](size_t i) {
      T sum = f[0] * g[i];
      for (size_t j = 1; j <= i; ++j) sum = sum + f[j] * g[i - j];
      return sum;
    });
  }
  friend Jet operator/(const Jet& f, const Jet& g) {
    Jet quotient;
    for (size_t i = 0; i <= order; ++i) {
      T rest = f[i];
      for (size_t j = 1; j <= i; ++j) rest = rest - quotient[i - j] * g[j];
      quotient[i] = rest / g[0];
    }
    return quotient;
  }

  // With a constant `c`, a T or a double.
  template <typename C>
    requires(std::same_as<C, double> || std::same_as<C, T>)
  friend Jet operator+(Jet f, const C& c) {
    f[0] = f[0] + c;
    return f;
  }
  template <typename C>
    requires(std::same_as<C, double> || std::same_as<C, T>)
  friend Jet operator*(const Jet& f, const C& c) {
    return generate([&](size_t i) { return T(f[i] * c); });
  }
  Jet operator-() const { return *this * -1.0; }
};

/// f(g), from the Taylor coefficients {f(g), f'(g), f''(g) / 2} of f at the value of g.
template <typename T, size_t order>
Jet<T, order> compose(const std::array<T, 3>& f, const Jet<T, order>& g) {
  static_assert(order <= 2);
  Jet<T, order> result;
  result[0] = f[0];
  if constexpr (order >= 1) result[1] = f[1] * g[1];
  if constexpr (order >= 2) result[2] = f[1] * g[2] + f[2] * g[1] * g[1];
  return result;
}

template <typename T, size_t order>
Jet<T, order> exp(const Jet<T, order>& x) {
  const T value = exp(x.value());
  return compose<T>({value, value, T(0.5 * value)}, x);
}

template <typename T, size_t order>
Jet<T, order> expm1(const Jet<T, order>& x) {
  const T derivative = exp(x.value());
  return compose<T>({expm1(x.value()), derivative, T(0.5 * derivative)}, x);
}

template <typename T, size_t order>
Jet<T, order> sqrt(const Jet<T, order>& x) {
  const T root = sqrt(x.value());
  const T derivative = 0.5 / root;
  return compose<T>({root, derivative, T(-0.25 * derivative / x.value())}, x);
}

/// condition ? yes() : no(), of jets.
template <size_t order, typename Condition, typename Yes, typename No>
auto jet_branch(const Condition& condition, const Yes& yes, const No& no) {
  return Choice<Condition>::template between_jets<order>(condition, yes, no);
}

}  // namespace torch::distributions::ops::special::kernels
