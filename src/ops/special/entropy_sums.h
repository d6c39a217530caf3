#pragma once

#include "ops/special/elementary.h"

namespace torch::distributions::ops::special {

/// Sums over counts k of w, w log w and w log w (k - mean), where w is P(k) / P(first). The term of
/// `first` is left out: it is 1 in the first sum, and 0 in the others.
template <class T>
struct EntropySums {
  T first, mean, others, logs, slope;

  constexpr EntropySums(const T& first_count, const T& mean_count)
      : first(first_count),
        mean(mean_count),
        others(0.0 * mean),
        logs(0.0 * mean),
        slope(0.0 * mean) {}

  constexpr T entropy() const { return log1p(others) - logs / (others + 1.0); }

  /// Adds the terms after or before `first`, until they are negligible.
  /// \param step 1 or -1.
  /// \param is_last Whether a count is the last one.
  /// \param ratio P(k + step) / P(k).
  constexpr void walk(double step, const auto& is_last, const auto& ratio) {
    constexpr double kNegligible = 0x1p-66;
    T k = first, w = like(mean, 1.0), log_w = like(mean, 0.0);
    for (auto goes_on = !is_last(k); any(goes_on);) {
      const T factor = ratio(select(goes_on, k, first));
      goes_on = goes_on && w * factor > 0.0;
      k = k + step;
      w = select(goes_on, w * factor, 0.0);
      log_w = log_w + log(select(goes_on, factor, 1.0));
      const T term = w * log_w;
      others = others + w;
      logs = logs + term;
      slope = slope + term * (k - mean);
      goes_on = goes_on && w > kNegligible * others && !is_last(k);
    }
  }
};

}  // namespace torch::distributions::ops::special
