#pragma once

#include "ops/special/digamma.h"
#include "ops/special/exponential.h"

namespace torch::distributions::ops::special {

/// The implicit derivative of a draw x of Beta(a, b) in a, divided by 1 - x: for the distribution
/// function F and the density f that is -(dF/da) / (f (1 - x)), which is positive. Relative error
/// below 1e-11 for a, b from 1e-3 to 1e6.
///
/// Multiplied by 1 - x it is the derivative of x, and by -x_j that of the j-th coordinate of a draw
/// of the Dirichlet distribution whose coordinate x is. It has no derivative of its own: asking for
/// one is c10::NotImplementedError.
struct BetaDrawDa;
inline constexpr Function<BetaDrawDa> beta_draw_da{};

struct BetaDrawDa {
  static constexpr const char* kName = "the gradient of a Beta or Dirichlet draw";

  template <class T>
  static constexpr T value(const T& x, const T& a, const T& b) {
    const T total = a + b, rest = 1.0 - x;
    return branch(
        x <= kRatio && x * total <= kRatio * (a + 1.0), [&] { return near_zero(x, a, b); },
        [&] {
          return branch(
              rest <= kRatio && rest * total <= kRatio * (b + 1.0),
              [&] { return near_one(x, a, b); }, [&] { return between(x, a, b); });
        });
  }

 private:
  /// Where the terms of a series shrink by this factor at least, kTerms of them leave nothing to a
  /// double.
  static constexpr double kRatio = 0.8;
  static constexpr int kTerms = 160;

  template <class T>
  struct Series {
    T sum, derivative;
  };

  /// Whether a series can end: that of a number when its term is negligible, those of a tensor
  /// together after kTerms.
  template <class T>
  static constexpr bool is_negligible(const T& term, const T& sum) {
    if constexpr (std::is_same_v<T, double>) {
      return term <= 0x1p-53 * sum;
    } else {
      return false;
    }
  }

  /// S = sum (a + b)_n / (c + 1)_n z^n, and its derivative in a, where c is a or a constant.
  template <bool kOfA, class T>
  static constexpr Series<T> series(const T& total, const T& c, const T& z) {
    T term = like(z, 1.0), derivative = like(z, 0.0);
    Series<T> s{term, derivative};
    for (int n = 1; n <= kTerms && !is_negligible(term, s.sum); ++n) {
      const T rising = total + (n - 1.0), inverse = 1.0 / (c + double(n)),
              factor = rising * inverse;
      const T growth = kOfA ? (1.0 - factor) * inverse : inverse;
      derivative = (derivative * factor + term * growth) * z;
      term = term * factor * z;
      s.sum = s.sum + term;
      s.derivative = s.derivative + derivative;
    }
    return s;
  }

  /// From F / f = x (1 - x) / a S, S = sum (a + b)_n / (a + 1)_n x^n.
  template <class T>
  static constexpr T near_zero(const T& x, const T& a, const T& b) {
    const T total = a + b;
    const auto s = series</*kOfA=*/true, T>(total, a, x);
    return -x * (s.sum * (log(x) + digamma(total) - digamma(a + 1.0)) + s.derivative) / a;
  }

  /// From (1 - F) / f = x (1 - x) / b S, S = sum (a + b)_n / (b + 1)_n (1 - x)^n.
  template <class T>
  static constexpr T near_one(const T& x, const T& a, const T& b) {
    const auto s = series</*kOfA=*/false, T>(a + b, b, 1.0 - x);
    return x * (s.sum * (log(x) + digamma_difference(a, b)) + s.derivative) / b;
  }

  /// Between: dF/da is the integral of f(t) (log t - E log t) from 0 to x, or less that from x to
  /// 1. On the side of x where log t - E log t has one sign nothing cancels. In the log odds of t,
  /// s away from those of x, it is the integral of exp(-c s - (a + b) log(1 + w expm1(-s))) from 0
  /// on, with (c, w) = (a, x) below and (b, 1 - x) above: by the double exponential rule s = exp(v
  /// - exp(-v)), whose error decays exponentially in the number of nodes (H. Takahasi and M. Mori,
  /// 1974).
  template <class T>
  static constexpr T between(const T& x, const T& a, const T& b) {
    constexpr int kNodes = 96;
    constexpr double kFirst = -3.6, kLast = 3.4;
    constexpr double kNegligible = 40;  // exp(-40) beside 1
    constexpr double kLongest = 600;    // up to which exp(s) is a number
    const T total = a + b, rest = 1.0 - x;
    const T offset = log(x) + digamma_difference(a, b);
    const auto below = offset < 0.0;
    const T c = select(below, a, b), w = select(below, x, rest);
    const T step_into_log_t = select(below, -1.0, like(x, 0.0));
    const T other = select(below, b, a), other_w = select(below, rest, x);
    const T slope = c - total * w;
    const T scale = 1.0 / (0.5 * (slope + abs(slope)) + sqrt(total * x * rest));
    // The tail of a small c is long.
    const T tail = log(kNegligible / (c * scale)), last = 0.5 * (tail + kLast + abs(tail - kLast));
    const T h = (last - kFirst) / double(kNodes);
    T integral = like(x, 0.0);
    for (int i = 0; i <= kNodes; ++i) {
      const T v = h * double(i) + kFirst, inner = exp(-v);
      const T s = scale * exp(v - inner);
      const T log_ratio = -log1p(w * expm1(-s));
      // Where c is nearly the total, what the other concentration has in it.
      const T exponent = branch(
          w > 0.5 && s < kLongest, [&] { return other * s - total * log1p(other_w * expm1(s)); },
          [&] { return total * log_ratio - c * s; });
      integral =
          integral + exp(exponent) * (log_ratio + step_into_log_t * s + offset) * s * (1.0 + inner);
    }
    return abs(x * integral * h);
  }
};

}  // namespace torch::distributions::ops::special
