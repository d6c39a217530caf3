#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"
#include "ops/special/exponential.h"
#include "ops/special/normal.h"
#include "ops/special/rounding.h"

namespace torch::distributions::ops::formulas {

/// exp(exponent + error), where `error` is the rounding error of the exponent. The error is ignored
/// where the exponential is 0 or infinite.
constexpr auto exp_of_sum(const auto& exponent, const auto& error) {
  constexpr double kFar = 1000;
  return exp(exponent) * exp(select(abs(exponent) < kFar, error, 0.0));
}

/// The distribution of exp(X) for X ~ Normal(loc, scale).
struct LogNormal {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery & ~kLogProb;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& loc, const auto& scale) {
    return loc == loc && scale >= 0.0;
  }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) { return !(x <= 0.0); }

  static constexpr auto log_prob(const auto& loc, const auto& scale) {
    return [loc, scale, log_normalizer = log(scale) + kLogSqrt2Pi](const auto& x) {
      // log x - loc cancels if the scale is small. The square is a product of two halves, so that
      // its slope only overflows if the result does.
      const auto density = [&](const auto& log_x, const auto& error) {
        const auto z = (log_x - loc + error) / scale;
        return z * (-0.5 * z) - log_normalizer - log_x;
      };
      return of_log(density, x);
    };
  }
  static constexpr auto cdf(const auto& loc, const auto& scale) {
    return of_positive([](const auto&... p) { return Normal::cdf(p...); }, 0.0, loc, scale);
  }
  static constexpr auto log_cdf(const auto& loc, const auto& scale) {
    return of_positive([](const auto&... p) { return Normal::log_cdf(p...); }, -kInfinity, loc,
                       scale);
  }
  static constexpr auto survival_function(const auto& loc, const auto& scale) {
    return of_positive([](const auto&... p) { return Normal::survival_function(p...); }, 1.0, loc,
                       scale);
  }
  static constexpr auto log_survival_function(const auto& loc, const auto& scale) {
    return of_positive([](const auto&... p) { return Normal::log_survival_function(p...); }, 0.0,
                       loc, scale);
  }
  static constexpr auto icdf(const auto& loc, const auto& scale) {
    return [=](const auto& p) {
      const auto quantile = [](const auto& q, const auto& m, const auto& s) {
        const auto z = ndtri(q);
        const auto deviation = s * z;
        return exp_of_sum(m + deviation, sum_error(m, deviation) + product_error(s, z));
      };
      // The quantile is 0, with an infinite slope.
      const auto at_zero = within(
          p == 0.0, 0.0, [](const auto& q) { return sqrt(q); }, p);
      return select(p == 0.0, at_zero, within(p != 0.0, 0.0, quantile, p, loc, scale));
    };
  }
  static constexpr auto mean(const auto& loc, const auto& scale) {
    const auto s2 = square(scale);
    return exp_of_sum(loc + 0.5 * s2, sum_error(loc, 0.5 * s2) + 0.5 * product_error(scale, scale));
  }
  static constexpr auto mode(const auto& loc, const auto& scale) {
    const auto s2 = square(scale);
    return exp_of_sum(loc - s2, sum_error(loc, -s2) - product_error(scale, scale));
  }
  /// (1 - exp(-s^2)) exp(2 (loc + s^2)). Both factors are finite if the variance is finite. The
  /// factor exp(s^2) of the textbook formula may then be infinite.
  static constexpr auto variance(const auto& loc, const auto& scale) {
    const auto s2 = square(scale);
    const auto error = sum_error(loc, s2) + product_error(scale, scale);
    return shrinkage(s2) * exp_of_sum(2.0 * (loc + s2), 2.0 * error);
  }
  /// Not computed from the variance, which may overflow.
  static constexpr auto stddev(const auto& loc, const auto& scale) {
    constexpr double kNarrow = 1e-9;  // below, sqrt(1 - exp(-scale^2)) is scale in double
    const auto s2 = square(scale);
    const auto error = sum_error(loc, s2) + product_error(scale, scale);
    const auto wide = within(
        !(scale < kNarrow), 0.0, [](const auto& s) { return sqrt(shrinkage(square(s))); }, scale);
    return select(scale < kNarrow, scale, wide) * exp_of_sum(loc + s2, error);
  }
  static constexpr auto entropy(const auto& loc, const auto& scale) {
    return kNormalEntropy + log(scale) + loc;
  }

 private:
  /// The function of log x that `of_normal(loc, scale)` returns, and `otherwise` for x <= 0.
  static constexpr auto of_positive(const auto& of_normal, double otherwise, const auto& loc,
                                    const auto& scale) {
    return [=](const auto& x) {
      const auto of_value = [&](const auto& y, const auto& m, const auto& s) {
        return of_log(of_normal(m, s), y);
      };
      return within(!(x <= 0.0), otherwise, of_value, x, loc, scale);
    };
  }

  /// 1 - exp(-s2), with s2 clamped to kCertain, from which on the result is 1 in double.
  static constexpr auto shrinkage(const auto& s2) {
    constexpr double kCertain = 50;
    return -expm1(-min(s2, kCertain));
  }
};

}  // namespace torch::distributions::ops::formulas
