#pragma once

#include "ops/formulas/bernoulli.h"
#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/softplus_divergence.h"

/// KL(Bernoulli || Bernoulli), by the form in which each was given.

namespace torch::distributions::ops::formulas {

/// log(p / (1 - p)), infinite and without a gradient at 0 and 1.
constexpr auto logit_of_probability(const auto& p) {
  const auto certain = p == 0.0 || p == 1.0;
  const auto uncertain = select(certain, 0.5, p);
  return select(certain, select(p == 0.0, -kInfinity, like(p, kInfinity)),
                log(uncertain) - log1p(-uncertain));
}

struct BernoulliBernoulli : Between<Bernoulli, Bernoulli> {
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// p log(p / q) + (1 - p) log((1 - p) / (1 - q)), where what the two terms have in common is left
  /// out of each.
  static constexpr auto kl(const auto& p, const auto& q) {
    const auto d = p - q;
    return deviance(p, q, d) + deviance(1.0 - p, 1.0 - q, -d);
  }
  static constexpr auto impossible(const auto& p) { return p == 0.0; }
};

struct BernoulliLogitsBernoulliLogits : Between<BernoulliLogits, BernoulliLogits> {
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) { return softplus_divergence(q, p); }
  static constexpr auto impossible(const auto& p) { return p == -kInfinity; }
};

struct BernoulliBernoulliLogits : Between<Bernoulli, BernoulliLogits> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& p, const auto& q) {
    return softplus_divergence(q, logit_of_probability(p));
  }
  static constexpr auto impossible(const auto& p) { return p == 0.0; }
};

struct BernoulliLogitsBernoulli : Between<BernoulliLogits, Bernoulli> {
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto kl(const auto& p, const auto& q) {
    return softplus_divergence(logit_of_probability(q), p);
  }
  static constexpr auto impossible(const auto& p) { return p == -kInfinity; }
};

/// KL(Binomial || Binomial) of as many trials or fewer on the right: so many times that of one
/// trial, `Trial`.
template <class Trial>
struct BinomialDivergence {
  static constexpr std::size_t kParameters = 4;
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto in_range(const auto& n_p, const auto& p, const auto& n_q, const auto& q) {
    return n_p >= 0.0 && n_q >= 0.0 && Trial::in_range(p, q);
  }

  static constexpr auto kl(const auto& n_p, const auto& p, const auto& n_q, const auto& q) {
    // With fewer trials on the right some counts are impossible there, which only a p that never
    // succeeds does without.
    const auto beyond = n_p > n_q && !Trial::impossible(p);
    const auto none = n_q == 0.0;
    return select(beyond, kInfinity, n_q * select(none, 0.0, Trial::kl(p, q)));
  }
};

struct BinomialBinomial : BinomialDivergence<BernoulliBernoulli> {
  static constexpr KernelOf kKernels[] = {{kKl, parameter(1) | parameter(3)}};
};
struct BinomialBinomialLogits : BinomialDivergence<BernoulliBernoulliLogits> {};
struct BinomialLogitsBinomial : BinomialDivergence<BernoulliLogitsBernoulli> {};
struct BinomialLogitsBinomialLogits : BinomialDivergence<BernoulliLogitsBernoulliLogits> {
  static constexpr KernelOf kKernels[] = {{kKl, parameter(1) | parameter(3)}};
};

}  // namespace torch::distributions::ops::formulas
