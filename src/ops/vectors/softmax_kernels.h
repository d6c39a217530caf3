#pragma once

#include <cstdint>
#include <limits>

#include "ops/engine/elementary.h"
#include "ops/special/constants.h"
#include "ops/vectors/block.h"
#include "ops/vectors/block_sums.h"

/// Softmax, its logarithm, and weights divided by their sum.
namespace torch::distributions::ops::engine {
namespace {

struct LogSoftmax {
  /// \returns a mask of the rows of -inf alone.
  template <class T>
  static Mask<T> run(Block<T>& x, Block<T>& y) {
    const Lanes<T> largest = largest_of(x);
    const Lanes<T> log_sum = log1p(exponentials(largest, x, y));
    for (int64_t i = 0; i < x.columns(); ++i) y.set(i, x[i] - log_sum);
    return largest == -kInfinity;
  }
};

struct Softmax {
  template <class T>
  static void run(Block<T>& x, Block<T>& y) {
    const Lanes<T> sum = exponentials(largest_of(x), x, y) + 1.0;
    for (int64_t i = 0; i < x.columns(); ++i) y.set(i, y[i] / sum);
  }
};

/// A power of 2. The weights times this power have a finite sum, and the products are exact.
template <class T>
Lanes<T> scale_of(const Lanes<T>& largest) {
  constexpr double kLarge = std::numeric_limits<T>::max() / (2 * kMostColumns);
  return select(largest > kLarge, Lanes<T>(0.5 / kMostColumns), Lanes<T>(1.0));
}

struct Normalize {
  template <class T>
  static void run(Block<T>& x, Block<T>& y) {
    const Lanes<T> scale = scale_of(largest_of(x));
    Sum<T> sum;
    for (int64_t i = 0; i < x.columns(); ++i) sum.add(x[i] * scale);
    const Lanes<T> total = sum.value();
    for (int64_t i = 0; i < x.columns(); ++i) y.set(i, x[i] * scale / total);
  }
};

struct LogSoftmaxBackward {
  template <class T>
  static void run(const Block<T>& gradient, Block<T>& y) {
    Sum<T> sum;
    for (int64_t i = 0; i < y.columns(); ++i) sum.add(gradient[i]);
    const Lanes<T> total = sum.value();
    for (int64_t i = 0; i < y.columns(); ++i) y.set(i, gradient[i] - exp(y[i]) * total);
  }
};

struct SoftmaxBackward {
  template <class T>
  static void run(const Block<T>& gradient, Block<T>& y) {
    Sum<T> sum;
    for (int64_t i = 0; i < y.columns(); ++i) sum.add(gradient[i] * y[i]);
    const Lanes<T> mean = sum.value();
    for (int64_t i = 0; i < y.columns(); ++i) y.set(i, y[i] * (gradient[i] - mean));
  }
};

/// Adding a constant to the gradient of a row has no effect. The gradient of the largest weight is
/// subtracted first, so that little cancels when the mean is subtracted.
struct NormalizeBackward {
  template <class T>
  static void run(const Block<T>& gradient, Block<T>& weights) {
    Lanes<T> largest = weights[0], offset = gradient[0];
    for (int64_t i = 1; i < weights.columns(); ++i) {
      const Lanes<T> weight = weights[i];
      offset = select(weight > largest, gradient[i], offset);
      largest = max(largest, weight);
    }
    const Lanes<T> scale = scale_of(largest);
    Sum<T> sum;
    for (int64_t i = 0; i < weights.columns(); ++i) sum.add(weights[i] * scale);
    const Lanes<T> total = sum.value();
    Sum<T> weighted;
    for (int64_t i = 0; i < weights.columns(); ++i)
      weighted.add(weights[i] * scale / total * (gradient[i] - offset));
    const Lanes<T> mean = weighted.value();
    const Mask<T> is_empty = total == 0.0;
    for (int64_t i = 0; i < weights.columns(); ++i) {
      weights.set(i,
                  select(is_empty, Lanes<T>(0.0), (gradient[i] - offset - mean) / total * scale));
    }
  }
};

}  // namespace
}  // namespace torch::distributions::ops::engine
