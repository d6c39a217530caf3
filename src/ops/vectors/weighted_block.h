#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/engine/elementary.h"
#include "ops/vectors/block.h"
#include "ops/vectors/row_kernels.h"

/// Reads and writes what `WeightedRows` refers to, block by block.
namespace torch::distributions::ops::engine {
namespace {

/// The given weights of a block of rows.
template <class T, class Memory>
class GivenWeights {
 public:
  explicit GivenWeights(const WeightedRows& rows)
      : table_(static_cast<const Memory*>(rows.weights)),
        total_(rows.weight_rows),
        given_(rows.columns) {}

  /// \returns whether other weights than before were loaded.
  bool load(int64_t first, int64_t rows) {
    if (is_loaded_) return false;
    is_loaded_ = total_ == 1;  // all rows have the same weights
    given_.load_repeated(table_, total_, first, rows);
    return true;
  }
  Lanes<T> operator[](int64_t i) const { return given_[i]; }

 private:
  const Memory* table_;
  int64_t total_;
  bool is_loaded_ = false;
  Block<T> given_;
};

/// The weights of a block of rows: weights, or their logarithms if `are_logs`.
template <class T, bool are_logs>
class RowWeights {
 public:
  explicit RowWeights(const WeightedRows& rows)
      : columns_(rows.columns), given_(rows), logs_(are_logs ? 0 : rows.columns) {}

  void load(int64_t first, int64_t rows) {
    if (!given_.load(first, rows)) return;
    if constexpr (!are_logs) {
      for (int64_t i = 0; i < columns_; ++i) logs_.set(i, log(given_[i]));
    }
  }
  Lanes<T> given(int64_t i) const { return given_[i]; }
  Lanes<T> log_of(int64_t i) const { return are_logs ? given_[i] : logs_[i]; }

 private:
  int64_t columns_;
  GivenWeights<T, T> given_;
  Block<T> logs_;
};

/// Loads each block of rows x, and its weights, and calls f(first row, rows of the block).
template <class Memory, class T, class Weights, class F>
void for_each_block(const WeightedRows& rows, Block<T>& x, Weights& weights, const F& f) {
  for (int64_t row = 0; row < rows.count; row += Block<T>::kRows) {
    const int64_t count = std::min(Block<T>::kRows, rows.count - row);
    x.load(static_cast<const Memory*>(rows.x) + row * rows.columns, count);
    weights.load(rows.first + row, count);
    f(row, count);
  }
}

/// The numbers of a block of rows.
template <class T, class Memory>
Lanes<T> load_numbers(const Memory* from, int64_t count) {
  return count == Lanes<T>::kCount ? Lanes<T>::load(from) : Lanes<T>::load_part(from, count);
}
template <class T, class Memory>
void store_numbers(const Lanes<T>& numbers, Memory* to, int64_t count) {
  if (count == Lanes<T>::kCount) {
    numbers.store(to);
  } else {
    store_part(numbers, to, count);
  }
}

/// The numbers of the rows of a block from `row` on.
Lanes<double> numbers_of(const WeightedRows& rows, int64_t row, int64_t count) {
  return rows.number_stride == 0 ? Lanes<double>(*rows.numbers)
                                 : load_numbers<double>(rows.numbers + row, count);
}

template <class T>
Lanes<double> gradients_of(const WeightedRows& rows, int64_t row, int64_t count) {
  return load_numbers<double>(static_cast<const T*>(rows.gradient) + row, count);
}

template <class T>
void store_results(const WeightedRows& rows, int64_t row, int64_t count, const Lanes<double>& x) {
  store_numbers(x, static_cast<T*>(rows.outputs[0]) + row, count);
}

}  // namespace
}  // namespace torch::distributions::ops::engine
