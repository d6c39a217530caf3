#pragma once

#include <type_traits>

#include "ops/formulas/bernoulli.h"
#include "ops/formulas/formula.h"
#include "ops/special/exponential.h"
#include "ops/special/log_power.h"
#include "ops/special/sigmoid.h"
#include "ops/special/unit_power.h"

namespace torch::distributions {
class LogitRelaxedBernoulli;
class RelaxedBernoulli;
}  // namespace torch::distributions

namespace torch::distributions::ops::formulas {

/// The parameter beside the temperature: the probability p of 1, with all digits of a small p.
struct ByProbs {
  static constexpr auto in_range(const auto& p) { return p >= 0.0 && p <= 1.0; }
  static constexpr auto logits(const auto& p) { return Bernoulli::logits(p); }

  /// Two numbers with the ratio exp(l), where l is the logit.
  static constexpr auto weight_of_one(const auto& p) { return p; }
  static constexpr auto weight_of_zero(const auto& p) { return 1.0 - p; }
  /// Whether the weights have all digits of exp(l).
  static constexpr auto has_weights(const auto& p) { return p == p; }
  /// Whether no number has a derivative in the parameter, since that is a limit.
  static constexpr auto is_limit(const auto& p) { return p != p; }
};

/// The parameter beside the temperature: the logit l.
struct ByLogits {
  static constexpr auto in_range(const auto& l) { return l == l; }
  static constexpr auto logits(const auto& l) { return l; }

  static constexpr auto weight_of_one(const auto& l) {
    return exp(max(select(l < 0.0, l, 0.0), kLeast));
  }
  static constexpr auto weight_of_zero(const auto& l) {
    return exp(max(select(l < 0.0, 0.0, -l), kLeast));
  }
  static constexpr auto has_weights(const auto& l) { return !(abs(l) > 30.0); }
  static constexpr auto is_limit(const auto& l) { return abs(l) == kInfinity; }

 private:
  static constexpr double kLeast = -700;  // the exponential is not 0
};

/// A value y of LogitRelaxedBernoulli: its score is z = T y.
struct LogitScore {
  static constexpr auto score(const auto& y, const auto& t) { return t * y; }
  static constexpr auto of_score(const auto& f, const auto& y, const auto& t) { return f(t * y); }
  /// exp(-|z|)
  static constexpr auto tail(const auto& y, const auto& t) {
    const auto z = t * y;
    return exp(select(z > 0.0, -z, z));
  }
  static constexpr auto is_least(const auto& y) { return y == -kInfinity; }
  static constexpr auto is_greatest(const auto& y) { return y == kInfinity; }
  static constexpr auto is_extreme(const auto& y) { return abs(y) == kInfinity; }
  static constexpr auto is_below(const auto& y) { return is_least(y); }
  static constexpr auto is_above(const auto& y) { return is_greatest(y); }
  /// Whether the value may have a density although its score is infinite: none has.
  static constexpr auto is_end(const auto& y) { return y != y; }
  static constexpr auto distance_from_end(const auto& y) { return y; }
  /// Where all mass is if the logit is infinite.
  static constexpr auto outcome(const auto& logits) { return logits; }
};

/// A value x of RelaxedBernoulli: its score is z = T log(x / (1 - x)).
struct UnitScore {
  static constexpr auto score(const auto& x, const auto& t) {
    const auto size = log(odds(x));
    return t * select(x > 0.5, -size, size);
  }
  /// f(z). Its derivative may be finite where that of z overflows.
  static constexpr auto of_score(const auto& f, const auto& x, const auto& t) {
    const auto upper = x > 0.5;
    return of_log([&](const auto& size) { return f(t * select(upper, -size, size)); }, odds(x));
  }
  /// exp(-|z|), which has more digits than the score.
  static constexpr auto tail(const auto& x, const auto& t) { return unit_power(odds(x), t); }
  static constexpr auto is_least(const auto& x) { return x <= 0.0; }
  static constexpr auto is_greatest(const auto& x) { return x >= 1.0; }
  static constexpr auto is_extreme(const auto& x) { return x <= 0.0 || x >= 1.0; }
  static constexpr auto is_below(const auto& x) { return x < 0.0; }
  static constexpr auto is_above(const auto& x) { return x > 1.0; }
  /// The score is infinite, and the density is infinite, positive, or 0.
  static constexpr auto is_end(const auto& x) { return x == 0.0 || x == 1.0; }
  /// x, or 1 - x at x = 1. By this change of variables 1 is like 0. It is not -0.
  static constexpr auto distance_from_end(const auto& x) {
    return select(x == 1.0, 1.0 - x, x + 0.0);
  }
  static constexpr auto outcome(const auto& logits) {
    return select(logits > 0.0, 1.0, like(logits, 0.0));
  }

  /// x / (1 - x) or (1 - x) / x, whichever is at most 1.
  static constexpr auto odds(const auto& x) {
    const auto upper = x > 0.5;
    const auto rest = 1.0 - x;
    return select(upper, rest, x) / select(upper, x, rest);
  }
};

/// The cdf and the tails: a score is Z = L + l for a standard logistic variable L and the logit l.
/// P(Z <= z) and P(Z > z) have the ratio exp(z - l). With the smaller over the larger, r, they are
/// r / (1 + r) and 1 / (1 + r). At an infinite logit all mass is at the least or greatest value.
template <class Score, class Parameter>
struct RelaxedTails {
  static constexpr auto cdf(const auto& t, const auto& w) {
    return [=](const auto& x) {
      const auto body = [](const auto&... inputs) { return probability(true, inputs...); };
      const auto is_one = is_all_below(x, w);
      const auto is_zero = Score::is_below(x) || is_all_above(x, w);
      return select(is_one, 1.0, with_nan(x, within(!(is_one || is_zero), 0.0, body, x, t, w)));
    };
  }
  static constexpr auto survival_function(const auto& t, const auto& w) {
    return [=](const auto& x) {
      const auto body = [](const auto&... inputs) { return probability(false, inputs...); };
      const auto is_zero = is_all_below(x, w);
      const auto is_one = Score::is_below(x) || is_all_above(x, w);
      return select(is_zero, 0.0, with_nan(x, within(!(is_one || is_zero), 1.0, body, x, t, w)));
    };
  }
  static constexpr auto log_cdf(const auto& t, const auto& w) {
    return [=](const auto& x) {
      const auto body = [](const auto&... inputs) { return log_probability(true, inputs...); };
      const auto is_one = is_all_below(x, w);
      const auto is_zero = Score::is_least(x) || is_all_above(x, w);
      return select(is_one, 0.0,
                    with_nan(x, within(!(is_one || is_zero), -kInfinity, body, x, t, w)));
    };
  }
  static constexpr auto log_survival_function(const auto& t, const auto& w) {
    return [=](const auto& x) {
      const auto body = [](const auto&... inputs) { return log_probability(false, inputs...); };
      const auto is_zero = Score::is_greatest(x) || is_all_below(x, w);
      const auto is_one = Score::is_below(x) || is_all_above(x, w);
      return select(is_zero, -kInfinity,
                    with_nan(x, within(!(is_one || is_zero), 0.0, body, x, t, w)));
    };
  }

 private:
  static constexpr double kFar = 800;     // exp(-kFar) is 0 in double
  static constexpr double kNormal = 700;  // exp(-kNormal) has all digits

  static constexpr auto with_nan(const auto& x, const auto& y) { return select(isnan(x), x, y); }

  static constexpr auto is_certain(const auto& w) { return abs(Parameter::logits(w)) == kInfinity; }
  /// Whether P(Z <= z) is the constant 1, or 0. At an infinite logit that is so at the ends.
  static constexpr auto is_all_below(const auto& x, const auto& w) {
    const auto outcome = Score::outcome(Parameter::logits(w));
    return Score::is_above(x) || (is_constant(x, w) && x >= outcome);
  }
  static constexpr auto is_all_above(const auto& x, const auto& w) {
    return is_constant(x, w) && x < Score::outcome(Parameter::logits(w));
  }
  static constexpr auto is_constant(const auto& x, const auto& w) {
    return is_certain(w) && (Parameter::is_limit(w) || Score::is_extreme(x));
  }

  /// P(Z <= z), or P(Z > z).
  static constexpr auto probability(bool below, const auto& x, const auto& t, const auto& w) {
    const auto is_larger = is_half_below(x, t, w);
    const auto r = ratio(x, t, w);
    const auto larger = 1.0 / (r + 1.0), smaller = probability_of_odds(r);
    return below ? select(is_larger, larger, smaller) : select(is_larger, smaller, larger);
  }
  static constexpr auto log_probability(bool below, const auto& x, const auto& t, const auto& w) {
    constexpr double kTiny = 1e-290;
    const auto is_larger = is_half_below(x, t, w);
    const auto is_smaller = below ? !is_larger : is_larger;
    const auto r = ratio(x, t, w);
    const auto has_digits = r > kTiny, is_zero = is_smaller && is_certain(w);
    const auto of_ratio = [](const auto& s) { return log(s); };
    const auto of_distance = [](const auto& y, const auto& s, const auto& v) {
      return Score::of_score([&](const auto& z) { return 0.0 - distance(z, v); }, y, s);
    };
    const auto log_of_smaller =
        within(is_smaller && has_digits, 0.0, of_ratio, r) +
        within(is_smaller && !(has_digits || is_zero), 0.0, of_distance, x, t, w);
    return select(is_zero, -kInfinity, log_of_smaller - log1p(r));
  }

  static constexpr auto is_half_below(const auto& x, const auto& t, const auto& w) {
    return Score::score(x, t) >= Parameter::logits(w);
  }
  /// |z - l|
  static constexpr auto distance(const auto& z, const auto& w) {
    const auto l = Parameter::logits(w);
    return select(z >= l, z - l, l - z);
  }
  /// exp(-|z - l|): of exp(-|z|) and the weights, where these have more digits.
  static constexpr auto ratio(const auto& x, const auto& t, const auto& w) {
    constexpr bool kBothGiven =
        std::is_same_v<Score, LogitScore> && std::is_same_v<Parameter, ByLogits>;
    const auto of_distance = [](const auto& y, const auto& s, const auto& v) {
      return Score::of_score([&](const auto& z) { return exp(-distance(z, v)); }, y, s);
    };
    const auto is_near = !(distance(Score::score(x, t), w) > kFar);
    if constexpr (kBothGiven) {
      return within(is_near, 0.0, of_distance, x, t, w);
    } else {
      const auto z = Score::score(x, t);
      const auto is_larger = is_half_below(x, t, w), is_positive = z > 0.0;
      const auto is_end = Score::is_end(x), is_steep = is_end && t < 1.0;
      const auto has_terms =
          !is_steep && (is_end || (!(abs(z) > kNormal) && Parameter::has_weights(w)));
      const auto of_terms = [=](const auto& y, const auto& s, const auto& v) {
        // If p is 0 or 1, the derivative in the value is 0 even where that of the tail is infinite.
        const auto certain = is_certain(v);
        const auto tail = select(certain, constant(Score::tail(y, s)),
                                 Score::tail(select(certain, constant(y), y), s));
        const auto below = Parameter::weight_of_zero(v) * select(is_positive, 1.0, tail);
        const auto above = Parameter::weight_of_one(v) * select(is_positive, tail, 1.0);
        return select(is_larger, above, below) / select(is_larger, below, above);
      };
      // At an end it is 0, with a slope.
      const auto steep = [](const auto& y) { return sqrt(Score::distance_from_end(y)); };
      return within(has_terms, 0.0, of_terms, x, t, w) +
             within(is_near && !(has_terms || is_end), 0.0, of_distance, x, t, w) +
             within(is_steep, 0.0, steep, x);
    }
  }
};

/// The logistic distribution of (L + l) / T. All mass is at infinity if the logit l is infinite.
template <class Parameter>
struct LogitRelaxed : RelaxedTails<LogitScore, Parameter> {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;

  static constexpr auto in_range(const auto& temperature, const auto& w) {
    return temperature > 0.0 && Parameter::in_range(w);
  }

  /// log T + log sigmoid(d) + log sigmoid(-d) with d = l - T y. It is even in d.
  static constexpr auto log_prob(const auto& temperature, const auto& w) {
    const auto logits = Parameter::logits(w);
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
  static constexpr auto icdf(const auto& temperature, const auto& w) {
    return [=](const auto& p) {
      const auto logits = Parameter::logits(w);
      const auto certain = abs(logits) == kInfinity, is_end = p == 0.0 || p == 1.0;
      const auto quantile = [](const auto& q, const auto& t, const auto& v) {
        return (Bernoulli::logits(q) + Parameter::logits(v)) / t;
      };
      // The slope at the ends is infinite.
      const auto at_zero = within(
          !certain && p == 0.0, 0.0, [](const auto& q) { return log(q); }, p);
      const auto at_one = within(
          !certain && p == 1.0, 0.0, [](const auto& q) { return log1p(-q); }, p);
      const auto finite = within(!(is_end || certain), 0.0, quantile, p, temperature, w);
      return select(certain, select(isnan(p), p, logits), finite + at_zero - at_one);
    };
  }
  static constexpr auto mean(const auto& temperature, const auto& w) {
    return Parameter::logits(w) / temperature;
  }
  static constexpr auto mode(const auto& temperature, const auto& w) {
    return Parameter::logits(w) / temperature;
  }
  static constexpr auto variance(const auto& temperature, const auto& w) {
    return square(stddev(temperature, w));
  }
  static constexpr auto stddev(const auto& temperature, const auto&) {
    constexpr double kPiOverSqrt3 = 1.8137993642342178506;
    return kPiOverSqrt3 / temperature;
  }
  static constexpr auto entropy(const auto& temperature, const auto&) {
    return 2.0 - log(temperature);
  }
};

struct LogitRelaxedBernoulliLogits : LogitRelaxed<ByLogits> {
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter | kValue},
                                          {kCdf, kEveryParameter | kValue}};
};

struct LogitRelaxedBernoulli : LogitRelaxed<ByProbs> {
  using Family = distributions::LogitRelaxedBernoulli;
  using Logits = LogitRelaxedBernoulliLogits;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter | kValue},
                                          {kCdf, kEveryParameter | kValue}};
};

/// The distribution of sigmoid(Y), where Y has the distribution above. If the logit l is infinite,
/// all mass is at 0 or 1.
template <class Parameter>
struct Relaxed : RelaxedTails<UnitScore, Parameter> {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;

  static constexpr auto in_range(const auto& temperature, const auto& w) {
    return temperature > 0.0 && Parameter::in_range(w);
  }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x < 0.0 || x > 1.0);
  }

  /// With s = log x, r = log(1 - x) and d = l - T (s - r), two equal forms of the log density are
  ///     log T - l + (T - 1) s - (T + 1) r - 2 softplus(-d),
  ///     log T + l + (T - 1) r - (T + 1) s - 2 softplus(d).
  /// The one with the smaller softplus is used. The first has a limit at x = 0, where the softplus
  /// is exp(-l) x if T = 1; the second is the first for 1 - x and -l.
  static constexpr auto log_prob(const auto& temperature, const auto& w) {
    const auto logits = Parameter::logits(w);
    const auto certain = abs(logits) == kInfinity;
    return [=, finite = select(certain, 0.0, logits),
            log_temperature = log(temperature)](const auto& x) {
      // Where the softplus for T = 1 is so small that only its derivative matters, 0 included.
      constexpr double kTiny = 1e-30, kSmall = -40;
      const auto l_at_end = logit_at_end(x, finite);
      const auto is_flat = !certain && temperature == 1.0 &&
                           (UnitScore::is_end(x) || (x < kTiny && l_at_end + log(x) < kSmall));
      const auto is_end = is_flat || (!certain && UnitScore::is_end(x));
      const auto inside = !(is_end || certain);
      const auto interior = [](const auto& y, const auto& t, const auto& l) {
        const auto of_s = [&](const auto& s) {
          const auto r = log1mexp(s);
          const auto d = l - t * (s - r);
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
      const auto u = UnitScore::distance_from_end(x);
      const auto value =
          log_temperature + within(inside, 0.0, interior, x, temperature, finite) +
          within(is_end, 0.0, at_end, u, temperature, l_at_end) -
          within(
              is_flat, 0.0, [](const auto& v, const auto& l) { return 2.0 * v * slope_at_end(l); },
              u, l_at_end);
      const auto at_limit =
          select(x == UnitScore::outcome(logits), kInfinity, select(isnan(x), x, -kInfinity));
      return select(certain, at_limit, value);
    };
  }
  /// x / (1 - x) is the power 1 / T of u exp(l) / (1 - u), so x and 1 - x follow from a power of
  /// this ratio or its reciprocal. At u = 0 and u = 1 the slopes are 0, exp(l) or exp(-l), or
  /// infinite.
  static constexpr auto icdf(const auto& temperature, const auto& w) {
    return [=](const auto& u) {
      constexpr double kTiny = 1e-305, kFar = 800;
      const auto score = Bernoulli::logits(u) + Parameter::logits(w);
      const auto is_end = u == 0.0 || u == 1.0;
      const auto certain = abs(Parameter::logits(w)) == kInfinity;
      const auto is_constant = certain && (Parameter::is_limit(w) || is_end);
      const auto is_zero = (certain || is_end) && !is_constant;
      const auto upper = score > 0.0;
      const auto ratio = [=](const auto& p, const auto& v) {
        const auto one = p * Parameter::weight_of_one(v);
        const auto zero = (1.0 - p) * Parameter::weight_of_zero(v);
        return select(upper, zero, one) / select(upper, one, zero);
      };
      const auto is_far = abs(score) > kFar * temperature;
      const auto has_digits =
          Parameter::has_weights(w) && !(certain || is_end || is_far || ratio(u, w) < kTiny);
      const auto has_terms = has_digits || (is_zero && temperature == 1.0);
      const auto of_ratio = [=](const auto& p, const auto& t, const auto& v) {
        return unit_power(ratio(p, v), 1.0 / t);
      };
      const auto of_score = [=](const auto& p, const auto& t, const auto& v) {
        const auto s = Bernoulli::logits(p) + Parameter::logits(v);
        return exp(select(upper, -s, s) / t);
      };
      const auto is_steep = is_zero && temperature > 1.0;
      const auto steep = [](const auto& y) { return sqrt(UnitScore::distance_from_end(y)); };
      const auto tail = within(has_terms, 0.0, of_ratio, u, temperature, w) +
                        within(!(has_terms || is_zero || is_constant || is_far), 0.0, of_score, u,
                               temperature, w) +
                        within(is_steep && is_end, 0.0, steep, u) +
                        within(is_steep && certain, 0.0, steep, w);
      const auto larger = 1.0 / (tail + 1.0), smaller = probability_of_odds(tail);
      return select(isnan(u), u,
                    select(is_constant, UnitScore::outcome(Parameter::logits(w)),
                           select(upper, larger, smaller)));
    };
  }

 private:
  /// -l, or l at x = 1, as 1 is like 0 for 1 - x.
  static constexpr auto logit_at_end(const auto& x, const auto& logits) {
    return select(x == 1.0, logits, -logits);
  }

  /// exp(l), or a large number if it overflows, as it is multiplied by 0.
  static constexpr auto slope_at_end(const auto& l) {
    constexpr double kFar = 700, kLarge = 1e38;
    const auto slope = exp(min(l, kFar));
    return select(slope < kInfinity, slope, kLarge);
  }
};

struct RelaxedBernoulliLogits : Relaxed<ByLogits> {
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter | kValue},
                                          {kCdf, kEveryParameter | kValue}};
};

struct RelaxedBernoulli : Relaxed<ByProbs> {
  using Family = distributions::RelaxedBernoulli;
  using Logits = RelaxedBernoulliLogits;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter | kValue},
                                          {kCdf, kEveryParameter | kValue}};
};

}  // namespace torch::distributions::ops::formulas
