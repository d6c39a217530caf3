#pragma once

#include "ops/formulas/exponential.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/normal.h"
#include "ops/formulas/uniform.h"
#include "ops/special/exponential.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/log_mean_gap.h"
#include "ops/special/log_of_ratio.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"

namespace torch::distributions {
class Pareto;
}

namespace torch::distributions::ops::formulas {

/// The distribution of m exp(Y) for Y ~ Exponential(a).
struct Pareto {
  using Family = distributions::Pareto;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& m, const auto& a) { return m >= 0.0 && a >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto& m, const auto&) {
    return !(x < m || x == kInfinity);
  }

  static constexpr auto log_prob(const auto& m, const auto& a) {
    return
        [m, a, log_a = log(a)](const auto& x) { return log_a - log(x) - a * log_of_ratio(x, m); };
  }
  static constexpr auto cdf(const auto& m, const auto& a) {
    return [=](const auto& x) { return Exponential::cdf(a)(excess(x, m)); };
  }
  static constexpr auto log_cdf(const auto& m, const auto& a) {
    return [=](const auto& x) { return Exponential::log_cdf(a)(excess(x, m)); };
  }
  static constexpr auto log_survival_function(const auto& m, const auto& a) {
    return [=](const auto& x) { return Exponential::log_survival_function(a)(excess(x, m)); };
  }
  /// m exp(y) as (m exp(y / 2)) exp(y / 2), since exp(y) may overflow where m is small.
  static constexpr auto icdf(const auto& m, const auto& a) {
    return [=](const auto& p) {
      const auto root = exp(0.5 * Exponential::icdf(a)(p));
      return m * root * root;
    };
  }
  static constexpr auto mean(const auto& m, const auto& a) {
    const auto body = [](const auto& s, const auto& shape) { return s * (1.0 + growth(shape, 1)); };
    return within(a > 1.0, kInfinity, body, m, a);
  }
  static constexpr auto mode(const auto& m, const auto&) { return m; }
  static constexpr auto variance(const auto& m, const auto& a) { return square(stddev(m, a)); }
  static constexpr auto stddev(const auto& m, const auto& a) {
    const auto body = [](const auto& s, const auto& shape) {
      return s / (shape - 1.0) * sqrt(1.0 + 2.0 * growth(shape, 2));
    };
    return within(a > 2.0, kInfinity, body, m, a);
  }
  static constexpr auto entropy(const auto& m, const auto& a) {
    return log_of_ratio(m, a) + 1.0 + 1.0 / a;
  }

  /// log E[X] - E[log X] for a > 1.
  static constexpr auto log_mean_gap_of_shape(const auto& a) { return 0.0 - log1pmx(-1.0 / a); }

 private:
  /// log(x / m), the value of Y. It is 0 below the support.
  static constexpr auto excess(const auto& x, const auto& m) {
    const auto logarithm = [](const auto& y, const auto& s) { return log_of_ratio(y, s); };
    const auto inside = !(x < m || x == kInfinity);
    return select(x == kInfinity, kInfinity, within(inside, 0.0, logarithm, x, m));
  }

  /// 1 / (a - moment)
  static constexpr auto growth(const auto& a, double moment) { return 1.0 / (a - moment); }
};

/// The log density of m exp(y), a draw made of a draw y of Exponential(a).
struct ParetoDraw {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kNone;

  static constexpr auto log_prob(const auto& m, const auto& a) {
    return [a, log_a = log(a), log_m = log(m)](const auto& y) {
      return (log_a - a * y) - (y + log_m);
    };
  }
};

template <>
struct Kl<Pareto, Pareto> : Between<Pareto, Pareto> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& m_p, const auto& a_p, const auto& m_q, const auto& a_q) {
    const auto divergence = [](const auto& m, const auto& a, const auto& least, const auto& shape) {
      return shape * log_of_ratio(m, least) + itakura_saito(shape, a);
    };
    return within(m_p >= m_q, kInfinity, divergence, m_p, a_p, m_q, a_q);
  }
};

template <>
struct Kl<Pareto, Gamma> : Between<Pareto, Gamma> {
  /// With the mean of p and the gap log E[x] - E[log x], the shape c of q is the factor of the gap
  /// and of the distance between the means.
  static constexpr auto kl(const auto& m, const auto& a, const auto& concentration,
                           const auto& rate) {
    const auto divergence = [](const auto& s, const auto& shape, const auto& c, const auto& r) {
      const auto gap = Pareto::log_mean_gap_of_shape(shape);
      return nonnegative(log(shape) - 1.0 + log_factorial_remainder(c) - log(c) + c * gap +
                         c * itakura_saito(Pareto::mean(s, shape), c / r));
    };
    return within(a > 1.0, kInfinity, divergence, m, a, concentration, rate);
  }
};

template <>
struct Kl<Pareto, Exponential> : Between<Pareto, Exponential> {
  static constexpr auto kl(const auto& m, const auto& a, const auto& rate) {
    return Kl<Pareto, Gamma>::kl(m, a, like(rate, 1.0), rate);
  }
};

template <>
struct Kl<Pareto, Normal> : Between<Pareto, Normal> {
  /// KL(Pareto || N) + KL(N || q), where N is the normal distribution with the mean and variance of
  /// the Pareto distribution.
  static constexpr auto kl(const auto& m, const auto& a, const auto& loc, const auto& scale) {
    const auto divergence = [](const auto& s, const auto& shape, const auto& n, const auto& t) {
      const auto negentropy = (kNormalEntropy - 1.0) + Pareto::log_mean_gap_of_shape(shape) +
                              0.5 * log1p(2.0 / (shape - 2.0));
      return negentropy +
             Kl<Normal, Normal>::kl(Pareto::mean(s, shape), Pareto::stddev(s, shape), n, t);
    };
    return within(a > 2.0, kInfinity, divergence, m, a, loc, scale);
  }
};

template <>
struct Kl<Uniform, Pareto> : Between<Uniform, Pareto> {
  /// As the other divergences of Uniform (uniform.h), with the average of log(x / m).
  static constexpr auto kl(const auto& low, const auto& high, const auto& m, const auto& a) {
    const auto divergence = [](const auto& from, const auto& to, const auto& s, const auto& shape) {
      const auto middle = Uniform::mean(from, to);
      const auto gap = log_mean_gap(from, to);
      return nonnegative(shape * (log_of_ratio(middle, s) - gap) - gap +
                         log_of_ratio(middle, to - from) - log(shape));
    };
    return within(low >= m, kInfinity, divergence, low, high, m, a);
  }
};

}  // namespace torch::distributions::ops::formulas
