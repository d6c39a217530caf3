#pragma once

#include <limits>

#include "ops/engine/elementary.h"
#include "ops/special/bregman_kernels.h"
#include "ops/special/coefficients.h"
#include "ops/special/gamma_kernels.h"
#include "ops/special/log_density_kernels.h"

/// Functions of floats, computed in double.
///
/// The kernels of special/ lose no digit of a double; here half of the digits are to spare, so that
/// the textbook's formula does, with Stirling's for each lgamma: lgamma(y) = lgamma(y + 1) - log y,
/// which needs no case for small y, and logarithms of quotients rather than differences of
/// logarithms. Up to `kLargest` the error is less than a float's rounding. Beyond, and on the
/// boundary of the support, lanes go the other way.
///
/// They are declared pure, so that backward, which has no use for a density, does not compute it.

namespace torch::distributions::ops::engine {
namespace {

namespace kernels = special::kernels;

inline constexpr double kLargest = 1e8;

template <class T>
Lanes<T> square(const Lanes<T>& x) {
  return x * x;
}

/// stirlerr(x) and log(x) - psi(x), of x >= 1, from its inverse.
template <class T>
Lanes<T> stirling_error_of_inverse(const Lanes<T>& inverse) {
  return inverse * kernels::polynomial(kernels::kStirlingErrorOfFloat, inverse);
}
template <class T>
Lanes<T> log_minus_digamma_of_inverse(const Lanes<T>& inverse) {
  return inverse * kernels::polynomial(kernels::kLogMinusDigammaOfFloat, inverse);
}

/// Of Gamma(a, r), at x.
template <class T>
class GammaOfFloats {
 public:
  GammaOfFloats(const Lanes<T>& a, const Lanes<T>& r)
      : a_(a),
        r_(r),
        inverse_(1.0 / (a + 1.0)),
        scale_(r * inverse_),
        constant_((0.5 * log(square(a * scale_) * inverse_) - stirling_error_of_inverse(inverse_)) +
                  (a + (1.0 - kernels::kHalfLogTwoPi))) {}

  [[gnu::pure]] Lanes<T> log_density(const Lanes<T>& x) const {
    return branch(
        x > 0.0 && x * r_ < kLargest * kLargest && a_ < kLargest,
        [&] { return (a_ - 1.0) * log(x * scale_) + (constant_ - r_ * x); },
        [&] { return kernels::gamma_log_kernel(x, a_, r_); });
  }
  /// Its derivative in a: log(r x) - psi(a).
  Lanes<T> concentration_score(const Lanes<T>& x) const {
    return log(x * scale_) + (log_minus_digamma_of_inverse(inverse_) + 1.0 / a_);
  }

 private:
  Lanes<T> a_, r_, inverse_, scale_, constant_;
};

/// Parts of n = k + m. Capitals are greater by one.
template <class T>
class Parts {
 public:
  Parts(const Lanes<T>& k, const Lanes<T>& m) : k_(k), m_(m) {
    const Lanes<T> n1 = k + m + 1.0, k1 = k + 1.0, m1 = m + 1.0;
    const Lanes<T> inverse = 1.0 / (n1 * k1 * m1);  // of which all others are made
    inverse_n_ = inverse * (k1 * m1);
    inverse_k_ = inverse * (n1 * m1);
    inverse_m_ = inverse * (n1 * k1);
    // Exactly 1 where the other part is 0.
    n_by_k_ = select(m == 0.0, Lanes<T>(1.0), n1 * inverse_k_);
    n_by_m_ = select(k == 0.0, Lanes<T>(1.0), n1 * inverse_m_);
  }

  /// N/K, N/M.
  const Lanes<T>& n_by_k() const { return n_by_k_; }
  const Lanes<T>& n_by_m() const { return n_by_m_; }
  /// What is left of log C(n, k) beside k log(N/K) + m log(N/M), plus log(factor): without it,
  /// exactly 0 for a k or m of 0.
  Lanes<T> log_choose_remainder() const {
    return select(k_ == 0.0 || m_ == 0.0, Lanes<T>(0.0), log_choose_remainder(Lanes<T>(1.0)));
  }
  Lanes<T> log_choose_remainder(const Lanes<T>& factor) const {
    return stirling_error_of_inverse(inverse_n_) - stirling_error_of_inverse(inverse_k_) -
           stirling_error_of_inverse(inverse_m_) + (1.0 - kernels::kHalfLogTwoPi) +
           0.5 * log(square(factor) * (n_by_k_ * inverse_m_));
  }
  /// log(N/K) - psi(N) + psi(K), and the same of M.
  Lanes<T> digamma_remainder_k() const {
    return log_minus_digamma_of_inverse(inverse_n_) - log_minus_digamma_of_inverse(inverse_k_);
  }
  Lanes<T> digamma_remainder_m() const {
    return log_minus_digamma_of_inverse(inverse_n_) - log_minus_digamma_of_inverse(inverse_m_);
  }

 private:
  Lanes<T> k_, m_, inverse_n_, inverse_k_, inverse_m_, n_by_k_, n_by_m_;
};

/// Of Beta(a, b), at x.
template <class T>
class BetaOfFloats {
 public:
  BetaOfFloats(const Lanes<T>& a, const Lanes<T>& b)
      : a_(a),
        b_(b),
        parts_(a, b),
        constant_(parts_.log_choose_remainder(
            Lanes<T>(a * b / (a + b) * (parts_.n_by_k() * parts_.n_by_m())))) {}

  [[gnu::pure]] Lanes<T> log_density(const Lanes<T>& x) const {
    return branch(
        x > 0.0 && x < 1.0 && a_ < kLargest && b_ < kLargest,
        [&] {
          return (a_ - 1.0) * log(x * parts_.n_by_k()) +
                 (b_ - 1.0) * log((1.0 - x) * parts_.n_by_m()) + constant_;
        },
        [&] { return kernels::beta_log_kernel(x, a_, b_); });
  }
  /// Its derivatives in a, log x + psi(a + b) - psi(a), and in b.
  Lanes<T> score_a(const Lanes<T>& x) const {
    return log(x * parts_.n_by_k()) + (b_ / (a_ * (a_ + b_)) - parts_.digamma_remainder_k());
  }
  Lanes<T> score_b(const Lanes<T>& x) const {
    return log((1.0 - x) * parts_.n_by_m()) +
           (a_ / (b_ * (a_ + b_)) - parts_.digamma_remainder_m());
  }

 private:
  Lanes<T> a_, b_;
  Parts<T> parts_;
  Lanes<T> constant_;
};

template <class T>
[[gnu::pure]] Lanes<T> binomial_log_kernel_logits_of_floats(const Lanes<T>& k, const Lanes<T>& n,
                                                            const Lanes<T>& logits) {
  return branch(
      n < kLargest && abs(logits) < kLargest,
      [&] {
        const Lanes<T> m = n - k, zero(0.0), tail = log1p(exp(-abs(logits)));
        const Parts<T> parts(k, m);
        return k * (log(parts.n_by_k()) + (min(logits, zero) - tail)) +
               m * (log(parts.n_by_m()) - (max(logits, zero) + tail)) +
               parts.log_choose_remainder();
      },
      [&] { return kernels::binomial_log_kernel_logits(k, n, logits); });
}

template <class T>
[[gnu::pure]] Lanes<T> binomial_log_kernel_of_floats(const Lanes<T>& k, const Lanes<T>& n,
                                                     const Lanes<T>& p) {
  return branch(
      n < kLargest && p > 0.0 && p < 1.0,
      [&] {
        const Lanes<T> m = n - k;
        const Parts<T> parts(k, m);
        return k * (log(p) + log(parts.n_by_k())) + m * (log1p(-p) + log(parts.n_by_m())) +
               parts.log_choose_remainder();
      },
      [&] { return kernels::binomial_log_kernel(k, n, p); });
}

/// x/y - log(x/y) - 1, from d = x - y.
template <class T>
[[gnu::pure]] Lanes<T> itakura_saito_of_floats(const Lanes<T>& x, const Lanes<T>& y,
                                               const Lanes<T>& d) {
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

/// 1 / x, or the largest number where that overflows.
template <class T>
Lanes<T> finite_inverse(const Lanes<T>& x) {
  return min(Lanes<T>(1.0 / x), Lanes<T>(double{std::numeric_limits<T>::max()}));
}

/// kernels::stirling_remainder, for x > 0. Like the next, of a double's precision, but for what
/// cancels in it: the entropy of a Dirichlet distribution of doubles is the sum of these, too.
template <class T>
[[gnu::pure]] Lanes<T> stirling_remainder_of_floats(const Lanes<T>& x) {
  const Lanes<T> x1 = x + 1.0;
  return x * log1p(finite_inverse(x)) + 0.5 * log(x1) +
         (kernels::stirling_error(x1) + (kernels::kHalfLogTwoPi - 1.0));
}

/// log x - psi(x), for x > 0.
template <class T>
[[gnu::pure]] Lanes<T> log_minus_digamma_of_floats(const Lanes<T>& x) {
  return kernels::log_minus_digamma_remainder(x + 1.0) + (1.0 / x - log1p(finite_inverse(x)));
}

/// Divergences of arguments that differ by less than this, relatively, are those of a parabola, or
/// little more; of others the textbook's differences keep enough digits.
inline constexpr double kNear = 0x1p-11;

/// x log(x / m) + m - x, from d = x - m.
template <class T>
[[gnu::pure]] Lanes<T> deviance_of_floats(const Lanes<T>& x, const Lanes<T>& m, const Lanes<T>& d) {
  const Lanes<T> t = d / m;
  return branch(
      abs(t) <= kNear,
      [&] {  // m ((1 + t) log(1 + t) - t)
        constexpr double kSeries[] = {1. / 2, -1. / 6, 1. / 12, -1. / 20};
        return d * t * kernels::polynomial(kSeries, t);
      },
      [&] {  // of a mean of 0, which may be -0
        return select(x > 0.0 && m < kernels::kInfinity, x * log(x / (m + 0.0)) - d, -d);
      });
}

/// kernels::stirling_divergence.
template <class T>
[[gnu::pure]] Lanes<T> stirling_divergence_of_floats(const Lanes<T>& x, const Lanes<T>& y,
                                                     const Lanes<T>& d) {
  return branch(
      abs(d) <= kNear * y,
      [&] {  // The second derivative is taken where that makes up for the third.
        const Lanes<T> z = y + d / 3.0, relative = d / z;
        return 0.5 * (0.5 * relative * relative + d * d * kernels::stirlerr_curvature(z));
      },
      [&] {
        const Lanes<T> x1 = x + 1.0, y1 = y + 1.0, inverse = 1.0 / y, log_y = log1p(inverse);
        const Lanes<T> inverse_x1 = 1.0 / x1, inverse_y1 = 1.0 / y1;
        const Lanes<T> slope = log_y - log_minus_digamma_of_inverse(inverse_y1) - inverse;
        return (x1 * log1p(1.0 / x) - y1 * log_y) - 0.5 * log(x1 * inverse_y1) +
               (stirling_error_of_inverse(inverse_x1) - stirling_error_of_inverse(inverse_y1)) -
               slope * d;
      });
}

/// kernels::softplus_divergence.
template <class T>
[[gnu::pure]] Lanes<T> softplus_divergence_of_floats(const Lanes<T>& x, const Lanes<T>& y) {
  constexpr double kFar = 30;  // from which the odds are no numbers to add 1 to
  const Lanes<T> to = select(y > 0.0, -x, x), from = -abs(y), d = to - from;
  return branch(
      abs(d) <= kFar,
      [&] {
        const Lanes<T> odds = exp(from);
        return branch(
            abs(d) <= kNear,
            [&] {  // As above; the second derivative is that of a logistic density.
              const Lanes<T> at = odds * (1.0 + d * (1. / 3)), sum = at + 1.0;
              return 0.5 * d * d * at / (sum * sum);
            },
            [&] {
              const Lanes<T> probability = odds / (odds + 1.0);
              return log1p(probability * (exp(d) - 1.0)) - probability * d;
            });
      },
      [&] { return kernels::softplus_divergence(x, y); });
}

}  // namespace
}  // namespace torch::distributions::ops::engine
