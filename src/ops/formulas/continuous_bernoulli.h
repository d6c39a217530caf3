#pragma once

#include "ops/formulas/bernoulli.h"
#include "ops/formulas/beta.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"
#include "ops/formulas/uniform.h"
#include "ops/special/exponential.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/rounding.h"
#include "ops/special/tilted_uniform.h"

namespace torch::distributions {
class ContinuousBernoulli;
}

namespace torch::distributions::ops::formulas {

struct Exponential;

/// With the logit t, the density is exp(t x - A(t)) on [0, 1], where A is `log_mean_exp`. For an
/// infinite t all mass is at an end of the interval.
struct ContinuousBernoulliLogits {  // parameter: the logit t
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kEvery & ~kLogProb;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kIcdf, kEveryParameter},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& t) { return t == t; }

  static constexpr auto is_possible(const auto& x, const auto&) { return !(x < 0.0 || x > 1.0); }

  /// -|t| y - A(-|t|) for the distance y of x from the end where the density is largest.
  static constexpr auto log_prob(const auto& t) {
    const auto certain = abs(t) == kInfinity;
    const auto finite = select(certain, 0.0, t);
    const auto falls = finite < 0.0;
    const auto size = select(falls, -finite, finite);
    return [=, log_normalizer = log_mean_exp(-size), end = end_of(t)](const auto& x) {
      const auto distance = select(falls, x, 1.0 - x);
      const auto at_end = select(x == end, kInfinity, select(isnan(x), x, -kInfinity));
      return select(certain, at_end, -(size * distance) - log_normalizer);
    };
  }
  static constexpr auto cdf(const auto& t) {
    return [=](const auto& x) {
      const auto body = [](const auto& y, const auto& s) { return tilted_cdf(y, s); };
      return in_support(x, t, !(x < 0.0), 0.0, 1.0, body);
    };
  }
  static constexpr auto survival_function(const auto& t) {
    return [=](const auto& x) {
      const auto body = [](const auto& y, const auto& s) { return tilted_survival(y, s); };
      return in_support(x, t, !(x < 0.0), 1.0, 0.0, body);
    };
  }
  static constexpr auto log_cdf(const auto& t) {
    return [=](const auto& x) {
      const auto body = [](const auto& y, const auto& s) { return tilted_log_cdf(y, s); };
      return in_support(x, t, !(x <= 0.0), -kInfinity, 0.0, body);
    };
  }
  static constexpr auto log_survival_function(const auto& t) {
    return [=](const auto& x) {
      const auto body = [](const auto& y, const auto& s) { return tilted_log_survival(y, s); };
      const auto is_end = x == 1.0;
      return select(is_end, -kInfinity,
                    in_support(x, t, !(x < 0.0 || is_end), 0.0, -kInfinity, body));
    };
  }
  static constexpr auto icdf(const auto& t) {
    return [=](const auto& p) {
      const auto certain = abs(t) == kInfinity;
      const auto body = [](const auto& q, const auto& s) { return tilted_quantile(q, s); };
      const auto at_end = select(isnan(p), p, end_of(t));
      return select(certain, at_end, within(!certain, 0.0, body, p, t));
    };
  }
  static constexpr auto mean(const auto& t) { return tilted_mean(t); }
  /// The end where the density is largest; NaN if it is constant.
  static constexpr auto mode(const auto& t) { return select(t == 0.0, kNaN, end_of(t)); }
  static constexpr auto variance(const auto& t) { return tilted_variance(t); }
  /// Far out, where the variance may underflow, it is that of an exponential distribution.
  static constexpr auto stddev(const auto& t) {
    constexpr double kFar = 60;
    const auto is_far = abs(t) > kFar;
    return within(
               is_far, 0.0, [](const auto& s) { return 1.0 / abs(s); }, t) +
           within(
               !is_far, 0.0, [](const auto& s) { return sqrt(tilted_variance(s)); }, t);
  }
  static constexpr auto entropy(const auto& t) {
    const auto body = [](const auto& s) { return 0.0 - negentropy(s); };
    return within(!(abs(t) == kInfinity), -kInfinity, body, t);
  }

  /// The divergence from the uniform distribution on [0, 1], which is minus the entropy.
  static constexpr auto negentropy(const auto& t) {
    return log_mean_exp_divergence(like(t, 0.0), t);
  }

  /// -E[log q(X)] for a variable X on [0, 1], where q has the logit t.
  /// \param mean E[X].
  /// \param rest E[1 - X].
  /// \param offset E[1/2 - X].
  static constexpr auto cross_entropy(const auto& t, const auto& mean, const auto& rest,
                                      const auto& offset) {
    const auto is_flat = abs(t) <= 1.0;
    const auto falls = t < 0.0;
    const auto flat = within(
        is_flat, 0.0,
        [](const auto& s, const auto& o) {
          return log_mean_exp_divergence(s, like(s, 0.0)) + s * o;
        },
        t, offset);
    const auto steep = within(
        !is_flat, 0.0, [](const auto& s, const auto& y) { return log_mean_exp(-s) + s * y; },
        select(falls, -t, t), select(falls, mean, rest));
    return flat + steep;
  }

 private:
  /// The end of the interval where the density is largest.
  static constexpr auto end_of(const auto& t) { return select(t > 0.0, 1.0, like(t, 0.0)); }

  /// `body(x, t)` for x in [0, 1] where `is_within`; else, and if all mass is at one end, one of
  /// two constants.
  static constexpr auto in_support(const auto& x, const auto& t, const auto& is_within,
                                   double if_below, double if_above, const auto& body) {
    const auto certain = abs(t) == kInfinity;
    const auto is_above = x > 1.0 || (certain && x >= end_of(t));
    const auto others = within(is_within && !(x > 1.0 || certain), if_below, body, x, t);
    return select(is_above, if_above, select(certain && isnan(x), x, others));
  }
};

struct ContinuousBernoulli {  // parameter: the probability p with logit t
  using Family = distributions::ContinuousBernoulli;
  using Logits = ContinuousBernoulliLogits;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kEvery & ~kLogProb;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kIcdf, kEveryParameter},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& p) { return p >= 0.0 && p <= 1.0; }

  static constexpr auto is_possible(const auto& x, const auto&) { return !(x < 0.0 || x > 1.0); }

  static constexpr auto log_prob(const auto& p) { return Logits::log_prob(logits(p)); }
  static constexpr auto cdf(const auto& p) { return Logits::cdf(logits(p)); }
  static constexpr auto survival_function(const auto& p) {
    return Logits::survival_function(logits(p));
  }
  static constexpr auto log_cdf(const auto& p) { return Logits::log_cdf(logits(p)); }
  static constexpr auto log_survival_function(const auto& p) {
    return Logits::log_survival_function(logits(p));
  }
  static constexpr auto icdf(const auto& p) { return Logits::icdf(logits(p)); }
  static constexpr auto mean(const auto& p) { return Logits::mean(logits(p)); }
  static constexpr auto mode(const auto& p) { return Logits::mode(logits(p)); }
  static constexpr auto variance(const auto& p) { return Logits::variance(logits(p)); }
  static constexpr auto stddev(const auto& p) { return Logits::stddev(logits(p)); }
  static constexpr auto entropy(const auto& p) { return Logits::entropy(logits(p)); }

  static constexpr auto logits(const auto& p) { return Bernoulli::logits(p); }
};

/// The log density of the quantile of u, a draw made of a uniform number. With s = |t| and the
/// distance v of u from the end where the density is least, the density is s v + s / (e^s - 1).
struct ContinuousBernoulliLogitsDraw {
  static constexpr std::size_t kParameters = 1;  // the logit t
  static constexpr Functions kInDouble = kNone;

  static constexpr auto log_prob(const auto& t) {
    const auto falls = t < 0.0;
    const auto size = select(falls, -t, t);
    return [=, least = exp(-size - log_mean_exp(-size))](const auto& u) {
      return log(size * select(falls, 1.0 - u, u) + least);
    };
  }
};

struct ContinuousBernoulliDraw {
  static constexpr std::size_t kParameters = 1;  // the probability
  static constexpr Functions kInDouble = kNone;

  static constexpr auto log_prob(const auto& p) {
    return ContinuousBernoulliLogitsDraw::log_prob(ContinuousBernoulli::logits(p));
  }
};

template <>
struct Kl<ContinuousBernoulliLogits, ContinuousBernoulliLogits>
    : Between<ContinuousBernoulliLogits, ContinuousBernoulliLogits> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) {
    const auto certain = abs(p) == kInfinity || abs(q) == kInfinity;
    const auto divergence = [](const auto& a, const auto& b) {
      return log_mean_exp_divergence(b, a);
    };
    return select(certain && p == q, 0.0, within(!certain, kInfinity, divergence, p, q));
  }
};

template <>
struct Kl<ContinuousBernoulli, ContinuousBernoulli>
    : Between<ContinuousBernoulli, ContinuousBernoulli> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) {
    const auto certain = p == 0.0 || p == 1.0 || q == 0.0 || q == 1.0;
    const auto divergence = [](const auto& a, const auto& b) {
      return tilted_divergence(Bernoulli::logits(b), Bernoulli::logits(a), logit_difference(b, a));
    };
    return select(certain && p == q, 0.0, within(!certain, kInfinity, divergence, p, q));
  }

 private:
  /// The logit of p minus that of q, without cancellation if they are close.
  static constexpr auto logit_difference(const auto& p, const auto& q) {
    const auto product = q * (1.0 - p);
    const auto close = abs(p - q) < 0.5 * product;
    return select(close, log1p(select(close, p - q, 0.0) / select(close, product, 1.0)),
                  Bernoulli::logits(p) - Bernoulli::logits(q));
  }
};

template <>
struct Kl<ContinuousBernoulliLogits, Exponential>
    : Between<ContinuousBernoulliLogits, Exponential> {
  static constexpr auto kl(const auto& t, const auto& rate) {
    const auto is_steep = t <= -1.0;
    const auto is_finite = rate < kInfinity && !(abs(t) == kInfinity);
    // The divergence of two exponential distributions, and what is cut off at 1.
    const auto steep = [](const auto& s, const auto& r) {
      return itakura_saito(r, -s) - log1mexp(s) + (s + r) * log1mexp_slope(s);
    };
    const auto others = [](const auto& s, const auto& r) {
      return ContinuousBernoulliLogits::negentropy(s) + r * tilted_mean(s) - log(r);
    };
    return select(is_steep, within(is_steep && is_finite, kInfinity, steep, t, rate),
                  within(!is_steep && is_finite, kInfinity, others, t, rate));
  }
};

template <>
struct Kl<ContinuousBernoulli, Exponential> : Between<ContinuousBernoulli, Exponential> {
  static constexpr auto kl(const auto& p, const auto& rate) {
    return Kl<ContinuousBernoulliLogits, Exponential>::kl(ContinuousBernoulli::logits(p), rate);
  }
};

template <>
struct Kl<ContinuousBernoulliLogits, Normal> : Between<ContinuousBernoulliLogits, Normal> {
  /// KL(p || N) + KL(N || q), where N is the normal distribution with the mean and variance of p.
  static constexpr auto kl(const auto& t, const auto& loc, const auto& scale) {
    const auto divergence = [](const auto& s, const auto& m, const auto& d) {
      const auto stddev = ContinuousBernoulliLogits::stddev(s);
      return kNormalEntropy + log(stddev) + ContinuousBernoulliLogits::negentropy(s) +
             Kl<Normal, Normal>::kl(tilted_mean(s), stddev, m, d);
    };
    return within(!(abs(t) == kInfinity), kInfinity, divergence, t, loc, scale);
  }
};

template <>
struct Kl<ContinuousBernoulli, Normal> : Between<ContinuousBernoulli, Normal> {
  static constexpr auto kl(const auto& p, const auto& loc, const auto& scale) {
    return Kl<ContinuousBernoulliLogits, Normal>::kl(ContinuousBernoulli::logits(p), loc, scale);
  }
};

template <>
struct Kl<ContinuousBernoulliLogits, Uniform> : Between<ContinuousBernoulliLogits, Uniform> {
  static constexpr auto kl(const auto& t, const auto& low, const auto& high) {
    const auto divergence = [](const auto& s, const auto& from, const auto& to) {
      return ContinuousBernoulliLogits::negentropy(s) + Uniform::log_width_around_unit(from, to);
    };
    const auto covered = low <= 0.0 && high >= 1.0;
    return within(covered && !(abs(t) == kInfinity), kInfinity, divergence, t, low, high);
  }
};

template <>
struct Kl<ContinuousBernoulli, Uniform> : Between<ContinuousBernoulli, Uniform> {
  static constexpr auto kl(const auto& p, const auto& low, const auto& high) {
    return Kl<ContinuousBernoulliLogits, Uniform>::kl(ContinuousBernoulli::logits(p), low, high);
  }
};

template <>
struct Kl<Beta, ContinuousBernoulliLogits> : Between<Beta, ContinuousBernoulliLogits> {
  static constexpr auto kl(const auto& a, const auto& b, const auto& t) {
    const auto is_flat = abs(t) <= 1.0, falls = t < 0.0;
    const auto flat = [](const auto& c, const auto& d, const auto& s) {
      const auto one = like(c, 1.0);
      const auto offset = 0.5 * (Beta::mean(d, c) - Beta::mean(c, d));
      return nonnegative(Kl<Beta, Beta>::kl(c, d, one, one) +
                         log_mean_exp_divergence(s, like(s, 0.0)) + s * offset);
    };
    // The divergence from an exponential distribution, without what is cut off.
    const auto steep = [](const auto& c, const auto& d, const auto& rate) {
      return nonnegative(Kl<Beta, Exponential>::kl(c, d, rate) + log1mexp(-rate));
    };
    const auto is_steep = !(is_flat || abs(t) == kInfinity);
    return select(is_flat, within(is_flat, kInfinity, flat, a, b, t),
                  within(is_steep, kInfinity, steep, select(falls, a, b), select(falls, b, a),
                         select(falls, -t, t)));
  }
};

template <>
struct Kl<Beta, ContinuousBernoulli> : Between<Beta, ContinuousBernoulli> {
  static constexpr auto kl(const auto& a, const auto& b, const auto& q) {
    return Kl<Beta, ContinuousBernoulliLogits>::kl(a, b, ContinuousBernoulli::logits(q));
  }
};

template <>
struct Kl<Uniform, ContinuousBernoulliLogits> : Between<Uniform, ContinuousBernoulliLogits> {
  static constexpr auto kl(const auto& low, const auto& high, const auto& t) {
    const auto divergence = [](const auto& from, const auto& to, const auto& s) {
      const auto mean = Uniform::mean(from, to), rest = Uniform::mean(1.0 - to, 1.0 - from);
      return nonnegative(ContinuousBernoulliLogits::cross_entropy(s, mean, rest, 0.5 - mean) -
                         log(to - from));
    };
    const auto covered = low >= 0.0 && high <= 1.0;
    return within(covered && !(abs(t) == kInfinity), kInfinity, divergence, low, high, t);
  }
};

template <>
struct Kl<Uniform, ContinuousBernoulli> : Between<Uniform, ContinuousBernoulli> {
  static constexpr auto kl(const auto& low, const auto& high, const auto& q) {
    return Kl<Uniform, ContinuousBernoulliLogits>::kl(low, high, ContinuousBernoulli::logits(q));
  }
};

}  // namespace torch::distributions::ops::formulas
