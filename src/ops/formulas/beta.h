#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"
#include "ops/formulas/uniform.h"
#include "ops/special/beta_log_density.h"
#include "ops/special/deviance.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"
#include "ops/special/stirling_divergence.h"

namespace torch::distributions {
class Beta;
}

namespace torch::distributions::ops::formulas {

struct Exponential;
struct Gamma;

struct Beta {
  using Family = distributions::Beta;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& a, const auto& b) { return a >= 0.0 && b >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x < 0.0 || x > 1.0);
  }

  static constexpr auto log_prob(const auto& a, const auto& b) {
    return beta_log_density.given(a, b);
  }
  static constexpr auto mean(const auto& a, const auto& b) { return share(a, b); }

  /// If the density is infinite at one end, this end; if at both ends, or if it is constant, NaN.
  static constexpr auto mode(const auto& a, const auto& b) {
    const auto interior = [](const auto& c, const auto& d) { return share(c - 1.0, d - 1.0); };
    const auto at_most = within(!(a < 1.0 || b < 1.0), 1.0, interior, a, b);
    return select(a < 1.0 && b < 1.0, kNaN, select(a < 1.0, 0.0, at_most));
  }
  static constexpr auto variance(const auto& a, const auto& b) {
    const auto huge = is_huge(a, b);
    const auto sum = halved_where(huge, a) + halved_where(huge, b);
    const auto result = share(a, b) * share(b, a) / (sum + 1.0);
    return select(huge, 0.5 * result, result);
  }

  /// Computed from roots, since the variance and a / (a + b) may underflow.
  static constexpr auto stddev(const auto& a, const auto& b) {
    const auto huge = is_huge(a, b);
    const auto first = halved_where(huge, a), second = halved_where(huge, b);
    const auto sum = first + second, root = sqrt(sum);
    const auto result = (sqrt(first) / root) * (sqrt(second) / root) / sqrt(sum + 1.0);
    return select(huge, result * kSqrtHalf, result);
  }

  /// lbeta(a, b) - (a - 1) psi(a) - (b - 1) psi(b) + (a + b - 2) psi(a + b), with Stirling's
  /// formula for the log-gammas, whose large terms are cancelled analytically.
  static constexpr auto entropy(const auto& a, const auto& b) {
    // For huge shapes the distribution is nearly normal. Halving the shapes doubles its variance.
    const auto huge = is_huge(a, b);
    const auto half = entropy_of_sum(halved_where(huge, a), halved_where(huge, b));
    return select(huge, half - 0.5 * kLog2, half);
  }

 private:
  /// Whether a + b overflows.
  static constexpr auto is_huge(const auto& a, const auto& b) { return a + b == kInfinity; }

  /// a / (a + b)
  static constexpr auto share(const auto& a, const auto& b) {
    const auto huge = is_huge(a, b);
    const auto part = halved_where(huge, a);
    return part / (part + halved_where(huge, b));
  }

  static constexpr auto entropy_of_sum(const auto& a, const auto& b) {
    const auto sum = a + b;
    const auto of_sum = log_minus_digamma(sum);
    return log_factorial_remainder(a) + log_factorial_remainder(b) - log_factorial_remainder(sum) +
           (a - 1.0) * (log_minus_digamma(a) - of_sum) +
           (b - 1.0) * (log_minus_digamma(b) - of_sum) - log(sum);
  }
};

// In the divergences, a and b are the shapes, and n = a + b.

template <>
struct Kl<Beta, Beta> : Between<Beta, Beta> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// The Bregman divergence of log B(a, b) = lgamma(a) + lgamma(b) - lgamma(n). With
  /// lgamma(x) = x log x - x + F(x), the terms x log x - x add up to the deviances of a_q and b_q
  /// from a_p n_q / n_p and b_p n_q / n_p. F is the function of stirling_divergence.
  static constexpr auto kl(const auto& a_p, const auto& b_p, const auto& a_q, const auto& b_q) {
    const auto da = a_q - a_p;
    const auto db = b_q - b_p;
    const auto n_p = a_p + b_p;
    const auto n_q = a_q + b_q;
    const auto growth = n_q / n_p;
    const auto of_a = a_p / n_p, of_b = b_p / n_p;
    // Two equal forms of a_q - a_p n_q / n_p. The one with the smaller terms is used.
    const auto is_near = abs(da) * of_b + abs(db) * of_a < a_q * of_b + b_q * of_a;
    const auto excess = select(is_near, da * of_b - db * of_a, a_q * of_b - b_q * of_a);
    return nonnegative(deviance(a_q, a_p * growth, excess) + deviance(b_q, b_p * growth, -excess) +
                       stirling_divergence(a_q, a_p, da) + stirling_divergence(b_q, b_p, db) -
                       stirling_divergence(n_q, n_p, da + db));
  }
};

template <>
struct Kl<Beta, Gamma> : Between<Beta, Gamma> {
  /// KL(Beta || Gamma(a, n)), where both have the same mean, plus the terms for the concentration
  /// and the mean of q.
  static constexpr auto kl(const auto& a, const auto& b, const auto& concentration,
                           const auto& rate) {
    const auto n = a + b;
    const auto d = concentration - a;
    return nonnegative(from_gamma(a, b, n) + stirling_divergence(concentration, a, d) -
                       d * log_minus_digamma(n) +
                       concentration * itakura_saito(rate * (a / n), concentration));
  }

 private:
  /// KL(Beta(a, b) || Gamma(a, n)), which is
  ///     F(n) - F(b) + log(n/b) + (b - 1) (F'(b) - F'(n))
  /// with F(x) = lgamma(x) - x log x + x.
  static constexpr auto from_gamma(const auto& a, const auto& b, const auto& n) {
    const auto slope = (b - 1.0) * stirling_slope_difference(b, n, -a);
    return select(a < b,
                  stirling_divergence(n, b, a) - a * log_minus_digamma(b) + log1p(a / b) + slope,
                  log_factorial_remainder(n) - log_factorial_remainder(b) + slope);
  }
};

template <>
struct Kl<Beta, Exponential> : Between<Beta, Exponential> {
  static constexpr auto kl(const auto& a, const auto& b, const auto& rate) {
    return Kl<Beta, Gamma>::kl(a, b, like(rate, 1.0), rate);
  }
};

template <>
struct Kl<Beta, Normal> : Between<Beta, Normal> {
  /// KL(Beta || N) + KL(N || q), where N is the normal distribution with the mean and variance of
  /// the Beta distribution.
  static constexpr auto kl(const auto& a, const auto& b, const auto& loc, const auto& scale) {
    const auto n = a + b;
    const auto mean = a / n;
    const auto stddev = sqrt(mean * (b / n) / (n + 1.0));
    return nonnegative(negentropy(a, b, n)) + Kl<Normal, Normal>::kl(mean, stddev, loc, scale);
  }

 private:
  /// log(2 pi e variance)/2 - entropy, in terms of the small remainders of Stirling's formula.
  static constexpr auto negentropy(const auto& a, const auto& b, const auto& n) {
    return 0.5 * (1.0 / a + 1.0 / b) - 1.0 / n - 0.5 * log1p(1.0 / n) + stirlerr(n) - stirlerr(a) -
           stirlerr(b) + (a - 1.0) * stirlerr_d1(a) + (b - 1.0) * stirlerr_d1(b) -
           (n - 2.0) * stirlerr_d1(n);
  }
};

template <>
struct Kl<Beta, Uniform> : Between<Beta, Uniform> {
  static constexpr auto kl(const auto& a, const auto& b, const auto& low, const auto& high) {
    const auto one = like(a, 1.0);
    const auto divergence = [&](const auto& from, const auto& to) {
      return Kl<Beta, Beta>::kl(a, b, one, one) + Uniform::log_width_around_unit(from, to);
    };
    return within(low <= 0.0 && high >= 1.0, kInfinity, divergence, low, high);
  }
};

}  // namespace torch::distributions::ops::formulas
