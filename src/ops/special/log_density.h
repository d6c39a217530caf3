#pragma once

#include "ops/special/deviance.h"
#include "ops/special/stirling.h"
#include "ops/special/xlogy.h"

/// Common parts of the log densities whose textbook form subtracts log-gammas.
///
/// They follow Loader ("Fast and accurate computation of binomial probabilities", 2000): a sum of
/// deviances and of the remainders of Stirling's formula. Products of the parameters are carried to
/// twice the working precision, so nothing large cancels. These functions do not check the support;
/// the formulas do.
///
/// If the result is rounded to float, the textbook formula in double is accurate enough, with
/// Stirling's series for each lgamma: lgamma(y) = lgamma(y + 1) - log y needs no case for small y,
/// and logarithms of quotients replace differences of logarithms. The error is less than a float's
/// rounding for arguments up to `kLargestForFloat`. Beyond, and on the boundary of the support, the
/// double version is used.

namespace torch::distributions::ops::special {

inline constexpr double kLargestForFloat = 1e8;

/// count * y, and 0 if `count` is 0, for any y.
template <class T>
constexpr T times_count(const T& count, const T& y) {
  return branch(
      count == 0.0, [&] { return 0.0 * count; }, [&] { return count * y; });
}

/// k q - m p = k - (k + m) p for p + q = 1. The leading products cancel exactly near the mode.
template <class T>
constexpr T binomial_residual(const T& k, const T& m, const Pair<T>& p, const Pair<T>& q) {
  const Pair<T> kq = two_product(k, q.high);
  const Pair<T> mp = two_product(m, p.high);
  return (kq.high - mp.high) + ((kq.low - mp.low) + (k * q.low - m * p.low));
}

/// k / p - m / (1 - p), the derivative of k log p + m log(1 - p) in p. At p = 0 and p = 1 a term
/// with a numerator of 0 is 0.
template <class T>
constexpr T bernoulli_score(const T& k, const T& m, const T& probability) {
  return branch(
      probability > 0.0 && probability < 1.0,
      [&] {
        const auto [p, q] = with_complement(probability);
        return binomial_residual(k, m, p, q) / probability / (1.0 - probability);
      },
      [&] {
        const auto ratio = [](const T& numerator, const T& denominator) {
          return branch(
              numerator == 0.0, [&] { return numerator; }, [&] { return numerator / denominator; });
        };
        return ratio(k, probability) - ratio(m, 1.0 - probability);
      });
}

/// log [(k + m)! / (k! m!) p^k q^m] for p + q = 1.
template <class T>
constexpr T log_binomial_probability(const T& k, const T& m, const Pair<T>& p, const Pair<T>& q) {
  const T n = k + m;
  const T residual = binomial_residual(k, m, p, q);
  return log_factorial_remainder(n) - log_factorial_remainder(k) - log_factorial_remainder(m) -
         deviance(k, n * p.high, residual) - deviance(m, n * q.high, -residual);
}

/// Stirling's formula for log C(n, k) with n = k + m, to float precision:
///
///     log C(n, k) = k log((n+1) / (k+1)) + m log((n+1) / (m+1)) + log_choose_remainder.
template <class T>
class ChooseForFloat {
 public:
  constexpr ChooseForFloat(const T& k, const T& m) : k_(k), m_(m) {
    const T n1 = k + m + 1.0, k1 = k + 1.0, m1 = m + 1.0;
    const T inverse = 1.0 / (n1 * k1 * m1);  // one division for all three inverses
    inverse_n1_ = inverse * (k1 * m1);
    inverse_k1_ = inverse * (n1 * m1);
    inverse_m1_ = inverse * (n1 * k1);
    // Exactly 1 if the other count is 0.
    n1_by_k1_ = select(m == 0.0, 1.0, n1 * inverse_k1_);
    n1_by_m1_ = select(k == 0.0, 1.0, n1 * inverse_m1_);
  }

  constexpr const T& n1_by_k1() const { return n1_by_k1_; }
  constexpr const T& n1_by_m1() const { return n1_by_m1_; }
  /// Exactly 0 if k or m is 0.
  constexpr T log_choose_remainder() const {
    return select(k_ == 0.0 || m_ == 0.0, 0.0, log_choose_remainder_times(like(k_, 1.0)));
  }
  /// log_choose_remainder + log(factor).
  constexpr T log_choose_remainder_times(const T& factor) const {
    return stirlerr_of_inverse(inverse_n1_) - stirlerr_of_inverse(inverse_k1_) -
           stirlerr_of_inverse(inverse_m1_) + (1.0 - kLogSqrt2Pi) +
           0.5 * log(square(factor) * (n1_by_k1_ * inverse_m1_));
  }
  /// log((n+1) / (k+1)) - psi(n+1) + psi(k+1), and the same for m.
  constexpr T digamma_remainder_k() const {
    return log_minus_digamma_of_inverse(inverse_n1_) - log_minus_digamma_of_inverse(inverse_k1_);
  }
  constexpr T digamma_remainder_m() const {
    return log_minus_digamma_of_inverse(inverse_n1_) - log_minus_digamma_of_inverse(inverse_m1_);
  }

 private:
  T k_, m_, inverse_n1_, inverse_k1_, inverse_m1_, n1_by_k1_, n1_by_m1_;
};

}  // namespace torch::distributions::ops::special
