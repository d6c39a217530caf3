#pragma once

#include <array>
#include <concepts>
#include <cstddef>

#include "ops/special/exponential.h"

namespace torch::distributions::ops::special {

/// The value and the first derivatives of a function of one variable at a point, as Taylor
/// coefficients up to `order`. An algorithm that runs on jets computes its own derivatives. The
/// incomplete gamma function uses jets in its first argument.
template <class T, std::size_t order>
struct Jet {
  std::array<T, order + 1> coefficients;

  constexpr const T& value() const { return coefficients[0]; }
  constexpr T& operator[](std::size_t i) { return coefficients[i]; }
  constexpr const T& operator[](std::size_t i) const { return coefficients[i]; }

  template <class Function>
  static constexpr Jet generate(const Function& coefficient) {
    Jet result;
    for (std::size_t i = 0; i <= order; ++i) result[i] = coefficient(i);
    return result;
  }

  friend constexpr Jet operator+(const Jet& f, const Jet& g) {
    return generate([&](std::size_t i) { return f[i] + g[i]; });
  }
  friend constexpr Jet operator-(const Jet& f, const Jet& g) {
    return generate([&](std::size_t i) { return f[i] - g[i]; });
  }
  friend constexpr Jet operator*(const Jet& f, const Jet& g) {
    return generate([&](std::size_t i) {
      T sum = f[0] * g[i];
      for (std::size_t j = 1; j <= i; ++j) sum = sum + f[j] * g[i - j];
      return sum;
    });
  }
  friend constexpr Jet operator/(const Jet& f, const Jet& g) {
    Jet quotient;
    for (std::size_t i = 0; i <= order; ++i) {
      T rest = f[i];
      for (std::size_t j = 1; j <= i; ++j) rest = rest - quotient[i - j] * g[j];
      quotient[i] = rest / g[0];
    }
    return quotient;
  }

  // Operations with a constant.
  template <class C>
    requires(std::same_as<C, double> || std::same_as<C, T>)
  friend constexpr Jet operator+(Jet f, const C& c) {
    f[0] = f[0] + c;
    return f;
  }
  template <class C>
    requires(std::same_as<C, double> || std::same_as<C, T>)
  friend constexpr Jet operator*(const Jet& f, const C& c) {
    return generate([&](std::size_t i) { return f[i] * c; });
  }
  constexpr Jet operator-() const { return *this * -1.0; }
};

/// f(g), from the Taylor coefficients {f(g), f'(g), f''(g) / 2} of f at the value of g.
template <class T, std::size_t order>
constexpr Jet<T, order> compose(const std::array<T, 3>& f, const Jet<T, order>& g) {
  static_assert(order <= 2);
  Jet<T, order> result;
  result[0] = f[0];
  if constexpr (order >= 1) result[1] = f[1] * g[1];
  if constexpr (order >= 2) result[2] = f[1] * g[2] + f[2] * g[1] * g[1];
  return result;
}

template <class T, std::size_t order>
constexpr Jet<T, order> of_jet(Exp, const Jet<T, order>& x) {
  const T value = exp(x.value());
  return compose<T>({value, value, 0.5 * value}, x);
}
template <class T, std::size_t order>
constexpr Jet<T, order> of_jet(Expm1, const Jet<T, order>& x) {
  const T slope = exp(x.value());
  return compose<T>({expm1(x.value()), slope, 0.5 * slope}, x);
}
template <class T, std::size_t order>
constexpr Jet<T, order> of_jet(Log, const Jet<T, order>& x) {
  const T slope = 1.0 / x.value();
  return compose<T>({log(x.value()), slope, -0.5 * slope * slope}, x);
}
template <class T, std::size_t order>
constexpr Jet<T, order> of_jet(Log1p, const Jet<T, order>& x) {
  const T slope = 1.0 / (x.value() + 1.0);
  return compose<T>({log1p(x.value()), slope, -0.5 * slope * slope}, x);
}
template <class T, std::size_t order>
constexpr Jet<T, order> of_jet(Sqrt, const Jet<T, order>& x) {
  const T root = sqrt(x.value()), slope = 0.5 / root;
  return compose<T>({root, slope, -0.5 * slope * slope / root}, x);
}

template <class T, std::size_t order>
struct Face<Jet<T, order>> {
  template <class F>
  static constexpr Jet<T, order> call(const Jet<T, order>& x) {
    return of_jet(F(), x);
  }
};

template <class Condition, class T, std::size_t order>
constexpr Jet<T, order> select(const Condition& condition, const Jet<T, order>& a,
                               const Jet<T, order>& b) {
  return Jet<T, order>::generate([&](std::size_t i) { return select(condition, a[i], b[i]); });
}

}  // namespace torch::distributions::ops::special
