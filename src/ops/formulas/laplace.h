#pragma once

#include "ops/formulas/beta.h"
#include "ops/formulas/continuous_bernoulli.h"
#include "ops/formulas/exponential.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/gumbel.h"
#include "ops/formulas/normal.h"
#include "ops/formulas/pareto.h"
#include "ops/formulas/uniform.h"
#include "ops/special/beta_mean_distance.h"
#include "ops/special/gumbel_mean_distance.h"
#include "ops/special/incomplete_gamma.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/log_of_ratio.h"
#include "ops/special/mean_distance.h"
#include "ops/special/normal.h"
#include "ops/special/poisson_log_density.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"
#include "ops/special/tilted_uniform.h"

namespace torch::distributions {
class Laplace;
}

namespace torch::distributions::ops::formulas {

struct Laplace {
  using Family = distributions::Laplace;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto&, const auto& scale) { return scale >= 0.0; }

  static constexpr auto log_prob(const auto& loc, const auto& scale) {
    return [loc, scale, log_normalizer = log(scale) + kLog2](const auto& x) {
      return 0.0 - (side(x, loc) * standardized(x, loc, scale) + log_normalizer);
    };
  }
  static constexpr auto cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kCertain = 800;  // beyond, the cdf is 0 or 1 in double
      const auto uncertain = !(abs(standardized(x, loc, scale)) > kCertain);
      const auto tail = [](const auto& y, const auto& m, const auto& s) {
        const auto z = standardized(y, m, s);
        return 0.5 * exp(select(y <= m, z, -z));
      };
      const auto smaller = within(uncertain, 0.0, tail, x, loc, scale);
      return select(x <= loc, smaller, 1.0 - smaller);
    };
  }
  static constexpr auto icdf(const auto& loc, const auto& scale) {
    return [=](const auto& p) {
      const auto lower = p <= 0.5;
      const auto z = log(2.0 * select(lower, p, 1.0 - p));
      return loc + scale * select(lower, z, -z);
    };
  }
  static constexpr auto log_cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      constexpr double kCertain = 800;  // beyond, the cdf is 1 in double
      const auto lower = x <= loc;
      const auto uncertain = !(lower || standardized(x, loc, scale) > kCertain);
      const auto left = within(
          lower && x > -kInfinity && loc < kInfinity, -kInfinity,
          [](const auto&... inputs) { return standardized(inputs...) - kLog2; }, x, loc, scale);
      const auto right = within(
          uncertain, 0.0,
          [](const auto&... inputs) { return log1p(-0.5 * exp(-standardized(inputs...))); }, x, loc,
          scale);
      return select(lower, left, right);
    };
  }
  // The distribution is symmetric: P(X > x) is the cdf at `loc` of the distribution around x.
  static constexpr auto survival_function(const auto& loc, const auto& scale) {
    return [=](const auto& x) { return cdf(x, scale)(loc); };
  }
  static constexpr auto log_survival_function(const auto& loc, const auto& scale) {
    return [=](const auto& x) { return log_cdf(x, scale)(loc); };
  }
  static constexpr auto mean(const auto& loc, const auto&) { return loc; }
  static constexpr auto mode(const auto& loc, const auto&) { return loc; }
  static constexpr auto variance(const auto&, const auto& scale) { return 2.0 * square(scale); }
  static constexpr auto stddev(const auto&, const auto& scale) { return 2 * kSqrtHalf * scale; }
  static constexpr auto entropy(const auto&, const auto& scale) {
    return log(scale) + (1.0 + kLog2);
  }

 private:
  /// The sign of x - loc. Times x - loc it is |x - loc|, with the right slope even at underflow.
  static constexpr auto side(const auto& x, const auto& loc) {
    return select(x < loc, -1.0, select(x > loc, 1.0, like(x, 0.0)));
  }
};

template <>
struct Kl<Laplace, Laplace> : Between<Laplace, Laplace> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    return itakura_saito(scale_p, scale_q) + laplace_mean_distance(loc_p - loc_q, scale_p, scale_q);
  }
};

template <>
struct Kl<Laplace, Normal> : Between<Laplace, Normal> {
  /// KL(Laplace || N) + KL(N || q), where N is the normal distribution with the mean and variance
  /// of the Laplace distribution.
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    constexpr double kNegentropy = kNormalEntropy - 1.0 - 0.5 * kLog2;
    return kNegentropy +
           Kl<Normal, Normal>::kl(loc_p, Laplace::stddev(loc_p, scale_p), loc_q, scale_q);
  }
};

// The other divergences to a Laplace distribution are
//     D / scale + log(2 scale) - entropy(p), where D = E|X - loc| for X ~ p.
// With (y)+ = max(y, 0), D is E[(loc - X)+] + E[(X - loc)+], or loc - E[X] + 2 E[(X - loc)+].

/// D / scale, where `distance(unit)` is D / unit. The unit is 1 for a smaller scale: the terms of D,
/// divided by the scale, might overflow and cancel.
constexpr auto in_scales(const auto& distance, const auto& scale) {
  const auto is_wide = scale >= 1.0;
  return distance(select(is_wide, scale, 1.0)) / select(is_wide, 1.0, scale);
}

template <>
struct Kl<Uniform, Laplace> : Between<Uniform, Laplace> {
  /// For a width w = sqrt(12) s and a distance z s of `loc` from the middle, D is w/4 + (z s)^2 / w
  /// inside of the interval, and z s outside.
  static constexpr auto kl(const auto& low, const auto& high, const auto& loc, const auto& scale) {
    constexpr double kLogSqrt12 = 1.2424533248940002;
    const auto s = Uniform::stddev(low, high), middle = Uniform::mean(low, high);
    const auto z = standardized(middle, loc, s);
    const auto is_inside = abs(z) <= 0.5 * kSqrt12;
    const auto inside = [](const auto& y, const auto& unit) {
      return unit * (0.25 * kSqrt12 + square(y) / kSqrt12);
    };
    const auto distance = select(is_inside, within(is_inside, 0.0, inside, z, s / scale),
                                 abs(standardized(middle, loc, scale)));
    return nonnegative(distance + (kLog2 - kLogSqrt12) + log_of_ratio(scale, s));
  }
};

template <>
struct Kl<Gamma, Laplace> : Between<Gamma, Laplace> {
  /// With x = rate loc and the mean m, D is (loc - m) (2 P(a, x) - 1) + 2 m x^a e^-x / Gamma(a + 1)
  /// for x > 0, where P(a + 1, x) is expressed by P(a, x).
  static constexpr auto kl(const auto& a, const auto& rate, const auto& loc, const auto& scale) {
    const auto mean = Gamma::mean(a, rate);
    const auto inside = [](const auto& y, const auto& m, const auto& c, const auto& x) {
      return y * (gammainc(c, x) - gammaincc(c, x)) + 2.0 * m * exp(poisson_log_density(c, x));
    };
    const auto x = rate * loc;
    const auto is_inside = loc > 0.0 && x < kInfinity;
    const auto distance = [&](const auto& unit) {
      const auto d = standardized(loc, mean, unit);
      return select(is_inside, within(is_inside, 0.0, inside, d, mean / unit, a, x),
                    select(loc > 0.0, d, -d));
    };
    return nonnegative(in_scales(distance, scale) + (kLog2 - log_factorial_remainder(a)) -
                       (a - 1.0) * log_minus_digamma(a) + log_of_ratio(scale, 1.0 / rate));
  }
};

template <>
struct Kl<Exponential, Laplace> : Between<Exponential, Laplace> {
  static constexpr auto kl(const auto& rate, const auto& loc, const auto& scale) {
    const auto mean = Exponential::mean(rate);
    const auto inside = [](const auto& y, const auto& m, const auto& x) {
      return y + 2.0 * m * exp(-x);
    };
    const auto is_inside = loc > 0.0;
    const auto distance = [&](const auto& unit) {
      const auto d = standardized(loc, mean, unit);
      return select(is_inside, within(is_inside, 0.0, inside, d, mean / unit, rate * loc), -d);
    };
    return nonnegative(in_scales(distance, scale) + (kLog2 - 1.0) + log_of_ratio(scale, mean));
  }
};

template <>
struct Kl<Beta, Laplace> : Between<Beta, Laplace> {
  static constexpr auto kl(const auto& a, const auto& b, const auto& loc, const auto& scale) {
    const auto is_inside = loc > 0.0 && loc < 1.0;
    const auto inside = [](const auto& c, const auto& d, const auto& n) {
      return beta_mean_distance(n, c, d);
    };
    // The distances of the mean from both ends, so that it is not rounded to an end.
    const auto outside = select(loc > 0.0, Beta::mean(b, a) + (loc - 1.0), Beta::mean(a, b) - loc);
    const auto distance = select(is_inside, within(is_inside, 0.0, inside, a, b, loc), outside);
    return nonnegative(distance / scale + (kLog2 + log(scale) - Beta::entropy(a, b)));
  }
};

template <>
struct Kl<ContinuousBernoulliLogits, Laplace> : Between<ContinuousBernoulliLogits, Laplace> {
  /// The parts of p below and above `loc` are of the same family, scaled.
  static constexpr auto kl(const auto& t, const auto& loc, const auto& scale) {
    const auto divergence = [&](const auto& s, const auto& n, const auto& b) {
      const auto is_inside = n > 0.0 && n < 1.0;
      const auto inside = [](const auto& u, const auto& m) {
        const auto rest = 1.0 - m;
        return tilted_cdf(m, u) * m * tilted_mean(-(u * m)) +
               tilted_survival(m, u) * rest * tilted_mean(u * rest);
      };
      const auto outside = select(n > 0.0, (n - 1.0) + tilted_mean(-s), tilted_mean(s) - n);
      const auto distance = select(is_inside, within(is_inside, 0.0, inside, s, n), outside);
      return nonnegative(distance / b + (ContinuousBernoulliLogits::negentropy(s) + kLog2) +
                         log(b));
    };
    return within(!(abs(t) == kInfinity), kInfinity, divergence, t, loc, scale);
  }
};

template <>
struct Kl<ContinuousBernoulli, Laplace> : Between<ContinuousBernoulli, Laplace> {
  static constexpr auto kl(const auto& p, const auto& loc, const auto& scale) {
    return Kl<ContinuousBernoulliLogits, Laplace>::kl(ContinuousBernoulli::logits(p), loc, scale);
  }
};

template <>
struct Kl<Pareto, Laplace> : Between<Pareto, Laplace> {
  /// With u = m / (a - 1), the mean distance from the least value m, D is loc - m + u (2 s - 1) for
  /// loc > m, where s = (m / loc)^(a - 1), and m - loc + u below.
  static constexpr auto kl(const auto& m, const auto& a, const auto& loc, const auto& scale) {
    const auto divergence = [](const auto& least, const auto& shape, const auto& n, const auto& b) {
      const auto is_inside = n > least;
      const auto tail = [](const auto& x, const auto& start, const auto& c) {
        return exp(-((c - 1.0) * log_of_ratio(x, start)));
      };
      const auto share = within(is_inside, 0.0, tail, n, least, shape);
      const auto distance = [&](const auto& unit) {
        const auto d = standardized(n, least, unit);
        const auto u = least / unit / (shape - 1.0);
        return select(is_inside, d + u * (2.0 * share - 1.0), u - d);
      };
      return nonnegative(in_scales(distance, b) + (kLog2 - 1.0) + (log(shape) - 1.0 / shape) +
                         log_of_ratio(b, least));
    };
    return within(a > 1.0, kInfinity, divergence, m, a, loc, scale);
  }
};

template <>
struct Kl<Gumbel, Laplace> : Between<Gumbel, Laplace> {
  /// Far out, D is the distance of `loc` from the mean.
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    constexpr double kFar = 50;
    const auto z = standardized(loc_q, loc_p, scale_p);
    const auto is_near = abs(z) <= kFar;
    const auto near = [](const auto& y, const auto& unit) {
      return unit * gumbel_mean_distance(y);
    };
    const auto distance = [&](const auto& unit) {
      const auto d = standardized(loc_q, loc_p, unit) - kEuler * (scale_p / unit);
      return select(is_near, within(is_near, 0.0, near, z, scale_p / unit), select(z > 0.0, d, -d));
    };
    return nonnegative(in_scales(distance, scale_q) + (kLog2 - 1.0 - kEuler) +
                       log_of_ratio(scale_q, scale_p));
  }
};

}  // namespace torch::distributions::ops::formulas
