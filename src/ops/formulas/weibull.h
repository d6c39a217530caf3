#pragma once

#include "ops/formulas/exponential.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/gumbel.h"
#include "ops/special/deviance.h"
#include "ops/special/exponential.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/log_binomial.h"
#include "ops/special/log_of_ratio.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"
#include "ops/special/stirling_divergence.h"

namespace torch::distributions {
class Weibull;
}

namespace torch::distributions::ops::formulas {

/// The distribution of s T^(1/k) for T ~ Exponential(1). The functions of a value x use
/// t = (x/s)^k, the value of T.
struct Weibull {
  using Family = distributions::Weibull;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& s, const auto& k) { return s >= 0.0 && k >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x <= 0.0 || x == kInfinity);
  }

  /// (k - 1) log(x/s) - log(s) - t + log k. The derivative of the first two terms in s is that of
  /// k log(1/s), in one term: -(k - 1)/s - 1/s would cancel.
  static constexpr auto log_prob(const auto& s, const auto& k) {
    const auto fixed = constant(s);
    const auto log_normalizer = log(fixed) - log(k) - k * log_of_ratio(fixed, s);
    return [s, k, fixed, log_normalizer](const auto& x) {
      return (k - 1.0) * log_of_ratio(x, fixed) - exponential_of(x, s, k) - log_normalizer;
    };
  }
  static constexpr auto cdf(const auto& s, const auto& k) {
    return [=](const auto& x) {
      const auto certain = is_certain(x, s, k);
      const auto body = [](const auto&... inputs) {
        return 0.0 - expm1(-exponential_of(inputs...));
      };
      return select(certain, 1.0, within(!(x <= 0.0 || certain), 0.0, body, x, s, k));
    };
  }
  /// The quantile is 0 at p = 0. There the slope is 0, s or infinite; elsewhere it is that of
  /// s exp(log(t) / k), or s exp(t / k) at p = 1, which has the same limits.
  static constexpr auto icdf(const auto& s, const auto& k) {
    return [=](const auto& p) {
      constexpr double kVanishing = -1500;  // below, s exp(y) is 0 in double
      const auto steep = within(
          p == 0.0 && k > 1.0, 0.0, [](const auto& q) { return sqrt(q); }, p);
      const auto slanting = within(
          p == 0.0 && k == 1.0, 0.0, [](const auto& q, const auto& scale) { return scale * q; }, p,
          s);
      const auto log_t = within(
          p != 0.0 && p != 1.0, 0.0, [](const auto& q) { return log(0.0 - log1p(-q)); }, p);
      const auto at_one = within(
          p == 1.0, 0.0, [](const auto& q) { return 0.0 - log1p(-q); }, p);
      const auto quantile = [](const auto& log_value, const auto& scale, const auto& shape) {
        const auto root = exp(0.5 * log_value / shape);
        return scale * root * root;
      };
      const auto exponent = log_t + at_one;
      const auto inside = !(p == 0.0 || exponent < kVanishing * k);
      return steep + slanting + within(inside, 0.0, quantile, exponent, s, k);
    };
  }
  static constexpr auto log_cdf(const auto& s, const auto& k) {
    return [=](const auto& x) {
      constexpr double kFar = -40;  // below, it is log t in double
      const auto certain = is_certain(x, s, k), outside = x <= 0.0;
      const auto far = !outside && k * log_of_ratio(x, s) < kFar;
      const auto tail = [](const auto& y, const auto& scale, const auto& shape) {
        return shape * log_of_ratio(y, scale);
      };
      const auto body = [](const auto&... inputs) { return log1mexp(-exponential_of(inputs...)); };
      const auto others = within(!(outside || far || certain), -kInfinity, body, x, s, k);
      return select(certain, 0.0, select(far, within(far, -kInfinity, tail, x, s, k), others));
    };
  }
  static constexpr auto survival_function(const auto& s, const auto& k) {
    return [=](const auto& x) {
      const auto certain = is_certain(x, s, k);
      const auto body = [](const auto&... inputs) { return exp(-exponential_of(inputs...)); };
      return select(certain, 0.0, within(!(x <= 0.0 || certain), 1.0, body, x, s, k));
    };
  }
  static constexpr auto log_survival_function(const auto& s, const auto& k) {
    return [=](const auto& x) {
      const auto body = [](const auto&... inputs) { return 0.0 - exponential_of(inputs...); };
      const auto inside = is_possible(x, s, k);
      return select(x == kInfinity, -kInfinity, within(inside, 0.0, body, x, s, k));
    };
  }
  static constexpr auto mean(const auto& s, const auto& k) {
    const auto body = [](const auto& scale, const auto& shape) {
      const auto root = exp(0.5 * log_factorial(1.0 / shape));
      return scale * root * root;
    };
    return within(!(k < kLeastShape), kInfinity, body, s, k);
  }
  static constexpr auto mode(const auto& s, const auto& k) {
    const auto body = [](const auto& scale, const auto& shape) {
      return scale * exp(-log1p(1.0 / (shape - 1.0)) / shape);
    };
    return within(!(k <= 1.0), 0.0, body, s, k);
  }
  static constexpr auto variance(const auto& s, const auto& k) { return square(stddev(s, k)); }

  /// The root of s^2 (Gamma(1 + 2/k) - Gamma(1 + 1/k)^2), a difference that cancels for large k.
  /// The ratio of its terms is the binomial coefficient of 2/k and 1/k.
  static constexpr auto stddev(const auto& s, const auto& k) {
    constexpr double kNarrow = 1e17;  // above, log X has the same deviation in double
    const auto body = [](const auto& scale, const auto& shape) {
      const auto u = 1.0 / shape;
      const auto root = exp(0.25 * log_factorial(2.0 * u));
      return scale * root * root * sqrt(-expm1(-log_binomial(u, u)));
    };
    const auto narrow = [](const auto& scale, const auto& shape) {
      return kPiOverSqrt6 * scale / shape;
    };
    const auto others = within(!(k < kLeastShape || k > kNarrow), kInfinity, body, s, k);
    return select(k > kNarrow, within(k > kNarrow, 0.0, narrow, s, k), others);
  }
  static constexpr auto entropy(const auto& s, const auto& k) {
    return log_of_ratio(s, k) + (1.0 + kEuler) - kEuler / k;
  }

  /// log E[X] - E[log X] = lgamma(1 + u) + gamma u for u = 1/k, the Bregman divergence of lgamma at
  /// 1 + u from 1.
  static constexpr auto log_mean_gap_of_shape(const auto& k) {
    const auto u = 1.0 / k;
    const auto at = u + 1.0, one = like(k, 1.0);
    return deviance(at, one, u) + stirling_divergence(at, one, u);
  }

 private:
  /// Below, Gamma(1 + 1/k) times the least positive number overflows.
  static constexpr double kLeastShape = 1.0 / 400;

  /// t. Where it is 0, it is a constant: its derivative could be 0 times infinity.
  static constexpr auto exponential_of(const auto& x, const auto& s, const auto& k) {
    constexpr double kVanishing = -746;
    return exp(max(k * log_of_ratio(x, s), kVanishing));
  }

  /// Whether t is so large that the cdf is 1 in double.
  static constexpr auto is_certain(const auto& x, const auto& s, const auto& k) {
    constexpr double kCertain = 7;  // exp(-exp(7)) is 0
    return x > 0.0 && k * log_of_ratio(x, s) > kCertain;
  }
};

/// The log density of s t^(1/k), a draw made of a draw t of Exponential(1).
struct WeibullDraw {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kNone;

  static constexpr auto log_prob(const auto& s, const auto& k) {
    return [k, log_ratio = log(k) - log(s)](const auto& t) {
      const auto log_t = log(t);
      return log_ratio + (log_t - log_t / k) - t;
    };
  }
};

template <>
struct Kl<Weibull, Weibull> : Between<Weibull, Weibull> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// That of -log X, which has a Gumbel distribution with the location -log s and the scale 1/k.
  /// Only the ratio of the scales matters, k_q / k_p, and the difference of the locations in units
  /// of the scale of q.
  static constexpr auto kl(const auto& s_p, const auto& k_p, const auto& s_q, const auto& k_q) {
    const auto distance = k_q * log_of_ratio(s_q, s_p);
    return Kl<Gumbel, Gumbel>::kl(k_p * distance, k_q, like(k_q, 0.0), k_p);
  }
};

template <>
struct Kl<Weibull, Gamma> : Between<Weibull, Gamma> {
  /// The terms of Kl<Pareto, Gamma> in pareto.h, with the mean and log E[x] - E[log x] of this p.
  static constexpr auto kl(const auto& s, const auto& k, const auto& concentration,
                           const auto& rate) {
    const auto divergence = [](const auto& scale, const auto& shape, const auto& c, const auto& r) {
      return nonnegative(log(shape) - (1.0 + kEuler) + log_factorial_remainder(c) - log(c) +
                         c * Weibull::log_mean_gap_of_shape(shape) +
                         c * itakura_saito(Weibull::mean(scale, shape), c / r));
    };
    const auto finite = Weibull::mean(s, k) < kInfinity;
    return within(finite, kInfinity, divergence, s, k, concentration, rate);
  }
};

template <>
struct Kl<Weibull, Exponential> : Between<Weibull, Exponential> {
  static constexpr auto kl(const auto& s, const auto& k, const auto& rate) {
    return Kl<Weibull, Gamma>::kl(s, k, like(rate, 1.0), rate);
  }
};

}  // namespace torch::distributions::ops::formulas
