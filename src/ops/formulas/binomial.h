#pragma once

#include "ops/formulas/bernoulli.h"
#include "ops/formulas/formula.h"
#include "ops/special/binomial_entropy.h"
#include "ops/special/binomial_log_density.h"
#include "ops/special/log_binomial.h"
#include "ops/special/rounding.h"
#include "ops/special/sigmoid.h"

namespace torch::distributions {
class Binomial;
}

namespace torch::distributions::ops::formulas {

/// Whether k is a possible number of successes in n trials, or NaN.
constexpr auto is_count(const auto& k, const auto& n) {
  return (k >= 0.0 && k <= n && floor(k) == k) || isnan(k);
}

/// The entropy of Binomial(n, p) for a variance v = n p (1 - p) of at least 100, with
/// s = p (1 - p): the asymptotic series log(2 pi e v)/2 + sum_m c_m(s) v^-m, whose error is a unit.
constexpr auto binomial_entropy_series(const auto& v, const auto& s) {
  const auto u = 1.0 / v;
  const auto c1 = s / 3.0 - 1.0 / 12;
  const auto c2 = (-s / 12.0 + 1.0 / 6) * s - 1.0 / 24;
  const auto c3 = ((s / 90.0 - 1.0 / 3) * s + 17.0 / 60) * s - 19.0 / 360;
  const auto c4 = (((s / 120.0 + 2.0 / 3) * s - 22.0 / 15) * s + 23.0 / 30) * s - 9.0 / 80;
  const auto c5 =
      ((((-s / 210.0 - 4.0 / 3) * s + 41.0 / 6) * s - 949.0 / 126) * s + 715.0 / 252) * s -
      863.0 / 2520;
  const auto c6 =
      (((((-s / 252.0 + 8.0 / 3) * s - 181.0 / 6) * s + 3932.0 / 63) * s - 3803.0 / 84) * s +
       373.0 / 28) *
          s -
      1375.0 / 1008;
  const auto c7 =
      ((((((s / 210.0 - 16.0 / 3) * s + 3871.0 / 30) * s - 2352.0 / 5) * s + 8761.0 / 15) * s -
        4712.0 / 15) *
           s +
       27289.0 / 360) *
          s -
      33953.0 / 5040;
  const auto c8 =
      (((((((s / 240.0 + 32.0 / 3) * s - 16229.0 / 30) * s + 150302.0 / 45) * s - 598937.0 / 90) *
             s +
         261626.0 / 45) *
            s -
        223093.0 / 90) *
           s +
       45617.0 / 90) *
          s -
      57281.0 / 1440;
  return kNormalEntropy + 0.5 * log(v) +
         u * (c1 + u * (c2 + u * (c3 + u * (c4 + u * (c5 + u * (c6 + u * (c7 + u * c8)))))));
}

/// The smallest variance for which the series is used.
inline constexpr double kSeriesVariance = 100;

/// The entropy of Binomial(n, p), by the series or the sum over the counts. `rarer` is the smaller
/// of p and 1 - p.
constexpr auto binomial_entropy(const auto& n, const auto& rarer) {
  // p is replaced at 0, where the entropy is 0 but its derivative infinite, and if it is invalid,
  // where the sum might not end.
  const auto uncertain = rarer > 0.0 && rarer <= 0.5;
  const auto p = select(uncertain, rarer, 0.5);
  const auto spread = p * (1.0 - p);
  const auto variance = n * spread;
  const auto large = variance >= kSeriesVariance;
  const auto series = binomial_entropy_series(select(large, variance, kSeriesVariance), spread);
  const auto sum = binomial_entropy_sum(select(uncertain && !large, n, 0.0), p);
  return select(uncertain, select(large, series, sum), like(rarer, 0.0));
}

struct BinomialLogits;

struct Binomial {  // parameters: the number of trials, the probability of success
  using Family = distributions::Binomial;
  using Logits = BinomialLogits;
  using Trial = Bernoulli;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, parameter(1)}, {kEntropy, parameter(1)}};

  static constexpr auto in_range(const auto& n, const auto& p) {
    return n >= 0.0 && p >= 0.0 && p <= 1.0;
  }

  static constexpr auto is_possible(const auto& k, const auto& n, const auto&) {
    return is_count(k, n);
  }

  static constexpr auto log_prob(const auto& n, const auto& p) {
    return [=](const auto& k) { return binomial_log_density(k, n, p); };
  }
  static constexpr auto mean(const auto& n, const auto& p) { return n * p; }
  /// The mode is piecewise constant. floor, here for n as well, makes its gradient 0.
  static constexpr auto mode(const auto& n, const auto& p) {
    return min(floor((n + 1.0) * p), floor(n));
  }
  static constexpr auto variance(const auto& n, const auto& p) { return n * p * (1.0 - p); }
  /// For n = 0 it is 0; the gradient of sqrt(n) would be infinite there.
  static constexpr auto stddev(const auto& n, const auto& p) {
    const auto of_trials = [](const auto& m, const auto& q) {
      return sqrt(m) * Bernoulli::stddev(q);
    };
    return within(n != 0.0, 0.0, of_trials, n, p);
  }
  /// `select` instead of min(p, 1 - p), whose second derivative would be wrong at p = 1/2.
  static constexpr auto entropy(const auto& n, const auto& p) {
    return binomial_entropy(n, select(p <= 0.5, p, 1.0 - p));
  }
};

struct BinomialLogits {  // parameters: the number of trials, the log-odds of success
  using Trial = BernoulliLogits;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, parameter(1)}, {kEntropy, parameter(1)}};

  static constexpr auto in_range(const auto& n, const auto& logits) {
    return n >= 0.0 && logits == logits;
  }

  static constexpr auto is_possible(const auto& k, const auto& n, const auto&) {
    return is_count(k, n);
  }

  static constexpr auto log_prob(const auto& n, const auto& logits) {
    return [=](const auto& k) { return binomial_log_density_logits(k, n, logits); };
  }
  static constexpr auto mean(const auto& n, const auto& logits) { return n * sigmoid(logits); }
  static constexpr auto mode(const auto& n, const auto& logits) {
    return min(floor((n + 1.0) * sigmoid(logits)), floor(n));
  }
  static constexpr auto variance(const auto& n, const auto& logits) {
    return n * sigmoid(logits) * sigmoid(-logits);
  }
  static constexpr auto stddev(const auto& n, const auto& logits) {
    const auto of_trials = [](const auto& m, const auto& l) {
      return sqrt(m) * BernoulliLogits::stddev(l);
    };
    return within(n != 0.0, 0.0, of_trials, n, logits);
  }
  static constexpr auto entropy(const auto& n, const auto& logits) {
    return binomial_entropy(n, sigmoid(select(logits <= 0.0, logits, -logits)));
  }
};

/// One trial, in either form.
template <class P>
concept IsTrial = std::is_same_v<P, Bernoulli> || std::is_same_v<P, BernoulliLogits>;

/// The log probability that one trial fails.
template <IsTrial P>
constexpr auto log_failure(const auto& parameter) {
  return P::log_prob(parameter)(like(parameter, 0.0));
}

/// KL(p || q) for the numbers of successes in n_p and n_q trials. `P` and `Q` are the formulas of
/// one trial.
///
/// For n_q <= n_p it is n_q times the divergence of one trial, or infinity. For n_q > n_p the
/// further trials of q must fail, and each number k has C(n_q, k) / C(n_p, k) times as many
/// sequences. That has a closed form if k is always 0 or n_p; otherwise the divergence is NaN.
template <IsTrial P, IsTrial Q>
constexpr auto between_trials(const auto& n_p, const auto& p, const auto& n_q, const auto& q) {
  const auto trials = min(n_p, n_q);
  const auto common = trials * select(trials == 0.0, 0.0, Kl<P, Q>::kl(p, q));
  // Numbers above n_q are impossible under q, but not under p unless it never succeeds.
  const auto of_fewer = select(n_p > n_q && !P::never_succeeds(p), kInfinity, common);
  if (all(n_p >= n_q)) [[likely]]
    return of_fewer;

  const auto is_more = n_p < n_q, never_fails = log_failure<Q>(q) == -kInfinity;
  const auto further = [](const auto& a, const auto& b, const auto& n, const auto& more) {
    return 0.0 - (more * log_failure<Q>(b) + P::mean(a) * log_binomial(n, more));
  };
  const auto sum = common + within(is_more && !never_fails, kInfinity, further, p, q, n_p,
                                   select(is_more, n_q - n_p, 1.0));
  const auto is_closed = n_p <= 1.0 || P::never_succeeds(p) || log_failure<P>(p) == -kInfinity ||
                         never_fails || Q::never_succeeds(q);
  return select(is_more, select(is_closed, nonnegative(sum), kNaN), of_fewer);
}

template <class P, class Q>
struct BetweenTrials : Between<P, Q> {
  static constexpr auto kl(const auto& n_p, const auto& p, const auto& n_q, const auto& q) {
    return between_trials<typename P::Trial, typename Q::Trial>(n_p, p, n_q, q);
  }
};

// If one side has a probability and the other a logit, there is no kernel.
template <class P, class Q>
  requires requires {
    typename P::Trial;
    typename Q::Trial;
  }
struct Kl<P, Q> : BetweenTrials<P, Q> {};

template <>
struct Kl<Binomial, Binomial> : BetweenTrials<Binomial, Binomial> {
  static constexpr KernelOf kKernels[] = {{kKl, parameter(1) | parameter(3)}};
};

template <>
struct Kl<BinomialLogits, BinomialLogits> : BetweenTrials<BinomialLogits, BinomialLogits> {
  static constexpr KernelOf kKernels[] = {{kKl, parameter(1) | parameter(3)}};
};

template <IsTrial P, class Q>
  requires IsTrial<typename Q::Trial>
struct Kl<P, Q> : Between<P, Q> {
  static constexpr auto kl(const auto& p, const auto& n, const auto& q) {
    return between_trials<P, typename Q::Trial>(like(n, 1.0), p, n, q);
  }
};

template <class P, IsTrial Q>
  requires IsTrial<typename P::Trial>
struct Kl<P, Q> : Between<P, Q> {
  static constexpr auto kl(const auto& n, const auto& p, const auto& q) {
    return between_trials<typename P::Trial, Q>(n, p, like(n, 1.0), q);
  }
};

}  // namespace torch::distributions::ops::formulas
