#pragma once

#include <cstdint>
#include <limits>

#include "ops/engine/elementary.h"
#include "ops/special/constants.h"
#include "ops/vectors/block.h"
#include "ops/vectors/block_sums.h"
#include "ops/vectors/weighted_block.h"

/// Logarithms of weighted sums of exponentials.
namespace torch::distributions::ops::engine {
namespace {

/// The largest logarithm of a term w exp(x) in each row, without the terms of weight 0.
template <class T, bool are_logs>
Lanes<T> largest_term(const Block<T>& x, const RowWeights<T, are_logs>& weights) {
  Lanes<T> largest(-kInfinity);
  for (int64_t i = 0; i < x.columns(); ++i) {
    const Lanes<T> log_weight = weights.log_of(i);
    largest = max(largest, select(log_weight == -kInfinity, log_weight, x[i] + log_weight));
  }
  return largest;
}

/// x - largest. It is NaN if both are infinite, and inf only for a term of weight 0. Both become 0.
template <class T>
Lanes<T> relative_to(const Lanes<T>& largest, const Lanes<T>& x) {
  const Lanes<T> d = x - largest;
  return select(isnan(d) || d == kInfinity, Lanes<T>(0.0), d);
}

/// log S for the sum S of the terms w exp(x) of a row: the operations of log_sum.cpp.
template <bool are_logs>
struct LogSum {
  template <class T>
  static void forward(const WeightedRows& rows) {
    Block<T> x(rows.columns), slopes(rows.columns);
    RowWeights<T, are_logs> weights(rows);
    for_each_block<T>(rows, x, weights, [&](int64_t row, int64_t count) {
      const Lanes<T> largest = largest_term(x, weights), total = sum(largest, x, weights, slopes);
      // If the weight of an infinite term underflows, the sum is 0.
      const Mask<T> is_lost = total == 0.0 && largest == kInfinity;
      store_numbers(log(select(is_lost, Lanes<T>(1.0), total)) + largest,
                    static_cast<T*>(rows.outputs[0]) + row, count);
    });
  }

  template <class T>
  static void backward(const WeightedRows& rows) {
    Block<T> x(rows.columns), slopes(rows.columns);
    RowWeights<T, are_logs> weights(rows);
    for_each_block<T>(rows, x, weights, [&](int64_t row, int64_t count) {
      const Lanes<T> largest = largest_term(x, weights), total = sum(largest, x, weights, slopes);
      const auto gradient = load_numbers<T>(static_cast<const T*>(rows.gradient) + row, count);
      const Mask<T> is_constant = gradient == 0.0 || largest == -kInfinity || total == 0.0;
      const Lanes<T> scale = select(is_constant, Lanes<T>(0.0), gradient / total);
      for (int64_t i = 0; i < x.columns(); ++i) {
        const Lanes<T> d = x[i] - largest, term = value(slopes[i], weights.given(i));
        // Weights clamp the exponent; without a clamp, infinite differences became 0.
        const Mask<T> below = are_logs ? d < kInfinity : d <= kMost<T>;
        const Mask<T> varies = !is_constant && below && d > -kInfinity;
        x.set(i, select(varies, term * scale, Lanes<T>(0.0)));
        slopes.set(i, select(is_constant, Lanes<T>(0.0), slopes[i] * scale));
      }
      const int64_t offset = row * rows.columns;
      if (rows.outputs[0] != nullptr) x.store(static_cast<T*>(rows.outputs[0]) + offset, count);
      if (rows.outputs[1] != nullptr)
        slopes.store(static_cast<T*>(rows.outputs[1]) + offset, count);
    });
  }

 private:
  /// The largest exponent of a term of weight 0: the derivative in its weight stays finite.
  template <class T>
  static constexpr double kMost = (1 - std::numeric_limits<T>::min_exponent) * kLog2;

  /// A term from its derivative in what `weights` holds.
  template <class T>
  static Lanes<T> value(const Lanes<T>& slope, const Lanes<T>& weight) {
    return are_logs ? slope : slope * weight;
  }

  /// The sum of the terms, divided by exp(largest). Sets `slopes` to the terms' derivatives.
  template <class T>
  static Lanes<T> sum(const Lanes<T>& largest, const Block<T>& x,
                      const RowWeights<T, are_logs>& weights, Block<T>& slopes) {
    Sum<T> sum;
    for (int64_t i = 0; i < x.columns(); ++i) {
      const Lanes<T> relative = relative_to(largest, x[i]), weight = weights.given(i);
      const Lanes<T> slope = exp(are_logs ? relative + weight : min(relative, kMost<T>));
      slopes.set(i, slope);
      sum.add(value(slope, weight));
    }
    return sum.value();
  }
};

}  // namespace
}  // namespace torch::distributions::ops::engine
