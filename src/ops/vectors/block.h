#pragma once

#include <cstdint>

#include "ops/engine/lanes.h"
#include "ops/vectors/row_kernels.h"

/// Like `lanes.h`, only files that are compiled once for each instruction set may include this
/// header.
namespace torch::distributions::ops::engine {
namespace {

/// A block of rows of at most `kMostColumns` elements, transposed: a register holds a column, and each
/// lane a row. The memory may hold a narrower type than T.
template <class T>
class Block {
 public:
  static constexpr int64_t kRows = Lanes<T>::kCount;

  explicit Block(int64_t columns) : columns_(columns) {}

  int64_t columns() const { return columns_; }
  Lanes<T> operator[](int64_t column) const { return Lanes<T>::load(elements_ + column * kRows); }
  void set(int64_t column, const Lanes<T>& lanes) { lanes.store(elements_ + column * kRows); }

  /// Lanes beyond `rows` repeat the last row.
  template <class Memory>
  void load(const Memory* from, int64_t rows) {
    load(from, rows, columns_);
  }
  /// Loads rows that start `distance` elements apart.
  template <class Memory>
  void load(const Memory* from, int64_t rows, int64_t distance) {
    for (int64_t row = 0; row < kRows; ++row) {
      for (int64_t i = 0; i < columns_; ++i) elements_[i * kRows + row] = static_cast<T>(from[i]);
      if (row + 1 < rows) from += distance;
    }
  }
  /// Loads rows of a table of `total` rows that repeats: row `first` modulo `total`, and so on.
  template <class Memory>
  void load_repeated(const Memory* table, int64_t total, int64_t first, int64_t rows) {
    int64_t at = first % total;
    for (int64_t row = 0; row < kRows; ++row) {
      const Memory* const from = table + at * columns_;
      for (int64_t i = 0; i < columns_; ++i) elements_[i * kRows + row] = static_cast<T>(from[i]);
      if (row + 1 < rows && ++at == total) at = 0;
    }
  }
  template <class Memory>
  void store(Memory* to, int64_t rows) const {
    for (int64_t row = 0; row < rows; ++row, to += columns_) {
      for (int64_t i = 0; i < columns_; ++i)
        to[i] = static_cast<Memory>(elements_[i * kRows + row]);
    }
  }

 private:
  int64_t columns_;
  alignas(64) T elements_[kMostColumns * kRows];
};

}  // namespace
}  // namespace torch::distributions::ops::engine
