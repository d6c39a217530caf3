#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/normal.h"
#include "ops/special/exponential.h"
#include "ops/special/itakura_saito.h"

namespace torch::distributions {
class Exponential;
}

namespace torch::distributions::ops::formulas {

struct Exponential {
  using Family = distributions::Exponential;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& rate) { return rate >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto&) { return !(x < 0.0); }

  static constexpr auto log_prob(const auto& rate) {
    return [rate, log_rate = log(rate)](const auto& x) { return log_rate - rate * x; };
  }
  static constexpr auto cdf(const auto& rate) {
    return [=](const auto& x) {
      constexpr double kCertain = 800;  // beyond, the cdf is 1 in double
      const auto certain = rate * x > kCertain;
      const auto uncertain = !(x < 0.0 || certain);
      const auto tail = [](const auto& y, const auto& r) { return 0.0 - expm1(-(r * y)); };
      return select(certain && x > 0.0, 1.0, within(uncertain, 0.0, tail, x, rate));
    };
  }
  static constexpr auto icdf(const auto& rate) {
    return [=](const auto& p) { return (0.0 - log1p(-p)) / rate; };
  }
  static constexpr auto log_cdf(const auto& rate) {
    return [=](const auto& x) {
      constexpr double kCertain = 800;  // beyond, the cdf is 1 in double
      constexpr double kTiny = 1e-290;  // below, it is rate x, which may underflow
      const auto y = rate * x;
      const auto certain = y > kCertain, is_tiny = y < kTiny;
      const auto inside = !(x <= 0.0 || certain);
      const auto tiny = within(
          inside && is_tiny, -kInfinity,
          [](const auto& v, const auto& r) { return log(r) + log(v); }, x, rate);
      const auto others = within(
          inside && !is_tiny, -kInfinity,
          [](const auto& v, const auto& r) { return log1mexp(-(r * v)); }, x, rate);
      return select(certain && x > 0.0, 0.0, select(is_tiny, tiny, others));
    };
  }
  static constexpr auto log_survival_function(const auto& rate) {
    return [=](const auto& x) {
      const auto tail = [](const auto& y, const auto& r) { return 0.0 - r * y; };
      const auto inside = !(x < 0.0 || x == kInfinity);
      return select(x == kInfinity, -kInfinity, within(inside, 0.0, tail, x, rate));
    };
  }
  static constexpr auto mean(const auto& rate) { return 1.0 / rate; }
  static constexpr auto mode(const auto& rate) { return select(rate >= 0.0, 0.0, rate); }
  static constexpr auto variance(const auto& rate) { return square(1.0 / rate); }
  static constexpr auto stddev(const auto& rate) { return 1.0 / rate; }
  static constexpr auto entropy(const auto& rate) { return 1.0 - log(rate); }
};

template <>
struct Kl<Exponential, Exponential> : Between<Exponential, Exponential> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& rate_p, const auto& rate_q) {
    return itakura_saito(rate_q, rate_p);
  }
};

template <>
struct Kl<Exponential, Gamma> : Between<Exponential, Gamma> {
  static constexpr auto kl(const auto& rate_p, const auto& a_q, const auto& rate_q) {
    return Kl<Gamma, Gamma>::kl(like(rate_p, 1.0), rate_p, a_q, rate_q);
  }
};

template <>
struct Kl<Exponential, Normal> : Between<Exponential, Normal> {
  static constexpr auto kl(const auto& rate, const auto& loc, const auto& scale) {
    const auto mean = 1.0 / rate;  // also the standard deviation
    return (kNormalEntropy - 1.0) + Kl<Normal, Normal>::kl(mean, mean, loc, scale);
  }
};

}  // namespace torch::distributions::ops::formulas
