#pragma once

#include <cstdint>
#include <limits>

#include "ops/engine/elementary.h"
#include "ops/special/constants.h"
#include "ops/special/stirling.h"
#include "ops/vectors/block.h"
#include "ops/vectors/block_sums.h"
#include "ops/vectors/weighted_block.h"

/// Relaxed categories: computed in double, because large terms cancel.
namespace torch::distributions::ops::engine {
namespace {

/// The log density of relaxed categories: the operations of relaxed_categorical.cpp for finite
/// scores. A point y of the simplex has x = log y.
template <bool on_simplex>
struct Relaxed {
  template <class T>
  static void forward(const WeightedRows& rows) {
    Block<double> x(rows.columns), scores(rows.columns), powers(rows.columns);
    GivenWeights<double, T> logits(rows);
    const double size = static_cast<double>(rows.columns);
    const Lanes<double> log_factorial = special::log_factorial(Lanes<double>(size - 1));
    for_each_block<T>(rows, x, logits, [&](int64_t row, int64_t count) {
      const Lanes<double> t = numbers_of(rows, row, count);
      Sum<double> sum;
      const Lanes<double> largest = set_scores(t, logits, x, scores, sum);
      const Lanes<double> log_total = log1p(exponentials(largest, scores, powers));
      for (int64_t i = 0; i < rows.columns; ++i) sum.add(scores[i]);
      const Lanes<double> log_density =
          log_factorial + log(t) * (size - 1) + (sum.value() - log_total * size);
      if (any(!(abs(largest + sum.value()) < kInfinity))) *rows.is_special = true;
      store_results<T>(rows, row, count, log_density);
    });
  }

  template <class T>
  static void backward(const WeightedRows& rows) {
    Block<double> y(rows.columns), x(rows.columns), scores(rows.columns), powers(rows.columns);
    GivenWeights<double, T> logits(rows);
    const double size = static_cast<double>(rows.columns);
    for_each_block<T>(rows, y, logits, [&](int64_t row, int64_t count) {
      const Lanes<double> t = numbers_of(rows, row, count);
      const Lanes<double> gradient = gradients_of<T>(rows, row, count);
      Sum<double> unused, of_t;
      for (int64_t i = 0; i < rows.columns; ++i) x.set(i, y[i]);
      const Lanes<double> largest = set_scores(t, logits, x, scores, unused);
      const Lanes<double> factor = size / (exponentials(largest, scores, powers) + 1.0);
      of_t.add(gradient * (size - 1) / t);
      for (int64_t i = 0; i < rows.columns; ++i) {
        const Lanes<double> of_score = gradient * (1.0 - powers[i] * factor);
        const Lanes<double> of_x = -(t * of_score);
        of_t.add(-(of_score * x[i]));
        scores.set(i, of_score);
        y.set(i, on_simplex ? (of_x - gradient) / y[i] : of_x);
      }
      const int64_t offset = row * rows.columns;
      if (rows.outputs[0] != nullptr) y.store(static_cast<T*>(rows.outputs[0]) + offset, count);
      if (rows.outputs[1] != nullptr)
        scores.store(static_cast<T*>(rows.outputs[1]) + offset, count);
      if (rows.of_numbers != nullptr) store_numbers(of_t.value(), rows.of_numbers + row, count);
    });
  }

 private:
  /// Sets the scores logits - t x, replaces y by x = log y, and adds the logarithm of its Jacobian.
  /// \returns the largest score.
  template <class T>
  static Lanes<double> set_scores(const Lanes<double>& t, const GivenWeights<double, T>& logits,
                                  Block<double>& x, Block<double>& scores, Sum<double>& jacobian) {
    Lanes<double> largest(-kInfinity);
    for (int64_t i = 0; i < x.columns(); ++i) {
      if constexpr (on_simplex) {
        x.set(i, log(x[i]));
        jacobian.add(-x[i]);
      }
      scores.set(i, logits[i] - t * x[i]);
      largest = max(largest, scores[i]);
    }
    return largest;
  }
};

/// Draws of relaxed categories: the operations of `sample_relaxed_categorical`.
template <bool on_simplex>
struct RelaxedDraw {
  template <class T>
  static void run(const WeightedRows& rows) {
    constexpr double kEpsilon = std::numeric_limits<T>::epsilon();
    Block<double> x(rows.columns), powers(rows.columns);
    GivenWeights<double, T> logits(rows);
    for_each_block<T>(rows, x, logits, [&](int64_t row, int64_t count) {
      const Lanes<double> t = numbers_of(rows, row, count);
      Lanes<double> largest(-kInfinity);
      for (int64_t i = 0; i < rows.columns; ++i) {
        const Lanes<double> uniform = min(max(x[i], kEpsilon), 1 - kEpsilon);
        x.set(i, logits[i] - log(-log(uniform)));
        largest = max(largest, x[i]);
      }
      for (int64_t i = 0; i < rows.columns; ++i) x.set(i, (x[i] - largest) / t);
      const Lanes<double> others = exponentials(Lanes<double>(0.0), x, powers);
      if constexpr (on_simplex) {
        constexpr double kLeast = std::numeric_limits<T>::min();
        constexpr double kMost = 1 - kEpsilon / 2;  // the largest number below 1
        const Lanes<double> total = others + 1.0;
        for (int64_t i = 0; i < rows.columns; ++i) {
          Lanes<double> y = powers[i] / total;
          if (rows.columns > 1) y = min(max(y, kLeast), kMost);
          x.set(i, select(logits[i] == -kInfinity, 0.0, y));
        }
      } else {
        constexpr double kLowest = std::numeric_limits<T>::lowest();
        const Lanes<double> log_total = log1p(others);
        for (int64_t i = 0; i < rows.columns; ++i) {
          x.set(i, select(logits[i] == -kInfinity, -kInfinity, max(x[i] - log_total, kLowest)));
        }
      }
      x.store(static_cast<T*>(rows.outputs[0]) + row * rows.columns, count);
    });
  }
};

}  // namespace
}  // namespace torch::distributions::ops::engine
