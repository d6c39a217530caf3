#pragma once

#include <limits>
#include <numbers>

#include "ops/engine/dual.h"
#include "ops/special/bregman_kernels.h"
#include "ops/special/gamma_kernels.h"
#include "ops/special/log_density_kernels.h"
#include "ops/special/normal_kernels.h"

/// The vocabulary of formulas on Dual numbers: a function, and its partial derivatives, each in
/// terms of the special functions' kernels. What a kernel's formula does not use is not here.

namespace torch::distributions::ops::engine {
namespace {

namespace kernels = special::kernels;

// The functions of SIMD numbers that no kernel of a special function has.

template <class T>
Lanes<T> square(const Lanes<T>& x) {
  return x * x;
}
template <class T>
Lanes<T> sigmoid(const Lanes<T>& x) {
  const Lanes<T> tail = exp(-abs(x));
  const Lanes<T> larger = 1.0 / (tail + 1.0);
  return select(x >= 0.0, larger, tail * larger);
}
template <class T>
Lanes<T> softplus(const Lanes<T>& x) {
  return max(x, Lanes<T>(0.0)) + log1p(exp(-abs(x)));
}
template <class T>
Lanes<T> xlogy(const Lanes<T>& x, const Lanes<T>& y) {
  return select(x == 0.0 && y == y, Lanes<T>(0.0), x * log(y));
}
template <class T>
Lanes<T> xlog1py(const Lanes<T>& x, const Lanes<T>& y) {
  return select(x == 0.0 && y == y, Lanes<T>(0.0), x * log1p(y));
}

// Elementary functions.

template <class T, unsigned M>
Dual<T, M> square(const Dual<T, M>& x) {
  return chain(square(x.value), along(x, [&] { return x.value + x.value; }));
}
template <class T, unsigned M>
Dual<T, M> sqrt(const Dual<T, M>& x) {
  const Lanes<T> root = sqrt(x.value);
  return chain(root, along(x, [&] { return 0.5 / root; }));
}
template <class T, unsigned M>
Dual<T, M> abs(const Dual<T, M>& x) {
  return chain(abs(x.value), along(x, [&] {
                 return select(x.value > 0.0, Lanes<T>(1.0),
                               select(x.value < 0.0, Lanes<T>(-1.0), Lanes<T>(0.0)));
               }));
}
template <class T, unsigned M>
Constant<T> floor(const Dual<T, M>& x) {
  return {floor(x.value), {}};
}
template <class T, unsigned M>
Dual<T, M> log(const Dual<T, M>& x) {
  return chain(log(x.value), along(x, [&] { return 1.0 / x.value; }));
}
template <class T, unsigned M>
Dual<T, M> log1p(const Dual<T, M>& x) {
  return chain(log1p(x.value), along(x, [&] { return 1.0 / (x.value + 1.0); }));
}
template <class T, unsigned M>
Dual<T, M> exp(const Dual<T, M>& x) {
  const Lanes<T> value = exp(x.value);
  return chain(value, along(x, [&] { return value; }));
}
template <class T, unsigned M>
Dual<T, M> expm1(const Dual<T, M>& x) {
  return chain(expm1(x.value), along(x, [&] { return exp(x.value); }));
}
template <class T, unsigned M>
Dual<T, M> sigmoid(const Dual<T, M>& x) {
  const Lanes<T> value = sigmoid(x.value);
  return chain(value, along(x, [&] { return value * sigmoid(-x.value); }));
}
template <class T, unsigned M>
Dual<T, M> softplus(const Dual<T, M>& x) {
  return chain(softplus(x.value), along(x, [&] { return sigmoid(x.value); }));
}
template <class T, unsigned M>
Dual<T, M> log_sigmoid(const Dual<T, M>& x) {
  return chain(-softplus(-x.value), along(x, [&] { return sigmoid(-x.value); }));
}
template <class T, unsigned A, unsigned B>
Dual<T, A | B> xlogy(const Dual<T, A>& x, const Dual<T, B>& y) {
  const Lanes<T>&a = x.value, &b = y.value, one(1.0);
  return chain(xlogy(a, b), along(x, [&] { return log(select(a == 0.0 && b <= 0.0, one, b)); }),
               along(y, [&] { return a / select(a == 0.0 && b == 0.0, one, b); }));
}
template <class T, unsigned A, unsigned B>
Dual<T, A | B> xlog1py(const Dual<T, A>& x, const Dual<T, B>& y) {
  const Lanes<T>&a = x.value, &b = y.value, zero(0.0);
  return chain(xlog1py(a, b),
               along(x, [&] { return log1p(select(a == 0.0 && b <= -1.0, zero, b)); }),
               along(y, [&] { return a / (select(a == 0.0 && b == -1.0, zero, b) + 1.0); }));
}
template <class T, unsigned M>
Dual<T, M> ndtr(const Dual<T, M>& x) {
  return chain(kernels::ndtr(x.value),
               along(x, [&] { return exp(-0.5 * square(x.value)) * (1 / kernels::kSqrtTwoPi); }));
}
template <class T, unsigned M>
Dual<T, M> nonnegative(const Dual<T, M>& x) {
  return {max(x.value, Lanes<T>(0.0)), x.partials};
}

// Logarithms of densities.

template <class T, unsigned A, unsigned B, unsigned C>
Dual<T, A | B | C> gamma_log_kernel(const Dual<T, A>& x, const Dual<T, B>& a, const Dual<T, C>& r) {
  return chain(
      kernels::gamma_log_kernel(x.value, a.value, r.value),
      along(x, [&] { return kernels::gamma_score(x.value, a.value, r.value); }),
      along(a, [&] { return kernels::gamma_concentration_score(x.value, a.value, r.value); }),
      along(r, [&] { return kernels::gamma_residual(a.value, r.value, x.value) / r.value; }));
}
template <class T, unsigned A, unsigned B, unsigned C>
Dual<T, A | B | C> beta_log_kernel(const Dual<T, A>& x, const Dual<T, B>& a, const Dual<T, C>& b) {
  using Number = Lanes<T>;
  return chain(
      kernels::beta_log_kernel(x.value, a.value, b.value),
      along(x,
            [&] {
              return kernels::bernoulli_score(Number(a.value - 1.0), Number(b.value - 1.0),
                                              x.value);
            }),
      along(a, [&] { return log(x.value) + kernels::digamma_difference(a.value, b.value); }),
      along(b, [&] { return log1p(-x.value) + kernels::digamma_difference(b.value, a.value); }));
}
/// The counts carry no gradient here: who asks for one is served by the composed path.
template <class T, unsigned M>
Dual<T, M> binomial_log_kernel(const Constant<T>& k, const Constant<T>& n, const Dual<T, M>& p) {
  return chain(kernels::binomial_log_kernel(k.value, n.value, p.value), along(p, [&] {
                 return kernels::bernoulli_score(k.value, Lanes<T>(n.value - k.value), p.value);
               }));
}
template <class T, unsigned M>
Dual<T, M> binomial_log_kernel_logits(const Constant<T>& k, const Constant<T>& n,
                                      const Dual<T, M>& logits) {
  return chain(kernels::binomial_log_kernel_logits(k.value, n.value, logits.value),
               along(logits, [&] {
                 return kernels::binomial_score_logits(k.value, n.value, logits.value);
               }));
}

// Bregman divergences.

template <class T, unsigned A, unsigned B>
Dual<T, A | B> itakura_saito(const Dual<T, A>& x, const Dual<T, B>& y) {
  const Lanes<T> difference = x.value - y.value;
  return chain(kernels::itakura_saito(x.value, y.value, difference),
               along(x, [&] { return difference / y.value / x.value; }),
               along(y, [&] { return -difference / y.value / y.value; }));
}
template <class T, unsigned A, unsigned B, unsigned C>
Dual<T, A | B> deviance(const Dual<T, A>& x, const Dual<T, B>& m, const Dual<T, C>& d) {
  const Lanes<T> zero(0.0), one(1.0);
  const Mask<T> no_mean = m.value == 0.0;
  const Mask<T> flat = x.value == 0.0 || no_mean;
  const Mask<T> is_near = abs(d.value) <= 0.5 * m.value;
  return chain(
      kernels::deviance(x.value, m.value, d.value),
      along(x,
            [&] {
              const Lanes<T> mean = select(flat, one, m.value);
              return branch(
                  is_near && !flat, [&] { return log1p(select(is_near, d.value, zero) / mean); },
                  [&] { return log(select(flat, one, x.value) / mean); });
            }),
      along(m, [&] {
        const Lanes<T> difference = select(is_near, d.value, x.value - m.value);
        const Lanes<T> slope = -select(no_mean, zero, difference) / select(no_mean, one, m.value);
        return select(x.value == 0.0 && no_mean, one, slope);
      }));
}
template <class T, unsigned A, unsigned B, unsigned C>
Dual<T, A | B> stirling_divergence(const Dual<T, A>& x, const Dual<T, B>& y, const Dual<T, C>& d) {
  return chain(
      kernels::stirling_divergence(x.value, y.value, d.value),
      along(x, [&] { return kernels::stirling_slope_difference(x.value, y.value, d.value); }),
      along(y, [&] {
        return -(0.5 / square(y.value) + kernels::stirlerr_curvature(y.value)) * d.value;
      }));
}
template <class T, unsigned A, unsigned B>
Dual<T, A | B> softplus_divergence(const Dual<T, A>& x, const Dual<T, B>& y) {
  const Lanes<T> zero(0.0);
  return chain(kernels::softplus_divergence(x.value, y.value),
               along(x,
                     [&] {
                       // sigmoid(x) - sigmoid(y), by the tails on which the sigmoids are small.
                       const Lanes<T> sign = select(y.value > 0.0, Lanes<T>(-1.0), Lanes<T>(1.0));
                       const Lanes<T> to = sign * x.value, from = sign * y.value, d = to - from;
                       return sign * branch(
                                         abs(d) <= 1.0,
                                         [&] { return -sigmoid(to) * sigmoid(-from) * expm1(-d); },
                                         [&] { return sigmoid(to) - sigmoid(from); });
                     }),
               along(y, [&] {
                 const auto infinite = [](const Lanes<T>& z) {
                   return abs(z) == std::numeric_limits<double>::infinity();
                 };
                 const Lanes<T> d =
                     select(infinite(x.value) || infinite(y.value), zero, x.value - y.value);
                 return -sigmoid(y.value) * sigmoid(-y.value) * d;
               }));
}

}  // namespace
}  // namespace torch::distributions::ops::engine
