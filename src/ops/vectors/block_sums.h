#pragma once

#include <cstdint>

#include "ops/engine/elementary.h"
#include "ops/special/scalar.h"
#include "ops/vectors/block.h"

/// Sums over the columns of a block.
namespace torch::distributions::ops::engine {
namespace {

/// A compensated sum: the result is rounded once.
template <class T>
class Sum {
 public:
  void add(const Lanes<T>& term) {
    const auto sum = special::two_sum(high_, term);
    high_ = sum.high;
    low_ = low_ + sum.low;
  }
  Lanes<T> value() const { return high_ + low_; }

 private:
  Lanes<T> high_{0.0}, low_{0.0};
};

template <class T>
Lanes<T> largest_of(const Block<T>& x) {
  Lanes<T> largest = x[0];
  for (int64_t i = 1; i < x.columns(); ++i) largest = max(largest, x[i]);
  return largest;
}

/// Replaces x by x - largest, and sets y = exp(x - largest).
/// \returns the sum of y minus 1, the term of a largest element. It is summed without that term, so
///     that small terms are not lost.
template <class T>
Lanes<T> exponentials(const Lanes<T>& largest, Block<T>& x, Block<T>& y) {
  Sum<T> others;
  Mask<T> is_left_out = largest != largest;  // false, except for rows with a NaN
  for (int64_t i = 0; i < x.columns(); ++i) {
    const Lanes<T> d = x[i] - largest, power = exp(d);
    x.set(i, d);
    y.set(i, power);
    const Mask<T> is_first = d == 0.0 && !is_left_out;
    is_left_out = is_left_out || is_first;
    others.add(select(is_first, Lanes<T>(0.0), power));
  }
  return others.value();
}

}  // namespace
}  // namespace torch::distributions::ops::engine
