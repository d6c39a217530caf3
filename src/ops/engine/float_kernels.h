#pragma once

#include "ops/engine/lanes.h"
#include "ops/special/gamma_kernels.h"
#include "ops/special/log_density_kernels.h"

/// Functions of floats, computed in double.
///
/// The kernels of special/ lose no digit of a double; here half of the digits are to spare, so that
/// the textbook's formula does, with Stirling's for each lgamma: lgamma(y) = lgamma(y + 1) - log y,
/// which needs no case for small y, and logarithms of quotients rather than differences of
/// logarithms. Up to `kLargest` the error is less than a float's rounding. Beyond, and on the
/// boundary of the support, lanes go the other way.

namespace torch::distributions::ops::engine {
namespace {

namespace kernels = special::kernels;

inline constexpr double kLargest = 1e8;

/// What is left of log C(n, k) beside k log(N/K) + m log(N/M), where n = k + m and capitals are
/// greater by one: exactly 0 for a k or m of 0.
template <class T>
Lanes<T> log_choose_remainder(const Lanes<T>& n1, const Lanes<T>& k1, const Lanes<T>& m1) {
  const Lanes<T> remainder = kernels::stirling_error(n1) - kernels::stirling_error(k1) -
                             kernels::stirling_error(m1) + (1.0 - kernels::kHalfLogTwoPi) +
                             0.5 * log(n1 / (k1 * m1));
  return select(k1 == n1 || m1 == n1, Lanes<T>(0.0), remainder);
}

/// Of Gamma(a, r), at x.
template <class T>
class GammaOfFloats {
 public:
  GammaOfFloats(const Lanes<T>& a, const Lanes<T>& r)
      : a_(a),
        r_(r),
        scale_(r / (a + 1.0)),
        constant_((log(a * scale_ / sqrt(a + 1.0)) - kernels::stirling_error(a + 1.0)) +
                  (a + (1.0 - kernels::kHalfLogTwoPi))),
        slope_(kernels::log_minus_digamma_remainder(a + 1.0) + 1.0 / a) {}

  Lanes<T> log_density(const Lanes<T>& x) const {
    return branch(
        x > 0.0 && x * r_ < kLargest * kLargest && a_ < kLargest,
        [&] { return (a_ - 1.0) * log(x * scale_) + (constant_ - r_ * x); },
        [&] { return kernels::gamma_log_kernel(x, a_, r_); });
  }
  /// Its derivative in a: log(r x) - psi(a).
  Lanes<T> concentration_score(const Lanes<T>& x) const { return log(x * scale_) + slope_; }

 private:
  Lanes<T> a_, r_, scale_, constant_, slope_;
};

/// Of Beta(a, b), at x.
template <class T>
class BetaOfFloats {
 public:
  BetaOfFloats(const Lanes<T>& a, const Lanes<T>& b)
      : a_(a),
        b_(b),
        scale_a_((a + b + 1.0) / (a + 1.0)),
        scale_b_((a + b + 1.0) / (b + 1.0)),
        constant_(log_choose_remainder(a + b + 1.0, a + 1.0, b + 1.0) +
                  log(a / (a + b) * scale_a_ * b * scale_b_)),
        slope_(kernels::log_minus_digamma_remainder(a + b + 1.0)),
        slope_a_(kernels::log_minus_digamma_remainder(a + 1.0) + b / (a * (a + b))),
        slope_b_(kernels::log_minus_digamma_remainder(b + 1.0) + a / (b * (a + b))) {}

  Lanes<T> log_density(const Lanes<T>& x) const {
    return branch(
        x > 0.0 && x < 1.0 && a_ < kLargest && b_ < kLargest,
        [&] {
          return (a_ - 1.0) * log(x * scale_a_) + (b_ - 1.0) * log((1.0 - x) * scale_b_) +
                 constant_;
        },
        [&] { return kernels::beta_log_kernel(x, a_, b_); });
  }
  /// Its derivatives in a, log x + psi(a + b) - psi(a), and in b.
  Lanes<T> score_a(const Lanes<T>& x) const { return log(x * scale_a_) + (slope_a_ - slope_); }
  Lanes<T> score_b(const Lanes<T>& x) const {
    return log((1.0 - x) * scale_b_) + (slope_b_ - slope_);
  }

 private:
  Lanes<T> a_, b_, scale_a_, scale_b_, constant_, slope_, slope_a_, slope_b_;
};

template <class T>
Lanes<T> binomial_log_kernel_logits_of_floats(const Lanes<T>& k, const Lanes<T>& n,
                                              const Lanes<T>& logits) {
  return branch(
      n < kLargest && abs(logits) < kLargest,
      [&] {
        const Lanes<T> m = n - k, n1 = n + 1.0, k1 = k + 1.0, m1 = m + 1.0, zero(0.0);
        const Lanes<T> tail = log1p(exp(-abs(logits)));
        return k * (log(n1 / k1) + (min(logits, zero) - tail)) +
               m * (log(n1 / m1) - (max(logits, zero) + tail)) + log_choose_remainder(n1, k1, m1);
      },
      [&] { return kernels::binomial_log_kernel_logits(k, n, logits); });
}

template <class T>
Lanes<T> binomial_log_kernel_of_floats(const Lanes<T>& k, const Lanes<T>& n, const Lanes<T>& p) {
  return branch(
      n < kLargest && p > 0.0 && p < 1.0,
      [&] {
        const Lanes<T> m = n - k, n1 = n + 1.0, k1 = k + 1.0, m1 = m + 1.0;
        return k * (log(p) + log(n1 / k1)) + m * (log1p(-p) + log(n1 / m1)) +
               log_choose_remainder(n1, k1, m1);
      },
      [&] { return kernels::binomial_log_kernel(k, n, p); });
}

/// x/y - log(x/y) - 1, from d = x - y.
template <class T>
Lanes<T> itakura_saito_of_floats(const Lanes<T>& x, const Lanes<T>& y, const Lanes<T>& d) {
  const Lanes<T> t = d / y;
  return branch(
      abs(t) <= 0.5,
      [&] {  // kernels::log1pmx, with half of its terms
        constexpr double kSeries[] = {1. / 3,  1. / 5,  1. / 7,  1. / 9, 1. / 11,
                                      1. / 13, 1. / 15, 1. / 17, 1. / 19};
        const Lanes<T> r = t / (t + 2.0), r_squared = r * r;
        return r * (t - 2.0 * r_squared * kernels::polynomial(kSeries, r_squared));
      },
      [&] { return t - log(x / y); });
}

}  // namespace
}  // namespace torch::distributions::ops::engine
