#pragma once

#include <utility>

#include "ops/special/gamma_kernels.h"
#include "ops/special/scalar.h"

namespace torch::distributions::ops::special::kernels {

/// Loader's deviance x log(x / m) + m - x >= 0, given the difference x - m more accurately than
/// they tell it.
template <typename T>
T deviance(const T& x, const T& m, const T& difference) {
  const T relative = -1.0 * difference / x;
  return branch(
      abs(relative - 0.25) <= 0.75,
      [&] {  // x (relative - log(1 + relative)), and what the quotient's rounding changes of that.
        const Pair<T> product = two_product(relative, x);
        const T rounding = (-1.0 * difference - product.high) - product.low;
        return rounding * relative / (relative + 1.0) - x * log1pmx(relative);
      },
      [&] {
        return branch((x > 0.0) & (m < kInfinity),
                      [&] {
                        const T ratio = x / m;
                        const T x_log_ratio =
                            branch((ratio > 1e-290) & (ratio < 1e290),
                                   [&] {
                                     const Pair<T> product = two_product(ratio, m);
                                     return x * log(ratio) + ((x - product.high) - product.low);
                                   },
                                   [&] { return x * (log(x) - log(m)); });
                        return x_log_ratio - difference;
                      },
                      [&] { return -1.0 * difference; });
      });
}

template <typename T>
T bd0(const T& x, const T& m) {
  return deviance(x, m, T(x - m));
}

template <typename T>
T poisson_log_kernel(const T& x, const T& m) {
  return -1.0 * (stirling_remainder(x) + bd0(x, m));
}

/// count - rate x.
template <typename T>
T gamma_residual(const T& count, const T& rate, const T& x) {
  const Pair<T> mean = two_product(rate, x);
  return (count - mean.high) - mean.low;
}

template <typename T>
T gamma_log_kernel(const T& x, const T& concentration, const T& rate) {
  return branch(
      concentration >= 1.0,
      [&] {
        const T count = concentration - 1.0;
        return log(rate) - stirling_remainder(count) -
               deviance(count, T(rate * x), gamma_residual(count, rate, x));
      },
      [&] {
        return concentration * log(rate) + (concentration - 1.0) * log(x) - rate * x -
               lgamma1p_unit(concentration) + log(concentration);
      });
}

/// log(rate x) - psi(concentration), with the product unrounded: at the mode little more than its
/// rounding is left.
template <typename T>
T gamma_concentration_score(const T& x, const T& concentration, const T& rate) {
  const Pair<T> mean = two_product(rate, x);
  return branch((mean.high > 1e-290) & (mean.high < kInfinity),
                [&] { return log_minus_digamma(mean.high, concentration) + mean.low / mean.high; },
                [&] {  // -inf at 0, even if the digamma function overflows.
                  return branch(
                      x == 0.0, [&] { return log(x); },
                      [&] { return (log(rate) + log(x)) - digamma(concentration); });
                });
}

/// x and 1 - x, as pairs.
template <typename T>
std::pair<Pair<T>, Pair<T>> with_complement(const T& x) {
  const T zero = x * 0.0;
  return {Pair<T>{x, zero}, two_sum(T(zero + 1.0), T(-1.0 * x))};
}

/// k q - m p = k - (k + m) p where p + q = 1. The leading products cancel exactly near the mode.
template <typename T>
T binomial_residual(const T& k, const T& m, const Pair<T>& p, const Pair<T>& q) {
  const Pair<T> kq = two_product(k, q.high);
  const Pair<T> mp = two_product(m, p.high);
  return (kq.high - mp.high) + ((kq.low - mp.low) + (k * q.low - m * p.low));
}
template <typename T>
T binomial_residual(const T& k, const T& m, const T& probability) {
  const auto [p, q] = with_complement(probability);
  return binomial_residual(k, m, p, q);
}

/// k / p - m / (1 - p), the derivative of k log p + m log(1 - p) in p; at p = 0 or 1 a term with 0
/// above is 0.
template <typename T>
T bernoulli_score(const T& k, const T& m, const T& p) {
  return branch((p > 0.0) & (p < 1.0), [&] { return binomial_residual(k, m, p) / p / (1.0 - p); },
                [&] {
                  const auto ratio = [](const T& numerator, const T& denominator) {
                    return branch(
                        numerator == 0.0, [&] { return numerator; },
                        [&] { return numerator / denominator; });
                  };
                  return ratio(k, p) - ratio(m, T(1.0 - p));
                });
}

/// (a - 1) / x - r, the derivative of gamma_log_kernel in x.
template <typename T>
T gamma_score(const T& x, const T& a, const T& r) {
  const T count = a - 1.0;
  return branch((count == 0.0) | (x == 0.0) | (x == kInfinity),
                [&] {
                  return branch(
                      count == 0.0, [&] { return -1.0 * r; }, [&] { return count / x - r; });
                },
                [&] { return gamma_residual(count, r, x) / x; });
}

/// log [(k + m)! / (k! m!) p^k q^m] where p + q = 1.
template <typename T>
T binomial_from_pairs(const T& k, const T& m, const Pair<T>& p, const Pair<T>& q) {
  const T n = k + m;
  const T residual = binomial_residual(k, m, p, q);
  return stirling_remainder(n) - stirling_remainder(k) - stirling_remainder(m) -
         deviance(k, T(n * p.high), residual) - deviance(m, T(n * q.high), T(-1.0 * residual));
}

/// count * y, 0 for a count of 0 whatever y is.
template <typename T>
T times_count(const T& count, const T& y) {
  return branch(
      count == 0.0, [&] { return T(0.0 * count); }, [&] { return T(count * y); });
}

/// Of shapes of at least 1.
template <typename T>
T beta_log_kernel_of_counts(const T& x, const T& a, const T& b) {
  const auto [p, q] = with_complement(x);
  return log(a + b - 1.0) + binomial_from_pairs(T(a - 1.0), T(b - 1.0), p, q);
}

template <typename T>
T beta_log_kernel(const T& x, const T& a, const T& b) {
  return branch((a >= 1.0) & (b >= 1.0),
                [&] {
                  return branch(
                      a + b < kInfinity, [&] { return beta_log_kernel_of_counts(x, a, b); },
                      [&] {  // Twice the kernel of half the shapes, but for the normalizer.
                        const T k = 0.5 * a, m = 0.5 * b, n = k + m;
                        const T variance = (k / n) * (m / n) / n;
                        return 2.0 * beta_log_kernel_of_counts(x, k, m) +
                               (0.5 * log(2.0 * variance) + kHalfLogTwoPi);
                      });
                },
                [&] {
                  return times_count(T(a - 1.0), T(log(x))) +
                         times_count(T(b - 1.0), T(log1p(-1.0 * x))) - lbeta(a, b);
                });
}

/// log x + psi(a + b) - psi(a), the derivative of beta_log_kernel in a, from log x: -inf at 0, even
/// if the difference overflows.
template <typename T>
T beta_shape_score(const T& log_x, const T& a, const T& b) {
  return branch(
      log_x == -kInfinity, [&] { return T(1.0 * log_x); },
      [&] { return log_x + digamma_difference(a, b); });
}

template <typename T>
T binomial_log_kernel(const T& k, const T& n, const T& probability) {
  const auto [p, q] = with_complement(probability);
  return binomial_from_pairs(k, T(n - k), p, q);
}

template <typename T>
Pair<T> multiply(const Pair<T>& a, const Pair<T>& b) {
  const Pair<T> product = two_product(a.high, b.high);
  return two_sum(product.high, T(product.low + (a.high * b.low + a.low * b.high)));
}

/// exp(x) for x <= 0, to 24 digits or more down to exp(-20), and to 18 at least.
template <typename T>
Pair<T> exp_pair(const T& x) {
  // exp(x / 2^17) by its series, whose terms from the third on are too small to need a second part,
  // and 17 squarings.
  constexpr int kSquarings = 17;
  constexpr double kTail[] = {1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320};
  const T t = x * (1.0 / (1 << kSquarings));
  const Pair<T> square = two_product(t, t);
  const Pair<T> linear = two_sum(T(t * 0.0 + 1.0), t);
  const Pair<T> quadratic = two_sum(linear.high, T(0.5 * square.high));
  const T cubic = t * square.high * polynomial(kTail, t);
  Pair<T> result =
      two_sum(quadratic.high, T(linear.low + quadratic.low + 0.5 * square.low + cubic));
  for (int i = 0; i < kSquarings; ++i) result = multiply(result, result);
  return result;
}

/// 1 / x.
template <typename T>
Pair<T> reciprocal(const Pair<T>& x) {
  const T high = 1.0 / x.high;
  const Pair<T> product = two_product(high, x.high);
  return {high, high * (((1.0 - product.high) - product.low) - high * x.low)};
}

/// f(p, 1 - p), both as pairs, of the probability p with these log-odds.
template <typename T, typename Function>
T of_logistic(const T& n, const T& logits, const Function& f) {
  const auto from_odds = [&](const Pair<T>& odds) {  // exp(-|logits|)
    Pair<T> sum = two_sum(T(odds.high * 0.0 + 1.0), odds.high);
    sum.low = sum.low + odds.low;
    const Pair<T> larger = reciprocal(sum);
    const Pair<T> smaller = multiply(odds, larger);
    return branch(
        logits < 0.0, [&] { return f(smaller, larger); }, [&] { return f(larger, smaller); });
  };
  // A relative error of p is magnified by the standard deviation of n trials: few do not need the
  // second part.
  constexpr double kFar = 750;  // from which on they are 0
  const T distance = clamp(T(-1.0 * abs(logits)), -kFar, 0.0);
  return branch(
      n <= 256.0,
      [&] {
        return from_odds({exp(distance), T(0.0 * distance)});
      },
      [&] { return from_odds(exp_pair(distance)); });
}

template <typename T>
T binomial_log_kernel_logits(const T& k, const T& n, const T& logits) {
  // Farther out the smaller probability is no normal number; its logarithm is the log-odds, which
  // go on in a straight line.
  constexpr double kFar = 700;
  const T zero = 0.0 * k;
  const auto pick = [&](const T& below, const T& between, const T& above) {
    return branch(
        logits < -kFar, [&] { return below; },
        [&] {
          return branch(
              logits > kFar, [&] { return above; }, [&] { return between; });
        });
  };
  const T near = pick(T(zero - kFar), logits, T(zero + kFar));
  const T beyond = pick(T(logits + kFar), zero, T(kFar - logits));
  const T kernel = of_logistic(n, near, [&](const Pair<T>& p, const Pair<T>& q) {
    return binomial_from_pairs(k, T(n - k), p, q);
  });
  const T rare = branch(
      logits < 0.0, [&] { return T(1.0 * k); }, [&] { return T(n - k); });
  return branch((rare == 0.0) & (beyond < 0.0), [&] { return 0.0 - n * exp(-1.0 * abs(logits)); },
                [&] { return kernel + times_count(rare, beyond); });
}

/// k - n p, the derivative of binomial_log_kernel_logits in the logits.
template <typename T>
T binomial_score_logits(const T& k, const T& n, const T& logits) {
  return of_logistic(n, logits, [&](const Pair<T>& p, const Pair<T>& q) {
    return binomial_residual(k, T(n - k), p, q);
  });
}

}  // namespace torch::distributions::ops::special::kernels
