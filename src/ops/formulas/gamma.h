#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"
#include "ops/special/deviance.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/incomplete_gamma.h"
#include "ops/special/normal.h"
#include "ops/special/poisson_log_density.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"
#include "ops/special/stirling_divergence.h"

namespace torch::distributions {
class Gamma;
}

namespace torch::distributions::ops::formulas {

struct Exponential;

/// The mean m = rate x of a Poisson process. Its error is the exact value minus the rounded one.
struct ProductMean {
  static constexpr auto value(const auto& x, const auto& rate) { return rate * x; }
  static constexpr auto error(const auto& x, const auto& rate) { return product_error(rate, x); }
  static constexpr auto log_value(const auto& x, const auto& rate) { return log(rate) + log(x); }
  static constexpr auto is_inside(const auto& x, const auto& mean) {
    return !(x <= 0.0 || mean == kInfinity);
  }
};

/// The logarithms of the incomplete gamma functions P(a, m) and Q(a, m), corrected for the rounding
/// of m, which `Mean` computes from a value x and a rate.
template <class Mean>
struct GammaTails {
  /// Above this concentration the first term of Temme's expansion is exact in double. The rounding
  /// error of the mean is too large there, in standard deviations, to correct a result for it.
  static constexpr double kNarrow = 1e15;

  /// The terms of Temme's expansion (DLMF 8.12.3) P = Phi(z) - phi(z) remainder.
  template <class T>
  struct Temme {
    T z, remainder;  // sqrt(a) eta, and c_0(eta) / sqrt(a)
  };

  /// mu = (m - a) / a
  static constexpr auto excess(const auto& x, const auto& a, const auto& rate) {
    return ((Mean::value(x, rate) - a) + Mean::error(x, rate)) / a;
  }
  static constexpr double kNear = 1e-5;  // largest |mu| for which series in mu are used

  /// The terms inside of the support for concentrations above kNarrow: eta^2 / 2 = mu - log(1 + mu)
  /// and c_0 = 1 / mu - 1 / eta.
  static constexpr auto temme(const auto& x, const auto& concentration, const auto& rate) {
    const auto mu = excess(x, concentration, rate);
    const auto near = abs(mu) < kNear;
    const auto root = [](const auto& y, const auto& a, const auto& r) {
      const auto mean = Mean::value(y, r);
      const auto rest = constant(((a - mean) - Mean::error(y, r)) / a);
      return sqrt(2.0 * deviance(like(a, 1.0), mean / a, rest));
    };
    const auto far = within(!near, 0.0, root, x, concentration, rate);
    const auto eta_near = [](const auto& m) {
      return m * (1.0 + m * (7.0 / 36.0 * m - 1.0 / 3.0));
    };
    const auto eta = within(near, 0.0, eta_near, mu) + select(mu < 0.0, -far, far);
    const auto c_0_near = [](const auto& m) { return m / 12.0 - 1.0 / 3.0; };
    const auto c_0_far = [](const auto& m, const auto& e) { return 1.0 / m - 1.0 / e; };
    const auto c_0 = within(near, 0.0, c_0_near, mu) + within(!near, 0.0, c_0_far, mu, eta);
    const auto root_a = sqrt(concentration);
    return Temme{root_a * eta, c_0 / root_a};
  }

  /// The function for concentrations above kNarrow, for means that may underflow, or for others; 0
  /// unless x lies inside of the support.
  static constexpr auto by_size(const auto& x, const auto& concentration, const auto& rate,
                                const auto& narrow, const auto& tiny, const auto& others) {
    const auto mean = Mean::value(x, rate);
    const auto inside = Mean::is_inside(x, mean);
    const auto is_narrow = concentration > kNarrow && concentration < kInfinity;
    const auto is_tiny = mean < kTiny && !is_narrow;
    return within(inside && is_narrow, 0.0, narrow, x, concentration, rate) +
           within(inside && is_tiny, 0.0, tiny, x, concentration, rate) +
           within(inside && !is_narrow && !is_tiny, 0.0, others, x, concentration, rate);
  }

  /// log(m^a / Gamma(a + 1)), the first term of the series of P, by the Poisson probability that
  /// has kTiny in the place of m.
  static constexpr auto log_first_term(const auto& x, const auto& a, const auto& r) {
    return poisson_log_density(a, like(a, kTiny)) + a * (Mean::log_value(x, r) - kLogTiny);
  }
  static constexpr double kTiny = 1e-200, kLogTiny = -460.517018598809136804;

  /// log P if `lower`, else log Q, inside of the support; 0 elsewhere.
  template <bool lower>
  static constexpr auto log_tail(const auto& x, const auto& concentration, const auto& rate) {
    const auto narrow = [](const auto&... inputs) {
      constexpr double kFar = 1e10;  // beyond, the remainder has no effect on the sum
      const auto [z, remainder] = temme(inputs...);
      const auto side = lower ? z : -z;
      const auto correction = [](const auto& y, const auto& c) {
        return log1p(inverse_mills(y) * c);
      };
      return log_ndtr(side) +
             within(abs(z) < kFar, 0.0, correction, side, lower ? -remainder : remainder);
    };
    const auto tiny = [](const auto&... inputs) {
      if constexpr (lower) {
        return log_first_term(inputs...);
      } else {
        return log1mexp(log_first_term(inputs...));
      }
    };
    // The value is corrected by slope times rounding error. The derivatives need no correction.
    const auto others = [](const auto& y, const auto& a, const auto& r) {
      const auto m = Mean::value(y, r), error = Mean::error(y, r);
      if constexpr (lower) {
        return log_gammainc(a, m) + constant(log_gammainc_slope(a, m) * error);
      } else {
        return log_gammaincc(a, m) + constant(log_gammaincc_slope(a, m) * error);
      }
    };
    return by_size(x, concentration, rate, narrow, tiny, others);
  }
};

struct Gamma {
  using Family = distributions::Gamma;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& concentration, const auto& rate) {
    return concentration >= 0.0 && rate >= 0.0;
  }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) { return !(x < 0.0); }

  static constexpr auto log_prob(const auto& concentration, const auto& rate) {
    return gamma_log_density.given(concentration, rate);
  }
  static constexpr auto cdf(const auto& concentration, const auto& rate) {
    return [=](const auto& x) {
      const auto tiny_body = [](const auto&... inputs) {
        return exp(Tails::log_first_term(inputs...));
      };
      const auto cdf = Tails::by_size(x, concentration, rate, narrow_body, tiny_body, body);
      return select(rate * x == kInfinity, 1.0, start(concentration, rate)(x) + cdf);
    };
  }
  static constexpr auto log_cdf(const auto& concentration, const auto& rate) {
    return [=](const auto& x) {
      const auto tail = Tails::log_tail<true>(x, concentration, rate);
      return select(rate * x == kInfinity, 0.0, select(x <= 0.0, -kInfinity, tail));
    };
  }
  static constexpr auto log_survival_function(const auto& concentration, const auto& rate) {
    return [=](const auto& x) {
      const auto tail = Tails::log_tail<false>(x, concentration, rate);
      return select(rate * x == kInfinity, -kInfinity, tail - start(concentration, rate)(x));
    };
  }
  static constexpr auto mean(const auto& concentration, const auto& rate) {
    return concentration / rate;
  }
  static constexpr auto mode(const auto& concentration, const auto& rate) {
    return max(concentration - 1.0, 0.0) / rate;
  }
  static constexpr auto variance(const auto& concentration, const auto& rate) {
    return concentration / rate / rate;
  }
  static constexpr auto stddev(const auto& concentration, const auto& rate) {
    return sqrt(concentration) / rate;
  }

  /// a - log r + lgamma(a) + (1 - a) psi(a), with Stirling's formula for lgamma(a), whose large
  /// terms are cancelled analytically.
  static constexpr auto entropy(const auto& a, const auto& rate) {
    return log_factorial_remainder(a) + (a - 1.0) * log_minus_digamma(a) - log(rate);
  }

  /// The divergence from the normal distribution with the same mean and variance. Stirling's
  /// formula avoids the cancellation of large terms.
  static constexpr auto negentropy(const auto& a) {
    return nonnegative(0.5 / a - stirlerr(a) + (a - 1.0) * stirlerr_d1(a));
  }

 private:
  using Tails = GammaTails<ProductMean>;

  /// The cdf at x > 0 for concentrations above kNarrow. Far from the mode it is 0 or 1.
  static constexpr auto narrow_body = [](const auto& x, const auto& concentration,
                                         const auto& rate) {
    const auto mu = Tails::excess(x, concentration, rate);
    const auto sum = [](const auto&... inputs) {
      const auto [z, remainder] = Tails::temme(inputs...);
      return ndtr(z) - normal_density(z) * remainder;
    };
    return within(!(abs(mu) >= Tails::kNear), 0.0, sum, x, concentration, rate) +
           select(mu >= Tails::kNear, 1.0, like(mu, 0.0));
  };

  /// The cdf at x > 0 for other concentrations.
  static constexpr auto body = [](const auto& x, const auto& concentration, const auto& rate) {
    const auto mean = rate * x;
    // For a narrow distribution the rounding of `mean` matters: the value is corrected by density
    // times rounding error. The derivatives need no correction.
    const auto log_density = poisson_log_density(concentration, mean);
    const auto rest = product_error(rate, x) / mean * concentration * exp(log_density);
    return gammainc(concentration, mean) + constant(rest);
  };

  /// A term of the cdf that is 0, but whose derivative in x at x = 0 is the density there:
  /// infinite, `rate`, or 0.
  static constexpr auto start(const auto& concentration, const auto& rate) {
    return [=](const auto& x) {
      const auto steep = x == 0.0 && concentration < 1.0,
                 slanting = x == 0.0 && concentration == 1.0;
      return within(
                 steep, 0.0, [](const auto& y) { return sqrt(y); }, x) +
             within(
                 slanting, 0.0, [](const auto& y, const auto& r) { return r * y; }, x, rate);
    };
  }
};

template <>
struct Kl<Gamma, Gamma> : Between<Gamma, Gamma> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& a_p, const auto& rate_p, const auto& a_q,
                           const auto& rate_q) {
    const auto d = a_q - a_p;
    const auto expected = a_p * (rate_q / rate_p);
    // Two equal forms of a_q - expected. The one with the smaller terms is used.
    const auto growth = a_p * ((rate_q - rate_p) / rate_p);
    const auto excess = select(abs(d) + abs(growth) < a_q + expected, d - growth, a_q - expected);
    return deviance(a_q, expected, excess) + stirling_divergence(a_q, a_p, d);
  }
};

template <>
struct Kl<Gamma, Exponential> : Between<Gamma, Exponential> {
  static constexpr auto kl(const auto& a_p, const auto& rate_p, const auto& rate_q) {
    return Kl<Gamma, Gamma>::kl(a_p, rate_p, like(rate_q, 1.0), rate_q);
  }
};

template <>
struct Kl<Gamma, Normal> : Between<Gamma, Normal> {
  /// KL(Gamma || N) + KL(N || q), where N is the normal distribution with the mean and variance of
  /// the Gamma distribution.
  static constexpr auto kl(const auto& a, const auto& rate, const auto& loc, const auto& scale) {
    return Gamma::negentropy(a) + Kl<Normal, Normal>::kl(a / rate, sqrt(a) / rate, loc, scale);
  }
};

}  // namespace torch::distributions::ops::formulas
