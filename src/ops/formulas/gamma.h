#pragma once

#include "ops/formulas/formula.h"

namespace torch::distributions::ops::formulas {

struct Gamma {
  static constexpr std::size_t kParameters = 2;
  static constexpr InDouble kInDouble = InDouble::kAlways;

  static auto log_prob(const auto& concentration, const auto& rate) {
    return [kernel = gamma_log_kernel(concentration, rate)](const auto& x) {
      const auto outside = x < 0.0;
      return select(outside, -kInfinity, kernel(select(outside, 1.0, x)));
    };
  }
  static auto cdf(const auto& concentration, const auto& rate) {
    return [=](const auto& x) {
      const auto inside = max(x, 0.0);
      const auto mean = rate * inside;
      // Where the distribution is narrow, the rounding of `mean` shows: it is made up for by the
      // density.
      const auto safe = select(mean > 0.0 && mean < kInfinity, mean, 1.0);
      const auto log_density = poisson_log_kernel(concentration, safe);
      const auto rest = product_error(rate, inside) / safe * concentration * exp(log_density);
      return gammainc(concentration, mean) + rest;
    };
  }
  static auto mean(const auto& concentration, const auto& rate) { return concentration / rate; }
  static auto mode(const auto& concentration, const auto& rate) {
    return max(concentration - 1.0, 0.0) / rate;
  }
  static auto variance(const auto& concentration, const auto& rate) {
    return concentration / rate / rate;
  }

  /// a - log r + lgamma(a) + (1 - a) psi(a), with Stirling's formula for lgamma(a) written out, so
  /// that what is large cancels before it is computed.
  static auto entropy(const auto& a, const auto& rate) {
    return stirling_remainder(a) + (a - 1.0) * log_minus_digamma(a, a) - log(rate);
  }
};

}  // namespace torch::distributions::ops::formulas
