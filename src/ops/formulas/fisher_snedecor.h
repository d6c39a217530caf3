#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/fisher_snedecor_log_density.h"

namespace torch::distributions::ops::formulas {

struct FisherSnedecor {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue}};

  static constexpr auto in_range(const auto& df1, const auto& df2) {
    return df1 >= 0.0 && df2 >= 0.0;
  }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x <= 0.0 || x == kInfinity);
  }

  static constexpr auto log_prob(const auto& df1, const auto& df2) {
    return fisher_snedecor_log_density.given(0.5 * df1, 0.5 * df2);
  }
  static constexpr auto mean(const auto&, const auto& df2) {
    return within(df2 > 2.0, kNaN, ratio_to_excess, df2);
  }
  static constexpr auto mode(const auto& df1, const auto& df2) {
    const auto interior = [](const auto& v, const auto& w) {
      return (v - 2.0) / v * (w / (w + 2.0));
    };
    return within(df1 > 2.0, kNaN, interior, df1, df2);
  }
  static constexpr auto variance(const auto& df1, const auto& df2) {
    const auto of_finite = [](const auto& v, const auto& w) {
      return square(ratio_to_excess(w)) * relative_variance(v, w);
    };
    return within(df2 > 4.0, kNaN, of_finite, df1, df2);
  }
  static constexpr auto stddev(const auto& df1, const auto& df2) {
    const auto of_finite = [](const auto& v, const auto& w) {
      return ratio_to_excess(w) * sqrt(relative_variance(v, w));
    };
    return within(df2 > 4.0, kNaN, of_finite, df1, df2);
  }

 private:
  static constexpr auto ratio_to_excess = [](const auto& df) { return df / (df - 2.0); };

  /// The variance over the square of the mean, 2 (v + w - 2) / (v (w - 4)).
  static constexpr auto relative_variance(const auto& v, const auto& w) {
    const auto excess = w - 4.0;
    return 2.0 * (1.0 / excess + (w - 2.0) / excess / v);
  }
};

}  // namespace torch::distributions::ops::formulas
