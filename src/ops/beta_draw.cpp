#include "ops/beta_draw.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <array>
#include <cmath>

#include "ops/special/differentiable.h"
#include "ops/special/elementwise.h"
#include "ops/special/gamma_kernels.h"

namespace torch::distributions::ops {
namespace {

namespace special = ops::special;
using namespace special::kernels;

/// Where the terms of a series below shrink by this factor at least, kTerms of them leave nothing
/// to a double.
constexpr double kRatio = 0.8;
constexpr int kTerms = 160;

/// Whether a series can end: a single one when its term is negligible, those of a tensor together
/// after kTerms.
bool negligible(double term, double sum) { return term <= 0x1p-53 * sum; }
bool negligible(const Tensor&, const Tensor&) { return false; }

template <typename T>
struct Series {
  T sum, derivative;
};

/// S = sum (a + b)_n / (c + 1)_n z^n, and its derivative in a, where c is a or a constant.
template <bool kOfA, typename T>
Series<T> series(const T& total, const T& c, const T& z) {
  T term = z * 0 + 1, derivative = z * 0;
  Series<T> s{term, derivative};
  for (int n = 1; n <= kTerms && !negligible(term, s.sum); ++n) {
    const T rising = total + (n - 1.0), inverse = 1 / (c + double(n)), factor = rising * inverse;
    const T growth = kOfA ? (1 - factor) * inverse : inverse;
    derivative = (derivative * factor + term * growth) * z;
    term = term * factor * z;
    s.sum = s.sum + term;
    s.derivative = s.derivative + derivative;
  }
  return s;
}

/// From F / f = x (1 - x) / a S, S = sum (a + b)_n / (a + 1)_n x^n.
template <typename T>
T near_zero(const T& x, const T& a, const T& b) {
  const T total = a + b;
  const auto s = series</*kOfA=*/true>(total, a, x);
  return -x * (s.sum * (log(x) + digamma(total) - digamma(a + 1.0)) + s.derivative) / a;
}

/// From (1 - F) / f = x (1 - x) / b S, S = sum (a + b)_n / (b + 1)_n (1 - x)^n.
template <typename T>
T near_one(const T& x, const T& a, const T& b) {
  const auto s = series</*kOfA=*/false>(T(a + b), b, T(1 - x));
  return x * (s.sum * (log(x) + digamma_difference(a, b)) + s.derivative) / b;
}

/// Between: dF/da is the integral of f(t) (log t - E log t) from 0 to x, or less that from x to 1.
/// On the side of x where log t - E log t has one sign nothing cancels. In the log odds of t, s
/// away from those of x, it is the integral of exp(-c s - (a + b) log(1 + w expm1(-s))) from 0 on,
/// with (c, w) = (a, x) below and (b, 1 - x) above: by the double exponential rule s = exp(v -
/// exp(-v)), whose error decays exponentially in the number of nodes (H. Takahasi and M. Mori,
/// 1974).
template <typename T>
T between(const T& x, const T& a, const T& b) {
  constexpr int kNodes = 96;
  constexpr double kFirst = -3.6, kLast = 3.4;
  constexpr double kNegligible = 40;  // exp(-40) beside 1
  constexpr double kLongest = 600;    // up to which exp(s) is a number
  const T total = a + b, rest = 1 - x;
  const T offset = log(x) + digamma_difference(a, b);
  const auto below = offset < 0.0;
  const auto choose = [&](const T& yes, const T& no) {
    return branch(
        below, [&] { return yes; }, [&] { return no; });
  };
  const T c = choose(a, b), w = choose(x, rest), step_into_log_t = choose(x * 0 - 1, x * 0);
  const T other = choose(b, a), other_w = choose(rest, x);
  const T slope = c - total * w;
  const T scale = 1 / (0.5 * (slope + abs(slope)) + sqrt(total * x * rest));
  // The tail of a small c is long.
  const T tail = log(kNegligible / (c * scale)), last = 0.5 * (tail + kLast + abs(tail - kLast));
  const T h = (last - kFirst) / double(kNodes);
  T integral = x * 0;
  for (int i = 0; i <= kNodes; ++i) {
    const T v = h * double(i) + kFirst, inner = exp(-v);
    const T s = scale * exp(v - inner);
    const T log_ratio = -log1p(w * expm1(-s));
    // Where c is nearly the total, what the other concentration has in it.
    const T exponent = branch((w > 0.5) & (s < kLongest),
                              [&] { return other * s - total * log1p(other_w * expm1(s)); },
                              [&] { return total * log_ratio - c * s; });
    integral =
        integral + exp(exponent) * (log_ratio + step_into_log_t * s + offset) * s * (1 + inner);
  }
  return abs(x * integral * h);
}

template <typename T>
T derivative(const T& x, const T& a, const T& b) {
  const T total = a + b, rest = 1 - x;
  return branch(
      (x <= kRatio) & (x * total <= kRatio * (a + 1.0)), [&] { return near_zero(x, a, b); },
      [&] {
        return branch((rest <= kRatio) & (rest * total <= kRatio * (b + 1.0)),
                      [&] { return near_one(x, a, b); }, [&] { return between(x, a, b); });
      });
}

constexpr special::Rule kBetaDrawDa{
    "the gradient of a Beta or Dirichlet draw",
    [](at::TensorList args) {
      return special::elementwise(
          [](const auto& x, const auto& a, const auto& b) { return derivative(x, a, b); }, args[0],
          args[1], args[2]);
    },
    {nullptr, nullptr, nullptr}};

}  // namespace

at::Tensor beta_draw_da(const at::Tensor& x, const at::Tensor& a, const at::Tensor& b) {
  return special::differentiable(kBetaDrawDa, {x, a, b});
}

}  // namespace torch::distributions::ops
