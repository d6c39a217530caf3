#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/gamma.h"
#include "ops/special/inverse_gamma_log_density.h"
#include "ops/special/rounding.h"
#include "ops/special/stirling.h"

namespace torch::distributions::ops::formulas {

/// The mean m = rate / y. For Y ~ InverseGamma(a, rate), P(Y <= y) is Q(a, m).
struct QuotientMean {
  static constexpr auto value(const auto& y, const auto& rate) { return rate / y; }
  static constexpr auto error(const auto& y, const auto& rate) { return quotient_error(rate, y); }
  static constexpr auto log_value(const auto& y, const auto& rate) { return log(rate) - log(y); }
  static constexpr auto is_inside(const auto& y, const auto& mean) {
    return !(y <= 0.0 || y == kInfinity || mean == kInfinity);
  }
};

/// The distribution of 1 / X for X ~ Gamma(concentration, rate).
struct InverseGamma {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& concentration, const auto& rate) {
    return concentration >= 0.0 && rate >= 0.0;
  }

  static constexpr auto is_possible(const auto& y, const auto&, const auto&) {
    return !(y <= 0.0 || y == kInfinity);
  }

  static constexpr auto log_prob(const auto& concentration, const auto& rate) {
    return inverse_gamma_log_density.given(concentration, rate);
  }
  static constexpr auto cdf(const auto& concentration, const auto& rate) {
    return [=](const auto& y) {
      // Below exp(-800) or next to 1 the cdf is constant: slopes of the logarithm may overflow
      // there.
      const auto mu = Tails::excess(y, concentration, rate);
      const auto far = concentration > Tails::kNarrow && abs(mu) >= Tails::kNear;
      const auto impossible = y <= 0.0 || rate / y > 2.0 * concentration + 1600.0;
      const auto body = [](const auto& x, const auto& a, const auto& r) {
        return exp(log_cdf(a, r)(x));
      };
      return select(far && mu < 0.0 && y > 0.0, 1.0,
                    within(!(far || impossible), 0.0, body, y, concentration, rate));
    };
  }
  static constexpr auto log_cdf(const auto& concentration, const auto& rate) {
    return [=](const auto& y) {
      const auto tail = Tails::log_tail<false>(y, concentration, rate);
      return select(y <= 0.0 || rate / y == kInfinity, -kInfinity, tail);
    };
  }
  static constexpr auto log_survival_function(const auto& concentration, const auto& rate) {
    return [=](const auto& y) {
      const auto tail = Tails::log_tail<true>(y, concentration, rate);
      return select(y == kInfinity, -kInfinity, tail);
    };
  }
  static constexpr auto mean(const auto& concentration, const auto& rate) {
    const auto of_finite = [](const auto& excess, const auto& r) { return r / excess; };
    return within(concentration > 1.0, kInfinity, of_finite, concentration - 1.0, rate);
  }
  static constexpr auto mode(const auto& concentration, const auto& rate) {
    return rate / (concentration + 1.0);
  }
  static constexpr auto variance(const auto& concentration, const auto& rate) {
    const auto of_finite = [](const auto& a, const auto& r) {
      const auto mean = r / (a - 1.0);
      return mean / (a - 2.0) * mean;
    };
    return within(concentration > 2.0, kInfinity, of_finite, concentration, rate);
  }
  static constexpr auto stddev(const auto& concentration, const auto& rate) {
    const auto of_finite = [](const auto& a, const auto& r) {
      return r / (a - 1.0) / sqrt(a - 2.0);
    };
    return within(concentration > 2.0, kInfinity, of_finite, concentration, rate);
  }

  /// a + log r + lgamma(a) - (1 + a) psi(a), with Stirling's formula for lgamma(a), whose large
  /// terms are cancelled analytically.
  static constexpr auto entropy(const auto& a, const auto& rate) {
    return log_factorial_remainder(a) + (a + 1.0) * log_minus_digamma(a) +
           (log(rate) - 2.0 * log(a));
  }

 private:
  using Tails = GammaTails<QuotientMean>;
};

}  // namespace torch::distributions::ops::formulas
