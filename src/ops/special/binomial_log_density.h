#pragma once

#include "ops/special/log_density.h"
#include "ops/special/sigmoid.h"

namespace torch::distributions::ops::special {

struct BinomialLogDensity;
struct BinomialLogDensityLogits;
struct BinomialScore;
struct BinomialScoreLogits;

/// log C(n, k) + k log p + (n - k) log(1 - p): the log density of Binomial(n, p) at k. Error: 16
/// units; gradient 32.
inline constexpr Function<BinomialLogDensity> binomial_log_density{};

/// k / p - (n - k) / (1 - p), the derivative of the log density in p.
inline constexpr Function<BinomialScore> binomial_score{};

/// The log density as a function of k, n and the log-odds of p. Error: 16 units; gradient 32.
inline constexpr Function<BinomialLogDensityLogits> binomial_log_density_logits{};

/// k - n p, the derivative of the log density in the log-odds.
inline constexpr Function<BinomialScoreLogits> binomial_score_logits{};

/// The derivatives of log C(n, k) in k and in n.
constexpr auto log_choose_dk(const auto& k, const auto& n) {
  return digamma(n - k + 1.0) - digamma(k + 1.0);
}
constexpr auto log_choose_dn(const auto& k, const auto& n) {
  return digamma_difference(n - k + 1.0, k);
}

struct BinomialLogDensity {
  static constexpr const char* kName = "binomial_log_density";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& k, const T& n,
                                                        const T& probability) {
    const auto [p, q] = with_complement(probability);
    return log_binomial_probability<T>(k, n - k, p, q);
  }
  static constexpr auto partial(Argument<0>, const auto& k, const auto& n, const auto& p) {
    return log(p) - log1p(-p) + log_choose_dk(k, n);
  }
  static constexpr auto partial(Argument<1>, const auto& k, const auto& n, const auto& p) {
    return log1p(-p) + log_choose_dn(k, n);
  }
  static constexpr auto partial(Argument<2>, const auto& k, const auto& n, const auto& p) {
    return binomial_score(k, n, p);
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::pure]] static constexpr T value(const T& k, const T& n, const T& p) {
      const auto is_usual = n < kLargestForFloat && p > 0.0 && p < 1.0;
      const T m = n - k;
      const ChooseForFloat<T> choose(k, m);
      const T usual = k * (log(p) + log(choose.n1_by_k1())) +
                      m * (log1p(-p) + log(choose.n1_by_m1())) + choose.log_choose_remainder();
      return usual_or_value<BinomialLogDensity>(is_usual, usual, k, n, p);
    }
  };
};

struct BinomialScore {
  static constexpr const char* kName = "binomial_score";
  template <class T>
  static constexpr T value(const T& k, const T& n, const T& p) {
    return bernoulli_score<T>(k, n - k, p);
  }
  static constexpr auto partial(Argument<0>, const auto&, const auto&, const auto& p) {
    return 1.0 / p + 1.0 / (1.0 - p);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto&, const auto& p) {
    return -1.0 / (1.0 - p);
  }
  static constexpr auto partial(Argument<2>, const auto& k, const auto& n, const auto& p) {
    return -ratio_or_zero(k, square(p)) - ratio_or_zero(n - k, square(1.0 - p));
  }
};

/// exp(x) for x <= 0, to 24 digits for x >= -20, and to 18 digits below.
template <class T>
constexpr Pair<T> exp_pair(const T& x) {
  // exp(x / 2^17) by its series, squared 17 times. The terms from t^3 on are so small that they
  // need no low part.
  constexpr int kSquarings = 17;
  constexpr double kTail[] = {1. / 6, 1. / 24, 1. / 120, 1. / 720, 1. / 5040, 1. / 40320};
  const T t = x * (1.0 / (1 << kSquarings));
  const Pair<T> t_squared = two_product(t, t);
  const Pair<T> linear = two_sum(like(t, 1.0), t);
  const Pair<T> quadratic = two_sum<T>(linear.high, 0.5 * t_squared.high);
  const T cubic = t * t_squared.high * polynomial(kTail, t);
  Pair<T> result =
      two_sum<T>(quadratic.high, linear.low + quadratic.low + 0.5 * t_squared.low + cubic);
  for (int i = 0; i < kSquarings; ++i) result = multiply(result, result);
  return result;
}

/// f(p, 1 - p) for the p with these log-odds, both as pairs. `n` is the number of trials.
template <class T, class F>
constexpr T of_logistic(const T& n, const T& logits, const F& f) {
  const auto from_odds = [&](const Pair<T>& odds) {  // exp(-|logits|)
    Pair<T> sum = two_sum(like(n, 1.0), odds.high);
    sum.low = sum.low + odds.low;
    const Pair<T> larger = reciprocal(sum);
    const Pair<T> smaller = multiply(odds, larger);
    return branch(
        logits < 0.0, [&] { return f(smaller, larger); }, [&] { return f(larger, smaller); });
  };
  constexpr double kFar = 750;  // the odds are 0 beyond
  const T distance = clamp(-abs(logits), -kFar, 0.0);
  // The standard deviation of n trials magnifies the relative error of p. For few trials the odds
  // need no low part.
  return branch(
      n <= 256.0,
      [&] {
        return from_odds({exp(distance), like(distance, 0.0)});
      },
      [&] { return from_odds(exp_pair(distance)); });
}

/// f(p, 1 - p), the logarithm of the probability of k successes and m failures in n trials, for the
/// p with these log-odds.
template <class T, class F>
constexpr T log_probability_of_logits(const T& k, const T& m, const T& n, const T& logits,
                                      const F& f) {
  // Beyond kFar the smaller probability is subnormal. Its logarithm is linear in the log-odds
  // there.
  constexpr double kFar = 700;
  const auto below = logits<-kFar, above = logits> kFar;
  const T near = clamp(logits, -kFar, kFar);
  const T beyond = select(below, logits + kFar, select(above, kFar - logits, 0.0 * k));
  const T log_probability = of_logistic<T>(n, near, f);
  const T rare = select(logits < 0.0, k, m);
  return branch(
      rare == 0.0 && beyond < 0.0, [&] { return 0.0 - n * exp(-abs(logits)); },
      [&] { return log_probability + times_count(rare, beyond); });
}

struct BinomialLogDensityLogits {
  static constexpr const char* kName = "binomial_log_density_logits";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& k, const T& n, const T& logits) {
    const T m = n - k;
    return log_probability_of_logits<T>(k, m, n, logits, [&](const Pair<T>& p, const Pair<T>& q) {
      return log_binomial_probability<T>(k, m, p, q);
    });
  }
  static constexpr auto partial(Argument<0>, const auto& k, const auto& n, const auto& logits) {
    return logits + log_choose_dk(k, n);
  }
  static constexpr auto partial(Argument<1>, const auto& k, const auto& n, const auto& logits) {
    return log_sigmoid(-logits) + log_choose_dn(k, n);
  }
  static constexpr auto partial(Argument<2>, const auto& k, const auto& n, const auto& logits) {
    return binomial_score_logits(k, n, logits);
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::pure]] static constexpr T value(const T& k, const T& n, const T& logits) {
      const auto is_usual = n < kLargestForFloat && abs(logits) < kLargestForFloat;
      const T m = n - k, tail = log1p(exp(-abs(logits)));
      const ChooseForFloat<T> choose(k, m);
      const T usual = k * (log(choose.n1_by_k1()) + (min(logits, 0.0) - tail)) +
                      m * (log(choose.n1_by_m1()) - (max(logits, 0.0) + tail)) +
                      choose.log_choose_remainder();
      return usual_or_value<BinomialLogDensityLogits>(is_usual, usual, k, n, logits);
    }
    static constexpr auto partial(Argument<2>, const auto& k, const auto& n, const auto& logits) {
      return k - n * sigmoid(logits);
    }
  };
};

struct BinomialScoreLogits {
  static constexpr const char* kName = "binomial_score_logits";
  template <class T>
  static constexpr T value(const T& k, const T& n, const T& logits) {
    return of_logistic(n, logits, [&](const Pair<T>& p, const Pair<T>& q) {
      return binomial_residual<T>(k, n - k, p, q);
    });
  }
  static constexpr auto partial(Argument<0>, const auto& k, const auto&, const auto&) {
    return like(k, 1.0);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto&, const auto& logits) {
    return -sigmoid(logits);
  }
  static constexpr auto partial(Argument<2>, const auto&, const auto& n, const auto& logits) {
    return -n * (sigmoid(logits) * sigmoid(-logits));
  }
};

}  // namespace torch::distributions::ops::special
