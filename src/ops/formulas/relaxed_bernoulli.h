#pragma once

#include "ops/formulas/bernoulli.h"
#include "ops/formulas/formula.h"
#include "ops/special/exponential.h"
#include "ops/special/log_power.h"
#include "ops/special/sigmoid.h"

namespace torch::distributions {
class LogitRelaxedBernoulli;
class RelaxedBernoulli;
}  // namespace torch::distributions

namespace torch::distributions::ops::formulas {

/// The logistic distribution of (L + l) / T for a standard logistic variable L. All mass is at
/// infinity if the logit l is infinite.
struct LogitRelaxedBernoulliLogits {  // parameters: the temperature T and the logit l
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& temperature, const auto& logits) {
    return temperature > 0.0 && logits == logits;
  }

  /// log T + log sigmoid(d) + log sigmoid(-d) with d = l - T y. It is even in d.
  static constexpr auto log_prob(const auto& temperature, const auto& logits) {
    const auto certain = abs(logits) == kInfinity;
    return [=, finite = select(certain, 0.0, logits),
            log_temperature = log(temperature)](const auto& y) {
      const auto density = [&](const auto& v, const auto& t, const auto& l) {
        const auto d = l - t * v, below = select(d > 0.0, -d, d);
        return log_temperature + (below - 2.0 * softplus(below));
      };
      const auto value =
          within(!(abs(y) == kInfinity), -kInfinity, density, y, temperature, finite);
      const auto at_limit = select(y == logits, kInfinity, select(isnan(y), y, -kInfinity));
      return select(certain, at_limit, value);
    };
  }
  static constexpr auto cdf(const auto& temperature, const auto& logits) {
    return of_score([](const auto& z) { return sigmoid(z); }, 0.0, 1.0, temperature, logits);
  }
  static constexpr auto log_cdf(const auto& temperature, const auto& logits) {
    return of_score([](const auto& z) { return log_sigmoid(z); }, -kInfinity, 0.0, temperature,
                    logits);
  }
  static constexpr auto survival_function(const auto& temperature, const auto& logits) {
    return of_score([](const auto& z) { return sigmoid(-z); }, 1.0, 0.0, temperature, logits);
  }
  static constexpr auto log_survival_function(const auto& temperature, const auto& logits) {
    return of_score([](const auto& z) { return log_sigmoid(-z); }, 0.0, -kInfinity, temperature,
                    logits);
  }
  static constexpr auto icdf(const auto& temperature, const auto& logits) {
    return [=](const auto& p) {
      const auto certain = abs(logits) == kInfinity, is_end = p == 0.0 || p == 1.0;
      const auto quantile = [](const auto& q, const auto& t, const auto& l) {
        return (Bernoulli::logits(q) + l) / t;
      };
      // The slope at the ends is infinite.
      const auto at_zero = within(
          !certain && p == 0.0, 0.0, [](const auto& q) { return log(q); }, p);
      const auto at_one = within(
          !certain && p == 1.0, 0.0, [](const auto& q) { return log1p(-q); }, p);
      const auto finite = within(!(is_end || certain), 0.0, quantile, p, temperature, logits);
      return select(certain, select(isnan(p), p, logits), finite + at_zero - at_one);
    };
  }
  static constexpr auto mean(const auto& temperature, const auto& logits) {
    return logits / temperature;
  }
  static constexpr auto mode(const auto& temperature, const auto& logits) {
    return logits / temperature;
  }
  static constexpr auto variance(const auto& temperature, const auto& logits) {
    return square(stddev(temperature, logits));
  }
  static constexpr auto stddev(const auto& temperature, const auto&) {
    constexpr double kPiOverSqrt3 = 1.8137993642342178506;
    return kPiOverSqrt3 / temperature;
  }
  static constexpr auto entropy(const auto& temperature, const auto&) {
    return 2.0 - log(temperature);
  }

 private:
  /// f(T y - l), or one of two constants where that is infinite.
  static constexpr auto of_score(const auto& f, double if_below, double if_above,
                                 const auto& temperature, const auto& logits) {
    return [=](const auto& y) {
      const auto certain = abs(logits) == kInfinity;
      const auto is_above = y == kInfinity || (certain && y >= logits);
      const auto is_below = !is_above && (certain || y == -kInfinity);
      const auto of_score = [&](const auto& x, const auto& t, const auto& l) {
        return f(t * x - l);
      };
      const auto finite =
          within(!(is_above || is_below), if_below, of_score, y, temperature, logits);
      return select(is_above, if_above, select(isnan(y), y, finite));
    };
  }
};

struct LogitRelaxedBernoulli {  // parameters: the temperature and the probability with logit l
  using Family = distributions::LogitRelaxedBernoulli;
  using Logits = LogitRelaxedBernoulliLogits;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = Logits::kInDouble;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& temperature, const auto& p) {
    return temperature > 0.0 && p >= 0.0 && p <= 1.0;
  }

  static constexpr auto log_prob(const auto& t, const auto& p) {
    return Logits::log_prob(t, Bernoulli::logits(p));
  }
  static constexpr auto cdf(const auto& t, const auto& p) {
    return Logits::cdf(t, Bernoulli::logits(p));
  }
  static constexpr auto log_cdf(const auto& t, const auto& p) {
    return Logits::log_cdf(t, Bernoulli::logits(p));
  }
  static constexpr auto survival_function(const auto& t, const auto& p) {
    return Logits::survival_function(t, Bernoulli::logits(p));
  }
  static constexpr auto log_survival_function(const auto& t, const auto& p) {
    return Logits::log_survival_function(t, Bernoulli::logits(p));
  }
  static constexpr auto icdf(const auto& t, const auto& p) {
    return Logits::icdf(t, Bernoulli::logits(p));
  }
  static constexpr auto mean(const auto& t, const auto& p) {
    return Logits::mean(t, Bernoulli::logits(p));
  }
  static constexpr auto mode(const auto& t, const auto& p) {
    return Logits::mode(t, Bernoulli::logits(p));
  }
  static constexpr auto variance(const auto& t, const auto& p) { return Logits::variance(t, p); }
  static constexpr auto stddev(const auto& t, const auto& p) { return Logits::stddev(t, p); }
  static constexpr auto entropy(const auto& t, const auto& p) { return Logits::entropy(t, p); }
};

/// The distribution of sigmoid(Y), where Y has the distribution above. The functions of a value x
/// use log x and log(1 - x), which have digits near 0 and near 1. If the logit l is infinite, all
/// mass is at 0 or 1.
struct RelaxedBernoulliLogits {  // parameters: the temperature T and the logit l
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& temperature, const auto& logits) {
    return temperature > 0.0 && logits == logits;
  }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x < 0.0 || x > 1.0);
  }

  /// With s = log x, r = log(1 - x) and d = l - T (s - r), two equal forms of the log density are
  ///     log T - l + (T - 1) s - (T + 1) r - 2 softplus(-d),
  ///     log T + l + (T - 1) r - (T + 1) s - 2 softplus(d).
  /// The one with the smaller softplus is used. The first has a limit at x = 0, where the softplus
  /// is exp(-l) x if T = 1; the second is the first for 1 - x and -l.
  static constexpr auto log_prob(const auto& temperature, const auto& logits) {
    const auto certain = abs(logits) == kInfinity;
    return [=, finite = select(certain, 0.0, logits),
            log_temperature = log(temperature)](const auto& x) {
      const auto is_end = !certain && (x == 0.0 || x == 1.0), inside = !(is_end || certain);
      const auto interior = [](const auto& y, const auto& t, const auto& l) {
        const auto of_s = [&](const auto& s) {
          const auto r = log1mexp(s), d = l - t * (s - r);
          const auto upper = d < 0.0;
          const auto near = select(upper, r, s), far = select(upper, s, r);
          return select(upper, l, -l) + (t - 1.0) * near - (t + 1.0) * far -
                 2.0 * softplus(select(upper, d, -d));
        };
        return of_log(of_s, y);
      };
      const auto at_end = [](const auto& u, const auto& t, const auto& l) {
        return l + log_power(t, u) + (t + 1.0) * u;
      };
      const auto u = distance_from_end(x), l_at_end = logit_at_end(x, finite);
      const auto is_flat = is_end && temperature == 1.0;
      const auto value =
          log_temperature + within(inside, 0.0, interior, x, temperature, finite) +
          within(is_end, 0.0, at_end, u, temperature, l_at_end) -
          within(
              is_flat, 0.0, [](const auto& v, const auto& l) { return 2.0 * v * slope_at_end(l); },
              u, l_at_end);
      const auto at_limit =
          select(x == outcome(logits), kInfinity, select(isnan(x), x, -kInfinity));
      return select(certain, at_limit, value);
    };
  }
  static constexpr auto cdf(const auto& temperature, const auto& logits) {
    return [=](const auto& x) {
      return of_score([](const auto& z) { return sigmoid(z); }, 0.0, 1.0, x, temperature, logits) +
             slope(x, temperature, logits);
    };
  }
  static constexpr auto log_cdf(const auto& temperature, const auto& logits) {
    return [=](const auto& x) {
      const auto f = [](const auto& z) { return log_sigmoid(z); };
      return of_score(f, -kInfinity, 0.0, x, temperature, logits) +
             within(
                 x == 1.0, 0.0, [](const auto&... inputs) { return slope(inputs...); }, x,
                 temperature, logits);
    };
  }
  static constexpr auto survival_function(const auto& temperature, const auto& logits) {
    return [=](const auto& x) {
      return of_score([](const auto& z) { return sigmoid(-z); }, 1.0, 0.0, x, temperature, logits) -
             slope(x, temperature, logits);
    };
  }
  static constexpr auto log_survival_function(const auto& temperature, const auto& logits) {
    return [=](const auto& x) {
      const auto f = [](const auto& z) { return log_sigmoid(-z); };
      return of_score(f, 0.0, -kInfinity, x, temperature, logits) -
             within(
                 x == 0.0, 0.0, [](const auto&... inputs) { return slope(inputs...); }, x,
                 temperature, logits);
    };
  }
  /// At p = 0 and p = 1 the slope of the quantile is 0, exp(l) or exp(-l), or infinite.
  static constexpr auto icdf(const auto& temperature, const auto& logits) {
    return [=](const auto& p) {
      const auto certain = abs(logits) == kInfinity;
      const auto is_end = !certain && (p == 0.0 || p == 1.0), inside = !(is_end || certain);
      const auto score = [](const auto& q, const auto& t, const auto& l) {
        return (Bernoulli::logits(q) + l) / t;
      };
      const auto y = score(select(inside, p, 0.5), temperature, select(certain, 0.0, logits));
      const auto quantile = [&](const auto&... inputs) { return sigmoid(score(inputs...)); };
      const auto has_slope = inside && !(abs(y) > kFar);
      const auto interior =
          select(y > kFar, 1.0, within(has_slope, 0.0, quantile, p, temperature, logits));
      const auto u = distance_from_end(p), l = -logit_at_end(p, select(certain, 0.0, logits));
      const auto beside =
          within(
              is_end && temperature == 1.0, 0.0,
              [](const auto& v, const auto& s) { return v * slope_at_end(s); }, u, l) +
          within(
              is_end && temperature > 1.0, 0.0, [](const auto& v) { return sqrt(v); }, u);
      const auto at_end = select(p == 1.0, 1.0 - beside, beside);
      return select(certain, select(isnan(p), p, outcome(logits)),
                    select(is_end, at_end, interior));
    };
  }

 private:
  static constexpr double kFar = 800;  // exp(-kFar) is 0 in double

  /// Where all mass is, if the logit is infinite.
  static constexpr auto outcome(const auto& logits) {
    return select(logits > 0.0, 1.0, like(logits, 0.0));
  }

  /// x, or 1 - x at x = 1; and -l, or l. By this change of variables 1 is like 0.
  static constexpr auto distance_from_end(const auto& x) { return select(x == 1.0, 1.0 - x, x); }
  static constexpr auto logit_at_end(const auto& x, const auto& logits) {
    return select(x == 1.0, logits, -logits);
  }

  /// exp(l), or the largest power of e in float if it may overflow: it is multiplied by 0.
  static constexpr auto slope_at_end(const auto& l) {
    constexpr double kLargest = 88;
    return exp(min(l, kLargest));
  }

  /// A term of the cdf that is 0, but whose derivative at x = 0 or x = 1 is the density there:
  /// infinite, exp(-l) or exp(l), or 0.
  static constexpr auto slope(const auto& x, const auto& temperature, const auto& logits) {
    const auto is_end = (x == 0.0 || x == 1.0) && !(abs(logits) == kInfinity);
    const auto u = distance_from_end(x);
    const auto size =
        within(
            is_end && temperature == 1.0, 0.0,
            [](const auto& v, const auto& l) { return v * slope_at_end(l); }, u,
            logit_at_end(x, logits)) +
        within(
            is_end && temperature < 1.0, 0.0, [](const auto& v) { return sqrt(v); }, u);
    return select(x == 1.0, -size, size);
  }

  /// f(T logit(x) - l), or one of two constants where that is far out.
  static constexpr auto of_score(const auto& f, double if_below, double if_above, const auto& x,
                                 const auto& temperature, const auto& logits) {
    const auto certain = abs(logits) == kInfinity;
    const auto score = [](const auto& s, const auto& t, const auto& l) {
      return t * (s - log1mexp(s)) - l;
    };
    const auto inside = !(x <= 0.0 || x >= 1.0 || certain);
    const auto z = score(log(select(inside, x, 0.5)), temperature, logits);
    // A logarithm far out is not constant.
    const auto below = if_below == -kInfinity ? z < -kInfinity : z < -kFar;
    const auto above = if_above == -kInfinity ? z > kInfinity : z > kFar;
    const auto is_above = x >= 1.0 || (certain && x >= outcome(logits)) || (inside && above);
    const auto body = [&](const auto& y, const auto& t, const auto& l) {
      return of_log([&](const auto& s) { return f(score(s, t, l)); }, y);
    };
    return select(
        is_above, if_above,
        select(isnan(x), x,
               within(inside && !(above || below), if_below, body, x, temperature, logits)));
  }
};

struct RelaxedBernoulli {  // parameters: the temperature and the probability with logit l
  using Family = distributions::RelaxedBernoulli;
  using Logits = RelaxedBernoulliLogits;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = Logits::kInDouble;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& temperature, const auto& p) {
    return temperature > 0.0 && p >= 0.0 && p <= 1.0;
  }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x < 0.0 || x > 1.0);
  }

  static constexpr auto log_prob(const auto& t, const auto& p) {
    return Logits::log_prob(t, Bernoulli::logits(p));
  }
  static constexpr auto cdf(const auto& t, const auto& p) {
    return Logits::cdf(t, Bernoulli::logits(p));
  }
  static constexpr auto log_cdf(const auto& t, const auto& p) {
    return Logits::log_cdf(t, Bernoulli::logits(p));
  }
  static constexpr auto survival_function(const auto& t, const auto& p) {
    return Logits::survival_function(t, Bernoulli::logits(p));
  }
  static constexpr auto log_survival_function(const auto& t, const auto& p) {
    return Logits::log_survival_function(t, Bernoulli::logits(p));
  }
  static constexpr auto icdf(const auto& t, const auto& p) {
    return Logits::icdf(t, Bernoulli::logits(p));
  }
};

}  // namespace torch::distributions::ops::formulas
