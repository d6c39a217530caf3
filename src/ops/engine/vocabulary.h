#pragma once

#include <limits>
#include <numbers>

#include "ops/engine/dual.h"
#include "ops/engine/float_kernels.h"
#include "ops/special/bregman_kernels.h"
#include "ops/special/gamma_kernels.h"
#include "ops/special/log_density_kernels.h"
#include "ops/special/normal_kernels.h"

/// The vocabulary of formulas on Dual numbers: a function, and its partial derivatives, each in
/// terms of the special functions' kernels. What a kernel's formula does not use is not here.
///
/// All of it is inline, so that a value or a partial derivative which nobody reads is not computed.

namespace torch::distributions::ops::engine {
namespace {

// The functions of SIMD numbers that no kernel of a special function has.

template <class T>
[[gnu::always_inline]] inline Lanes<T> sigmoid(const Lanes<T>& x) {
  const Lanes<T> tail = exp(-abs(x));
  const Lanes<T> larger = 1.0 / (tail + 1.0);
  return select(x >= 0.0, larger, tail * larger);
}
template <class T>
[[gnu::always_inline]] inline Lanes<T> softplus(const Lanes<T>& x) {
  return max(x, Lanes<T>(0.0)) + log1p(exp(-abs(x)));
}
template <class T>
[[gnu::always_inline]] inline Lanes<T> xlogy(const Lanes<T>& x, const Lanes<T>& y) {
  return select(x == 0.0 && y == y, Lanes<T>(0.0), x * log(y));
}
template <class T>
[[gnu::always_inline]] inline Lanes<T> xlog1py(const Lanes<T>& x, const Lanes<T>& y) {
  return select(x == 0.0 && y == y, Lanes<T>(0.0), x * log1p(y));
}

/// Whether float_kernels.h serves these numbers.
template <class S>
inline constexpr bool kHasDigitsToSpare =
    std::is_same_v<S, FloatInDouble> || std::is_same_v<S, DoubleForFloat>;

/// value_of_name<S>(x...): by name_of_floats where digits are to spare, else by kernels::name.
#define TORCH_DISTRIBUTIONS_VALUE(name)                                           \
  template <class S, class... Numbers>                                            \
  [[gnu::always_inline]] inline LanesOf<S> value_of_##name(const Numbers&... x) { \
    if constexpr (kHasDigitsToSpare<S>) {                                         \
      return name##_of_floats(x...);                                              \
    } else {                                                                      \
      return kernels::name(x...);                                                 \
    }                                                                             \
  }
TORCH_DISTRIBUTIONS_VALUE(stirling_remainder)
TORCH_DISTRIBUTIONS_VALUE(binomial_log_kernel)
TORCH_DISTRIBUTIONS_VALUE(binomial_log_kernel_logits)
TORCH_DISTRIBUTIONS_VALUE(itakura_saito)
TORCH_DISTRIBUTIONS_VALUE(deviance)
TORCH_DISTRIBUTIONS_VALUE(stirling_divergence)
TORCH_DISTRIBUTIONS_VALUE(softplus_divergence)
#undef TORCH_DISTRIBUTIONS_VALUE

// Elementary functions.

template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> square(const Dual<S, M>& x) {
  return chain(square(x.value), along(x, [&] { return x.value + x.value; }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> sqrt(const Dual<S, M>& x) {
  const LanesOf<S> root = sqrt(x.value);
  return chain(root, along(x, [&] { return 0.5 / root; }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> abs(const Dual<S, M>& x) {
  return chain(abs(x.value), along(x, [&] {
                 return select(x.value > 0.0, LanesOf<S>(1.0),
                               select(x.value < 0.0, LanesOf<S>(-1.0), LanesOf<S>(0.0)));
               }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Constant<S> floor(const Dual<S, M>& x) {
  return {floor(x.value), {}};
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> log(const Dual<S, M>& x) {
  return chain(log(x.value), along(x, [&] { return 1.0 / x.value; }));
}
/// f(log x), whose derivative in x is divided by x, as 1 / x may overflow. At infinity it is 0.
template <class S, unsigned M, class Function>
[[gnu::always_inline]] inline auto of_log(const Function& f, const Dual<S, M>& x) {
  static_assert(std::popcount(M) <= 1);
  Dual<S, M> log_x{log(x.value), x.partials};
  auto result = f(log_x);
  if constexpr (M != 0) {
    constexpr unsigned kInput = std::countr_zero(M);
    LanesOf<S>& slope = result.template partial<kInput>();
    slope = select(x.value == kernels::kInfinity, LanesOf<S>(0.0), slope / x.value);
  }
  return result;
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> log1p(const Dual<S, M>& x) {
  return chain(log1p(x.value), along(x, [&] { return 1.0 / (x.value + 1.0); }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> exp(const Dual<S, M>& x) {
  const LanesOf<S> value = exp(x.value);
  return chain(value, along(x, [&] { return value; }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> expm1(const Dual<S, M>& x) {
  return chain(expm1(x.value), along(x, [&] { return exp(x.value); }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> sigmoid(const Dual<S, M>& x) {
  const LanesOf<S> value = sigmoid(x.value);
  return chain(value, along(x, [&] { return value * sigmoid(-x.value); }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> softplus(const Dual<S, M>& x) {
  return chain(softplus(x.value), along(x, [&] { return sigmoid(x.value); }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> log_sigmoid(const Dual<S, M>& x) {
  const LanesOf<S> value = min(x.value, LanesOf<S>(0.0)) - log1p(exp(-abs(x.value)));
  return chain(value, along(x, [&] { return sigmoid(-x.value); }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> atanh(const Dual<S, M>& x) {
  const LanesOf<S> size = abs(x.value), value = 0.5 * log1p((size + size) / (1.0 - size));
  return chain(select(x.value < 0.0, -value, value),
               along(x, [&] { return 1.0 / ((1.0 - x.value) * (x.value + 1.0)); }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> log_cosh(const Dual<S, M>& x) {
  const LanesOf<S> size = abs(x.value), minus_twice = -2.0 * size;
  return chain(size + (log1p(exp(minus_twice)) - std::numbers::ln2), along(x, [&] {
                 const LanesOf<S> less = expm1(minus_twice), tanh = -less / (less + 2.0);
                 return select(x.value < 0.0, -tanh, tanh);
               }));
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> xlogy(const Dual<S, A>& x, const Dual<S, B>& y) {
  const LanesOf<S>&a = x.value, &b = y.value, one(1.0);
  return chain(xlogy(a, b), along(x, [&] { return log(select(a == 0.0 && b <= 0.0, one, b)); }),
               along(y, [&] { return a / select(a == 0.0 && b == 0.0, one, b); }));
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> xlog1py(const Dual<S, A>& x, const Dual<S, B>& y) {
  const LanesOf<S>&a = x.value, &b = y.value, zero(0.0);
  return chain(xlog1py(a, b),
               along(x, [&] { return log1p(select(a == 0.0 && b <= -1.0, zero, b)); }),
               along(y, [&] { return a / (select(a == 0.0 && b == -1.0, zero, b) + 1.0); }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> ndtr(const Dual<S, M>& x) {
  return chain(kernels::ndtr(x.value),
               along(x, [&] { return exp(-0.5 * square(x.value)) * (1 / kernels::kSqrtTwoPi); }));
}
/// Of differences that are not all finite.
template <class T>
[[gnu::noinline, gnu::cold]] Lanes<T> standardized_of_any(Lanes<T> x, Lanes<T> loc,
                                                          Lanes<T> scale) {
  return kernels::standardized(x, loc, scale);
}
template <class T>
[[gnu::always_inline]] inline Lanes<T> standardized(const Lanes<T>& x, const Lanes<T>& loc,
                                                    const Lanes<T>& scale) {
  const Lanes<T> difference = x - loc;
  if (!(abs(difference) < kernels::kInfinity).all()) [[unlikely]]
    return standardized_of_any(x, loc, scale);
  return difference / scale;
}
template <class S, unsigned A, unsigned B, unsigned C>
[[gnu::always_inline]] inline Dual<S, A | B | C> standardized(const Dual<S, A>& x,
                                                              const Dual<S, B>& loc,
                                                              const Dual<S, C>& scale) {
  const LanesOf<S> z = standardized(x.value, loc.value, scale.value);
  const LanesOf<S> inverse = 1.0 / scale.value;
  return chain(z, along(x, [&] { return inverse; }), along(loc, [&] { return -inverse; }),
               along(scale, [&] { return -z * inverse; }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> nonnegative(const Dual<S, M>& x) {
  return {max(x.value, LanesOf<S>(0.0)), x.partials};
}

// Relatives of the gamma function.

template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> stirling_remainder(const Dual<S, M>& x) {
  return chain(value_of_stirling_remainder<S>(x.value),
               along(x, [&] { return -kernels::log_minus_digamma1p(x.value, x.value); }));
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> log_minus_digamma(const Dual<S, A>& m,
                                                               const Dual<S, B>& x) {
  if constexpr (A == B) {
    if (&m == &x) {  // its two derivatives would cancel
      const auto value = [&] {
        if constexpr (kHasDigitsToSpare<S>) {
          return log_minus_digamma_of_floats(x.value);
        } else {
          return kernels::log_minus_digamma(x.value, x.value);
        }
      };
      return chain(value(), along(x, [&] { return kernels::log_minus_digamma_slope(x.value); }));
    }
  }
  return chain(kernels::log_minus_digamma(m.value, x.value),
               along(m, [&] { return 1.0 / m.value; }),
               along(x, [&] { return -kernels::trigamma(x.value); }));
}

// Logarithms of densities.

template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline auto gamma_log_kernel(const Dual<S, A>& a, const Dual<S, B>& r) {
  if constexpr (kHasDigitsToSpare<S>) {
    return [a, r, gamma = GammaOfFloats(a.value, r.value)]<unsigned C>(const Dual<S, C>& x) {
      return chain(gamma.log_density(x.value),
                   along(x, [&] { return kernels::gamma_score(x.value, a.value, r.value); }),
                   along(a, [&] { return gamma.concentration_score(x.value); }),
                   along(r, [&] { return a.value / r.value - x.value; }));
    };
  } else {
    return [a, r]<unsigned C>(const Dual<S, C>& x) {
      return chain(
          kernels::gamma_log_kernel(x.value, a.value, r.value),
          along(x, [&] { return kernels::gamma_score(x.value, a.value, r.value); }),
          along(a, [&] { return kernels::gamma_concentration_score(x.value, a.value, r.value); }),
          along(r, [&] { return kernels::gamma_residual(a.value, r.value, x.value) / r.value; }));
    };
  }
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline auto beta_log_kernel(const Dual<S, A>& a, const Dual<S, B>& b) {
  using Numbers = LanesOf<S>;
  const auto score = [a, b](const Numbers& x) {
    return kernels::bernoulli_score(Numbers(a.value - 1.0), Numbers(b.value - 1.0), x);
  };
  if constexpr (kHasDigitsToSpare<S>) {
    return [a, b, score, beta = BetaOfFloats(a.value, b.value)]<unsigned C>(const Dual<S, C>& x) {
      return chain(beta.log_density(x.value), along(x, [&] { return score(x.value); }),
                   along(a, [&] { return beta.score_a(x.value); }),
                   along(b, [&] { return beta.score_b(x.value); }));
    };
  } else {
    return [a, b, score]<unsigned C>(const Dual<S, C>& x) {
      return chain(
          kernels::beta_log_kernel(x.value, a.value, b.value),
          along(x, [&] { return score(x.value); }),
          along(a, [&] { return kernels::beta_shape_score(log(x.value), a.value, b.value); }),
          along(b, [&] { return kernels::beta_shape_score(log1p(-x.value), b.value, a.value); }));
    };
  }
}
/// The counts carry no gradient here: who asks for one is served by the composed path.
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> binomial_log_kernel(const Constant<S>& k,
                                                             const Constant<S>& n,
                                                             const Dual<S, M>& p) {
  return chain(value_of_binomial_log_kernel<S>(k.value, n.value, p.value), along(p, [&] {
                 return kernels::bernoulli_score(k.value, LanesOf<S>(n.value - k.value), p.value);
               }));
}
template <class S, unsigned M>
[[gnu::always_inline]] inline Dual<S, M> binomial_log_kernel_logits(const Constant<S>& k,
                                                                    const Constant<S>& n,
                                                                    const Dual<S, M>& logits) {
  return chain(value_of_binomial_log_kernel_logits<S>(k.value, n.value, logits.value),
               along(logits, [&] {
                 if constexpr (kHasDigitsToSpare<S>) {
                   return k.value - n.value * sigmoid(logits.value);
                 } else {
                   return kernels::binomial_score_logits(k.value, n.value, logits.value);
                 }
               }));
}

/// As above. The probabilities of counts follow from that of one by their ratios: with w = P(k) /
/// P(first) the entropy is log sum w - sum w log w / sum w. From the most likely count on nothing
/// cancels; of few trials little does from 0 on, which takes fewer steps. The derivative in p is
/// the sum of -P(k) (k - n p) log w over p (1 - p).
template <class S, unsigned M>
Dual<S, M> binomial_entropy_sum(const Constant<S>& trials, const Dual<S, M>& probability) {
  using Numbers = LanesOf<S>;
  constexpr double kFew = 16, kNegligible = 0x1p-66;
  const Numbers &n = trials.value, &p = probability.value, zero(0.0), one(1.0);
  const Numbers odds = p / (1.0 - p), mean = n * p;
  const Numbers first = select(n <= kFew, zero, floor(mean + p));
  Numbers others = 0.0 * mean, logs = others, slope = others;
  // ratio(k) is P(k + step) / P(k).
  const auto walk = [&](double step, const auto& is_last, const auto& ratio) {
    Numbers k = first, w = one, log_w = zero;
    for (MaskOf<S> goes_on = !is_last(k); !goes_on.none();) {
      const Numbers factor = ratio(select(goes_on, k, first));
      goes_on = goes_on && w * factor > 0.0;
      k = k + step;
      w = select(goes_on, w * factor, zero);
      log_w = log_w + log(select(goes_on, factor, one));
      const Numbers term = w * log_w;
      others = others + w;
      logs = logs + term;
      if constexpr (M != 0) slope = slope + term * (k - mean);
      goes_on = goes_on && w > kNegligible * others && !is_last(k);
    }
  };
  walk(
      1, [&](const Numbers& k) { return !(k + 1.0 <= n); },
      [&](const Numbers& k) { return (n - k) / (k + 1.0) * odds; });
  walk(
      -1, [&](const Numbers& k) { return !(k >= 1.0); },
      [&](const Numbers& k) { return k / ((n - k + 1.0) * odds); });
  const Numbers sum = others + 1.0;
  return chain(log1p(others) - logs / sum,
               along(probability, [&] { return -slope / (sum * p * (1.0 - p)); }));
}

// Bregman divergences.

template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> itakura_saito(const Dual<S, A>& x,
                                                           const Dual<S, B>& y) {
  const LanesOf<S> difference = x.value - y.value;
  return chain(value_of_itakura_saito<S>(x.value, y.value, difference),
               along(x, [&] { return difference / y.value / x.value; }),
               along(y, [&] { return -difference / y.value / y.value; }));
}
template <class S, unsigned A, unsigned B, unsigned C>
[[gnu::always_inline]] inline Dual<S, A | B> deviance(const Dual<S, A>& x, const Dual<S, B>& m,
                                                      const Dual<S, C>& d) {
  const LanesOf<S> zero(0.0), one(1.0);
  const MaskOf<S> no_mean = m.value == 0.0;
  const MaskOf<S> flat = x.value == 0.0 || no_mean;
  const MaskOf<S> is_near = abs(d.value) <= 0.5 * m.value;
  return chain(
      value_of_deviance<S>(x.value, m.value, d.value),
      along(x,
            [&] {
              const LanesOf<S> mean = select(flat, one, m.value);
              return branch(
                  is_near && !flat, [&] { return log1p(select(is_near, d.value, zero) / mean); },
                  [&] { return log(select(flat, one, x.value) / mean); });
            }),
      along(m, [&] {
        const LanesOf<S> difference = select(is_near, d.value, x.value - m.value);
        const LanesOf<S> slope = -select(no_mean, zero, difference) / select(no_mean, one, m.value);
        return select(x.value == 0.0 && no_mean, one, slope);
      }));
}
template <class S, unsigned A, unsigned B, unsigned C>
[[gnu::always_inline]] inline Dual<S, A | B> stirling_divergence(const Dual<S, A>& x,
                                                                 const Dual<S, B>& y,
                                                                 const Dual<S, C>& d) {
  return chain(
      value_of_stirling_divergence<S>(x.value, y.value, d.value),
      along(x, [&] { return kernels::stirling_slope_difference(x.value, y.value, d.value); }),
      along(y, [&] {
        return -(0.5 / square(y.value) + kernels::stirlerr_curvature(y.value)) * d.value;
      }));
}
/// x - y, and 0 where either is infinite.
template <class T>
Lanes<T> finite_difference(const Lanes<T>& x, const Lanes<T>& y) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return select(abs(x) == kInfinity || abs(y) == kInfinity, Lanes<T>(0.0), x - y);
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> exp_divergence(const Dual<S, A>& x,
                                                            const Dual<S, B>& y) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return chain(kernels::exp_divergence(x.value, y.value),
               along(x,
                     [&] {
                       const LanesOf<S> d = x.value - y.value;
                       const LanesOf<S> slope = branch(
                           abs(d) <= 1.0, [&] { return exp(y.value) * expm1(d); },
                           [&] { return exp(x.value) - exp(y.value); });
                       return select(x.value == -kInfinity, LanesOf<S>(0.0), slope);
                     }),
               along(y, [&] { return -exp(y.value) * finite_difference(x.value, y.value); }));
}
template <class S, unsigned A, unsigned B>
[[gnu::always_inline]] inline Dual<S, A | B> softplus_divergence(const Dual<S, A>& x,
                                                                 const Dual<S, B>& y) {
  const LanesOf<S> zero(0.0);
  return chain(value_of_softplus_divergence<S>(x.value, y.value),
               along(x,
                     [&] {
                       // sigmoid(x) - sigmoid(y), by the tails on which the sigmoids are small.
                       const LanesOf<S> sign =
                           select(y.value > 0.0, LanesOf<S>(-1.0), LanesOf<S>(1.0));
                       const LanesOf<S> to = sign * x.value, from = sign * y.value, d = to - from;
                       return sign * branch(
                                         abs(d) <= 1.0,
                                         [&] { return -sigmoid(to) * sigmoid(-from) * expm1(-d); },
                                         [&] { return sigmoid(to) - sigmoid(from); });
                     }),
               along(y, [&] {
                 return -sigmoid(y.value) * sigmoid(-y.value) * finite_difference(x.value, y.value);
               }));
}

}  // namespace
}  // namespace torch::distributions::ops::engine
