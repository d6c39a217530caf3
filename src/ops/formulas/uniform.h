#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/elementary.h"

namespace torch::distributions::ops::formulas {

/// On the closed interval from `low` to `high`.
struct Uniform {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& low, const auto& high) { return low <= high; }

  static constexpr auto is_possible(const auto& x, const auto& low, const auto& high) {
    return !(x < low || x > high);
  }

  static constexpr auto log_prob(const auto& low, const auto& high) {
    return [log_density = 0.0 - log_width(low, high)](const auto& x) {
      return select(isnan(x), x, log_density);
    };
  }
  static constexpr auto cdf(const auto& low, const auto& high) {
    return [=](const auto& x) {
      const auto fraction = [](const auto& y, const auto& a, const auto& b) {
        const auto wide = is_wide(a, b);
        const auto start = halved_where(wide, a);
        return (halved_where(wide, y) - start) / (halved_where(wide, b) - start);
      };
      return select(x > high, 1.0, within(is_possible(x, low, high), 0.0, fraction, x, low, high));
    };
  }
  static constexpr auto icdf(const auto& low, const auto& high) {
    return [=](const auto& p) {
      const auto wide = is_wide(low, high);
      const auto start = halved_where(wide, low);
      const auto quantile = start + p * (halved_where(wide, high) - start);
      return select(wide, 2.0 * quantile, quantile);
    };
  }
  static constexpr auto mean(const auto& low, const auto& high) { return 0.5 * low + 0.5 * high; }
  static constexpr auto mode(const auto&, const auto&) { return kNaN; }  // every point is one
  static constexpr auto variance(const auto& low, const auto& high) {
    return square(stddev(low, high));
  }
  static constexpr auto stddev(const auto& low, const auto& high) {
    const auto wide = is_wide(low, high);
    const auto result = (halved_where(wide, high) - halved_where(wide, low)) / kSqrt12;
    return select(wide, 2.0 * result, result);
  }
  static constexpr auto entropy(const auto& low, const auto& high) { return log_width(low, high); }

  /// Whether the width overflows.
  static constexpr auto is_wide(const auto& low, const auto& high) {
    return high - low == kInfinity;
  }

  static constexpr auto log_width(const auto& low, const auto& high) {
    const auto wide = is_wide(low, high);
    const auto result = log(halved_where(wide, high) - halved_where(wide, low));
    return select(wide, result + kLog2, result);
  }
};

}  // namespace torch::distributions::ops::formulas
