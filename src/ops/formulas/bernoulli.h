#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/sigmoid.h"
#include "ops/special/softplus_divergence.h"
#include "ops/special/xlogy.h"

namespace torch::distributions {
class Bernoulli;
}

namespace torch::distributions::ops::formulas {

/// Whether x is 0, 1 or NaN.
constexpr auto is_outcome(const auto& x) { return x == 0.0 || x == 1.0 || isnan(x); }

struct BernoulliLogits;
struct Poisson;

struct Bernoulli {  // parameter: the probability of 1
  using Family = distributions::Bernoulli;
  using Logits = BernoulliLogits;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& p) { return p >= 0.0 && p <= 1.0; }

  static constexpr auto is_possible(const auto& x, const auto&) { return is_outcome(x); }

  static constexpr auto log_prob(const auto& p) {
    return [=](const auto& x) { return xlogy(x, p) + xlog1py(1.0 - x, -p); };
  }
  static constexpr auto mean(const auto& p) { return p; }
  static constexpr auto mode(const auto& p) {
    return select(p == 0.5, kNaN, select(p > 0.5, 1.0, like(p, 0.0)));
  }
  static constexpr auto variance(const auto& p) { return p * (1.0 - p); }
  /// The gradient of sqrt(p (1 - p)) would be NaN at 0 and 1. That of the product is infinite.
  static constexpr auto stddev(const auto& p) { return sqrt(p) * sqrt(1.0 - p); }
  static constexpr auto entropy(const auto& p) {
    return 0.0 - (xlogy(p, p) + xlog1py(1.0 - p, -p));
  }

  /// log(p / (1 - p)), relatively accurate near p = 1/2, where it is 0. At 0 and 1 it is infinite,
  /// with a gradient of 0.
  static constexpr auto logits(const auto& p) {
    const auto certain = p == 0.0 || p == 1.0;
    const auto central = abs(p - 0.5) <= 0.25;
    const auto u = select(certain, 0.5, p), v = select(central, p, 0.5);
    return select(certain, select(p == 0.0, -kInfinity, like(p, kInfinity)),
                  select(central, log1p((2.0 * v - 1.0) / (1.0 - v)), log(u) - log1p(-u)));
  }
  static constexpr auto never_succeeds(const auto& p) { return p == 0.0; }
};

struct BernoulliLogits {  // parameter: the log-odds of 1
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& logits) { return logits == logits; }

  static constexpr auto is_possible(const auto& x, const auto&) { return is_outcome(x); }

  static constexpr auto log_prob(const auto& logits) {
    const auto certain = abs(logits) == kInfinity;
    const auto finite = select(certain, 0.0, logits);
    return [=](const auto& x) {
      const auto happens = x == select(logits > 0.0, 1.0, like(x, 0.0));
      return select(certain, select(happens, 0.0, select(isnan(x), x, -kInfinity)),
                    log_sigmoid((2.0 * x - 1.0) * finite));
    };
  }
  static constexpr auto mean(const auto& logits) { return sigmoid(logits); }
  static constexpr auto mode(const auto& logits) {
    return select(logits == 0.0, kNaN, select(logits > 0.0, 1.0, like(logits, 0.0)));
  }
  static constexpr auto variance(const auto& logits) { return sigmoid(logits) * sigmoid(-logits); }
  /// Computed from logarithms, since the variance may underflow.
  static constexpr auto stddev(const auto& logits) {
    return exp(0.5 * (log_sigmoid(logits) + log_sigmoid(-logits)));
  }
  static constexpr auto entropy(const auto& logits) {
    const auto certain = abs(logits) == kInfinity;
    const auto l = select(certain, 0.0, logits);
    return select(certain, 0.0, sigmoid(l) * softplus(-l) + sigmoid(-l) * softplus(l));
  }

  static constexpr auto never_succeeds(const auto& logits) { return logits == -kInfinity; }
};

template <>
struct Kl<Bernoulli, Bernoulli> : Between<Bernoulli, Bernoulli> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// p log(p / q) + (1 - p) log((1 - p) / (1 - q)). The two deviances add q - p and p - q, which
  /// makes both of them nonnegative.
  static constexpr auto kl(const auto& p, const auto& q) {
    const auto d = p - q;
    return deviance(p, q, d) + deviance(1.0 - p, 1.0 - q, -d);
  }
};

template <>
struct Kl<BernoulliLogits, BernoulliLogits> : Between<BernoulliLogits, BernoulliLogits> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) { return softplus_divergence(q, p); }
};

/// The factorials of 0 and 1 are 1, so the divergence is
///     p log(p / rate) - p + rate + (1 - p) log(1 - p) + p
/// which is the sum of two deviances: of p from `rate`, and of 1 - p from 1.
template <>
struct Kl<Bernoulli, Poisson> : Between<Bernoulli, Poisson> {
  static constexpr auto kl(const auto& p, const auto& rate) {
    return deviance(p, rate, p - rate) + deviance(1.0 - p, like(p, 1.0), -p);
  }
};

template <>
struct Kl<BernoulliLogits, Poisson> : Between<BernoulliLogits, Poisson> {
  static constexpr auto kl(const auto& logits, const auto& rate) {
    const auto p = sigmoid(logits);
    return deviance(p, rate, p - rate) + deviance(sigmoid(-logits), like(p, 1.0), -p);
  }
};

}  // namespace torch::distributions::ops::formulas
