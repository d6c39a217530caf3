#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/half_step_remainder.h"
#include "ops/special/lbeta.h"
#include "ops/special/sigmoid.h"

/// Log densities of draws that are made of gamma variables, as functions of the logarithms of these.
/// They are right where a draw itself overflows, underflows or is rounded to 1.

namespace torch::distributions::ops::formulas {

/// A draw exp(y) / rate, made of a draw exp(y) of Gamma(a, 1).
struct GammaDraw {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto log_prob(const auto& a, const auto& rate) {
    return [a, log_rate = log(rate)](const auto& y) {
      constexpr double kFar = -200;  // below, exp(y) is negligible
      const auto near = max(y, kFar);
      return gamma_log_density(exp(near), a, like(a, 1.0)) + (a - 1.0) * (y - near) + log_rate;
    };
  }
};

/// A draw rate / exp(y), made of a draw exp(y) of Gamma(a, 1).
struct InverseGammaDraw {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto log_prob(const auto& a, const auto& rate) {
    return [a, log_rate = log(rate)](const auto& y) {
      return GammaDraw::log_prob(a, like(a, 1.0))(y) + (2.0 * y - log_rate);
    };
  }
};

/// A draw (b / a) exp(z) with a = df1 / 2 and b = df2 / 2, where exp(z) is a draw of Gamma(a, 1) over
/// one of Gamma(b, 1).
struct FisherSnedecorDraw {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto log_prob(const auto& df1, const auto& df2) {
    const auto a = 0.5 * df1, b = 0.5 * df2;
    return [a, b, constant = log(a / b) - lbeta(a, b)](const auto& z) {
      return constant - a * softplus(-z) - b * softplus(z) - z;
    };
  }
};

/// A draw scale z / sqrt(g / a) with a = df / 2, a normal number z and a draw g of Gamma(a, 1), as a
/// function of w = log(z^2 / (2 g)).
struct StudentTDraw {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto log_prob(const auto& df, const auto& scale) {
    const auto log_normalizer = log(scale) + (kLogSqrt2Pi - half_step_remainder(0.5 * df));
    return [df, log_normalizer](const auto& w) {
      return -0.5 * (df + 1.0) * softplus(w) - log_normalizer;
    };
  }
};

}  // namespace torch::distributions::ops::formulas
