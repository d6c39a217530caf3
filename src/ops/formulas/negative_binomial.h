#pragma once

#include "ops/formulas/bernoulli.h"
#include "ops/formulas/counts.h"
#include "ops/formulas/formula.h"
#include "ops/formulas/geometric.h"
#include "ops/special/negative_binomial_log_density.h"
#include "ops/special/sigmoid.h"

namespace torch::distributions {
class NegativeBinomial;
}

namespace torch::distributions::ops::formulas {

struct NegativeBinomialLogits;

/// The functions that both forms share. The parameters are the number of failures, and the
/// probability of success or its log-odds; `Form::odds(parameter)` is p / (1 - p).
template <class Form>
struct NegativeBinomialMoments {
  /// Without failures only 0 is possible.
  static constexpr auto is_possible(const auto& k, const auto& r, const auto&) {
    return is_count(k) && !(r == 0.0 && k > 0.0);
  }
  static constexpr auto mean(const auto& r, const auto& parameter) {
    const auto of_failures = [](const auto& s, const auto& p) { return s * Form::odds(p); };
    return within(is_finite(r, parameter), 0.0, of_failures, r, parameter);
  }
  static constexpr auto mode(const auto& r, const auto& parameter) {
    const auto s = constant(r);
    return select(s <= 1.0, 0.0, floor((s - 1.0) * constant(Form::odds(parameter))));
  }
  static constexpr auto variance(const auto& r, const auto& parameter) {
    const auto of_failures = [](const auto& s, const auto& p) {
      return s * (Form::odds(p) * (Form::odds(p) + 1.0));
    };
    return within(is_finite(r, parameter), 0.0, of_failures, r, parameter);
  }
  /// For r = 0 it is 0; the gradient of sqrt(r) would be infinite there.
  static constexpr auto stddev(const auto& r, const auto& parameter) {
    const auto of_failures = [](const auto& s, const auto& p) {
      return sqrt(s) * Form::stddev_of_one(p);
    };
    return within(r != 0.0, 0.0, of_failures, r, parameter);
  }

 private:
  /// Without failures the moments are 0 even if the odds overflow.
  static constexpr auto is_finite(const auto& r, const auto& parameter) {
    return !(r == 0.0 && square(Form::odds(parameter)) == kInfinity);
  }
};

struct NegativeBinomial : NegativeBinomialMoments<NegativeBinomial> {
  using Family = distributions::NegativeBinomial;
  using Logits = NegativeBinomialLogits;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter}};

  static constexpr auto in_range(const auto& r, const auto& p) {
    return r >= 0.0 && p >= 0.0 && p <= 1.0;
  }

  static constexpr auto log_prob(const auto& r, const auto& p) {
    return [=](const auto& k) { return negative_binomial_log_density(k, r, p); };
  }

  static constexpr auto odds(const auto& p) { return p / (1.0 - p); }
  static constexpr auto logits(const auto& p) { return Bernoulli::logits(p); }
  static constexpr auto stddev_of_one(const auto& p) { return sqrt(p) / (1.0 - p); }
};

struct NegativeBinomialLogits : NegativeBinomialMoments<NegativeBinomialLogits> {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter}};

  static constexpr auto in_range(const auto& r, const auto& logits) {
    return r >= 0.0 && logits == logits;
  }

  static constexpr auto log_prob(const auto& r, const auto& logits) {
    return [=](const auto& k) { return negative_binomial_log_density_logits(k, r, logits); };
  }

  static constexpr auto odds(const auto& logits) { return exp(logits); }
  /// Computed from logarithms, since the variance may overflow.
  static constexpr auto stddev_of_one(const auto& logits) {
    return exp(0.5 * (softplus(logits) + logits));
  }
};

/// KL(p || q) for equal numbers of failures r: as p and q are the distributions of sums of r
/// geometric variables, it is r times the divergence of one. There is no closed form for different
/// numbers, for which it is NaN, so the derivative in r is that of a change of both.
template <class P, class Q>
struct BetweenFailures : Between<P, Q> {
  static constexpr auto kl(const auto& r, const auto& p, const auto& r_of_q, const auto& q) {
    const auto divergence = r * select(r == 0.0, 0.0, of_one(p, q));
    return select(r < r_of_q || r > r_of_q, kNaN, divergence);
  }

 private:
  static constexpr bool kByProbs =
      std::is_same_v<P, NegativeBinomial> && std::is_same_v<Q, NegativeBinomial>;

  /// The logit of the probability of the failure that ends a geometric variable.
  template <class Form>
  static constexpr auto end_logits(const auto& parameter) {
    if constexpr (std::is_same_v<Form, NegativeBinomial>) {
      return -Form::logits(parameter);
    } else {
      return -parameter;
    }
  }

  static constexpr auto of_one(const auto& p, const auto& q) {
    if constexpr (kByProbs) {
      const auto divergence = [](const auto& a, const auto& b) {
        return Kl<Bernoulli, Bernoulli>::kl(a, b) / (1.0 - a);
      };
      const auto is_finite = p < 1.0 && q < 1.0 && (q > 0.0 || p == 0.0);
      return select(p == 1.0 && q == 1.0, 0.0, within(is_finite, kInfinity, divergence, p, q));
    } else {
      return Kl<GeometricLogits, GeometricLogits>::kl(end_logits<P>(p), end_logits<Q>(q));
    }
  }
};

// If one side has a probability and the other a logit, there is no kernel.
template <>
struct Kl<NegativeBinomial, NegativeBinomial>
    : BetweenFailures<NegativeBinomial, NegativeBinomial> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};
};
template <>
struct Kl<NegativeBinomial, NegativeBinomialLogits>
    : BetweenFailures<NegativeBinomial, NegativeBinomialLogits> {};
template <>
struct Kl<NegativeBinomialLogits, NegativeBinomial>
    : BetweenFailures<NegativeBinomialLogits, NegativeBinomial> {};
template <>
struct Kl<NegativeBinomialLogits, NegativeBinomialLogits>
    : BetweenFailures<NegativeBinomialLogits, NegativeBinomialLogits> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};
};

}  // namespace torch::distributions::ops::formulas
