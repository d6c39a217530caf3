#pragma once

#include "ops/formulas/bernoulli.h"
#include "ops/formulas/counts.h"
#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/exponential.h"
#include "ops/special/sigmoid.h"
#include "ops/special/softplus_divergence.h"
#include "ops/special/xlogy.h"

namespace torch::distributions {
class Geometric;
}

namespace torch::distributions::ops::formulas {

struct GeometricLogits;

/// The functions of a value, which both forms share. P(X > x) = q^n for n = floor(x) + 1 trials
/// that all fail, each with probability q. `Form` has the probabilities `success(parameter)` and
/// `failure(parameter)`, `log_success(parameter)`, and `rate(parameter)`, which is -log q.
template <class Form>
struct GeometricTails {
  static constexpr auto cdf(const auto& parameter) {
    return [=](const auto& x) {
      const auto [is_below, is_first, is_certain] = parts(x, parameter);
      const auto tail = [](const auto& y, const auto& p) {
        return 0.0 - expm1(-(trials(y) * Form::rate(p)));
      };
      const auto others = within(!(is_below || is_first || is_certain), 0.0, tail, x, parameter);
      return select(is_first, Form::success(parameter), select(is_certain, 1.0, others));
    };
  }
  static constexpr auto log_cdf(const auto& parameter) {
    return [=](const auto& x) {
      constexpr double kTiny = 1e-290;  // below, the cdf is n p, which may underflow
      const auto [is_below, is_first, is_certain] = parts(x, parameter);
      const auto is_tiny = trials(x) * Form::rate(parameter) < kTiny;
      const auto inside = !(is_below || is_certain);
      const auto tiny = within(
          is_first || (inside && is_tiny), -kInfinity,
          [](const auto& y, const auto& p) { return log(trials(y)) + Form::log_success(p); }, x,
          parameter);
      const auto others = within(
          inside && !is_first && !is_tiny, -kInfinity,
          [](const auto& y, const auto& p) { return log1mexp(-(trials(y) * Form::rate(p))); }, x,
          parameter);
      return select(is_certain && !is_first, 0.0, select(is_first || is_tiny, tiny, others));
    };
  }
  static constexpr auto survival_function(const auto& parameter) {
    return [=](const auto& x) {
      const auto [is_below, is_first, is_certain] = parts(x, parameter);
      const auto tail = [](const auto& y, const auto& p) {
        return exp(-(trials(y) * Form::rate(p)));
      };
      const auto others = within(!(is_below || is_first || is_certain), 0.0, tail, x, parameter);
      return select(is_first, Form::failure(parameter), select(is_below, 1.0, others));
    };
  }
  static constexpr auto log_survival_function(const auto& parameter) {
    return [=](const auto& x) {
      const auto tail = [](const auto& y, const auto& p) {
        return 0.0 - trials(y) * Form::rate(p);
      };
      const auto inside = !(x < 0.0 || x == kInfinity);
      return select(x == kInfinity, -kInfinity, within(inside, 0.0, tail, x, parameter));
    };
  }
  /// The smallest count with cdf(k) >= u, up to the rounding of the quotient.
  static constexpr auto icdf(const auto& parameter) {
    return [rate = constant(Form::rate(parameter))](const auto& u) {
      const auto failures = 0.0 - log1p(-constant(u));
      const auto last_trial = -floor(-(failures / rate));  // rounded up
      return select(u == 0.0 || rate == kInfinity, 0.0 * constant(u), max(last_trial - 1.0, 0.0));
    };
  }

 private:
  static constexpr auto trials(const auto& x) { return floor(x) + 1.0; }

  template <class Condition>
  struct Parts {
    Condition is_below;    // the values below 0
    Condition is_first;    // one trial: the cdf is the probability of success
    Condition is_certain;  // values for which the cdf is 1 in double
  };

  static constexpr auto parts(const auto& x, const auto& parameter) {
    constexpr double kCertain = 800;
    const auto is_below = x < 0.0;
    return Parts<std::remove_const_t<decltype(is_below)>>{
        is_below, x >= 0.0 && x < 1.0,
        x == kInfinity || (trials(x) * Form::rate(parameter) > kCertain && !is_below)};
  }
};

struct Geometric : GeometricTails<Geometric> {  // parameter: the probability of success
  using Family = distributions::Geometric;
  using Logits = GeometricLogits;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {
      {kLogProb, kEveryParameter}, {kCdf, kEveryParameter}, {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& p) { return p >= 0.0 && p <= 1.0; }

  static constexpr auto is_possible(const auto& k, const auto&) { return is_count(k); }

  static constexpr auto log_prob(const auto& p) {
    return [p, log_p = log(p)](const auto& k) { return xlog1py(k, -p) + log_p; };
  }
  static constexpr auto mean(const auto& p) { return (1.0 - p) / p; }
  static constexpr auto mode(const auto& p) { return like(p, 0.0); }
  static constexpr auto variance(const auto& p) { return (1.0 - p) / p / p; }
  static constexpr auto stddev(const auto& p) { return sqrt(1.0 - p) / p; }
  /// The entropy of the outcome of one trial, divided by p. The second term tends to 1 at p = 0.
  static constexpr auto entropy(const auto& p) {
    const auto of_failures = [](const auto& s) { return xlog1py(1.0 - s, -s) / s; };
    return 0.0 - (log(p) + within(p > 0.0, -1.0, of_failures, p));
  }

  static constexpr auto success(const auto& p) { return p; }
  static constexpr auto failure(const auto& p) { return 1.0 - p; }
  static constexpr auto log_success(const auto& p) { return log(p); }
  static constexpr auto rate(const auto& p) { return 0.0 - log1p(-p); }
  static constexpr auto logits(const auto& p) { return Bernoulli::logits(p); }
};

struct GeometricLogits : GeometricTails<GeometricLogits> {  // parameter: the log-odds of success
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {
      {kLogProb, kEveryParameter}, {kCdf, kEveryParameter}, {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& logits) { return logits == logits; }

  static constexpr auto is_possible(const auto& k, const auto&) { return is_count(k); }

  static constexpr auto log_prob(const auto& logits) {
    return [rate = rate(logits), log_p = log_success(logits)](const auto& k) {
      return log_p - select(k == 0.0, 0.0, k * rate);  // 0 failures are possible even if q is 0
    };
  }
  static constexpr auto mean(const auto& logits) { return exp(-logits); }
  static constexpr auto mode(const auto& logits) { return like(logits, 0.0); }
  static constexpr auto variance(const auto& logits) { return exp(-logits) * (exp(-logits) + 1.0); }
  /// Computed from logarithms, since the variance may overflow.
  static constexpr auto stddev(const auto& logits) {
    return exp(0.5 * (softplus(-logits) - logits));
  }
  /// -log p - (q / p) log q. Far out the second term is at its limits, 1 and 0.
  static constexpr auto entropy(const auto& logits) {
    constexpr double kImpossible = -40, kCertain = 800;
    const auto l = clamp(logits, kImpossible, kCertain);
    return softplus(-logits) + exp(-l) * softplus(l);
  }

  static constexpr auto success(const auto& logits) { return sigmoid(logits); }
  static constexpr auto failure(const auto& logits) { return sigmoid(-logits); }
  static constexpr auto log_success(const auto& logits) { return log_sigmoid(logits); }
  static constexpr auto rate(const auto& logits) { return softplus(logits); }
};

// The divergence is that of the outcome of one trial, times the mean number of trials 1 / p.

template <>
struct Kl<Geometric, Geometric> : Between<Geometric, Geometric> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) {
    return Kl<Bernoulli, Bernoulli>::kl(p, q) / p;
  }
};

template <>
struct Kl<GeometricLogits, GeometricLogits> : Between<GeometricLogits, GeometricLogits> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// If success is rare in both, the divergence is that of two exponential distributions. There p
  /// may underflow.
  static constexpr auto kl(const auto& p, const auto& q) {
    // Beyond kOverflow and kImpossible the divergence overflows.
    constexpr double kRare = -40, kOverflow = 709.78, kImpossible = -1400, kFar = 50;
    const auto is_limit = abs(q) == kInfinity;
    const auto are_rare = p < kRare && q < kRare && p > -kInfinity;
    const auto of_rates = [](const auto& a, const auto& b) {
      return exp_divergence(b - a, like(a, 0.0));
    };
    const auto of_outcomes = [](const auto& a, const auto& b) {
      // 1 / p is 1 + root^2.
      const auto divergence = softplus_divergence(b, a);
      const auto root = exp(-0.5 * a);
      return divergence * root * root + divergence;
    };
    const auto is_far = q < p - kFar && p < kInfinity && !are_rare;
    const auto rare = within(are_rare && !(q - p > kOverflow), kInfinity, of_rates, p, q);
    const auto others =
        within(!(are_rare || is_far || is_limit) && p > kImpossible, kInfinity, of_outcomes, p, q);
    const auto usual = select(p == q && is_limit, 0.0, select(are_rare, rare, others));
    if (all(!is_far)) [[likely]]
      return usual;

    // If success is far less likely in q, two terms as large as q would cancel in the derivative of
    // `of_outcomes` in p.
    const auto of_far = [](const auto& a, const auto& b) {
      return (softplus(-b) - softplus(-a)) - exp(-a) * (softplus(a) - softplus(b));
    };
    return select(is_far, within(is_far && !is_limit, kInfinity, of_far, p, q), usual);
  }
};

}  // namespace torch::distributions::ops::formulas
