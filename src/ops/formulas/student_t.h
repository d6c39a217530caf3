#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/half_step_remainder.h"
#include "ops/special/student_t.h"

namespace torch::distributions {
class StudentT;
}

namespace torch::distributions::ops::formulas {

/// f(x - loc, scale) for a function of their quotient: of halves where the difference overflows.
constexpr auto of_distance(const auto& f, const auto& x, const auto& loc, const auto& scale) {
  const auto wide = abs(x - loc) == kInfinity;
  return f(halved_where(wide, x) - halved_where(wide, loc), halved_where(wide, scale));
}

struct StudentT {
  using Family = distributions::StudentT;
  static constexpr std::size_t kParameters = 3;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, parameter(0) | parameter(2)}};

  static constexpr auto in_range(const auto& df, const auto&, const auto& scale) {
    return df >= 0.0 && scale >= 0.0;
  }

  static constexpr auto log_prob(const auto& df, const auto& loc, const auto& scale) {
    const auto log_normalizer = log(scale) + (kLogSqrt2Pi - half_step_remainder(0.5 * df));
    return [=](const auto& x) {
      const auto drop = [&](const auto& distance, const auto& s) {
        return student_t_drop(distance, s, df);
      };
      return -of_distance(drop, x, loc, scale) - log_normalizer;
    };
  }
  static constexpr auto mean(const auto& df, const auto& loc, const auto&) {
    return select(df > 1.0, loc, kNaN);
  }
  static constexpr auto mode(const auto&, const auto& loc, const auto&) { return loc; }
  static constexpr auto variance(const auto& df, const auto&, const auto& scale) {
    const auto of_finite = [](const auto& excess, const auto& s) {
      return square(s) * (2.0 / excess + 1.0);
    };
    return select(df > 1.0, within(df > 2.0, kInfinity, of_finite, df - 2.0, scale), kNaN);
  }
  static constexpr auto stddev(const auto& df, const auto&, const auto& scale) {
    const auto of_finite = [](const auto& excess, const auto& s) {
      return s * sqrt(2.0 / excess + 1.0);
    };
    return select(df > 1.0, within(df > 2.0, kInfinity, of_finite, df - 2.0, scale), kNaN);
  }
  static constexpr auto entropy(const auto& df, const auto&, const auto& scale) {
    return log(scale) + (student_t_entropy_excess(df) + kNormalEntropy);
  }
};

}  // namespace torch::distributions::ops::formulas
