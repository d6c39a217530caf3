#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "ops/engine/kernel.h"

/// Broadcasting, and the division of evaluations into tiles.

namespace torch::distributions::ops::engine {

inline constexpr int64_t kTileElements = 1024;  // a few operands of a tile fit into the L1 cache

/// The dimensions of an evaluation, innermost first, joined where the strides of all operands
/// allow.
class Layout {
 public:
  static constexpr std::size_t kMaxDims = 12;
  static constexpr std::size_t kMaxOperands = 2 * kMaxInputs + 1;

  explicit Layout(at::IntArrayRef sizes) : sizes_(sizes) {}

  /// Adds an operand, whose sizes broadcast to the evaluation's.
  void add(at::IntArrayRef sizes, at::IntArrayRef strides);
  /// Joins the dimensions. Returns false if more than `kMaxDims` remain.
  bool join();
  void swap(std::size_t dim, std::size_t other);

  std::size_t dims() const { return dims_; }
  int64_t size(std::size_t dim) const { return dim < dims_ ? size_[dim] : 1; }
  int64_t stride(std::size_t operand, std::size_t dim) const {
    return dim < dims_ ? stride_[operand][dim] : 0;
  }

 private:
  struct Operand {
    at::IntArrayRef sizes, strides;
    int64_t stride(std::size_t dim_from_last) const;
  };

  at::IntArrayRef sizes_;
  std::size_t count_ = 0, dims_ = 0;
  std::array<Operand, kMaxOperands> operands_;
  std::array<int64_t, kMaxDims> size_;
  std::array<std::array<int64_t, kMaxDims>, kMaxOperands> stride_;
};

/// How the parameters vary over a tile.
enum class TileKind : char {
  kFlat,     // by element: the tile is joined into one flat row
  kColumns,  // by column: all rows share the terms in the parameters
  kRows,     // by row: all columns share the terms in the parameters
};

/// The tiles of a layout: blocks of its two innermost dimensions.
class Tiling {
 public:
  /// \param varies Whether any parameter varies along dimension 0, and along dimension 1.
  /// \param lanes The most numbers that a register holds.
  Tiling(const Layout& layout, bool of_value, std::array<bool, 2> varies, int64_t lanes);

  /// The position and the size of a tile.
  struct Place {
    int64_t rows, columns;
    std::array<int64_t, Layout::kMaxDims> first;  // index of its first element
    int64_t offset(const Layout& layout, std::size_t operand) const;
  };

  TileKind kind() const { return kind_; }
  int64_t count() const { return count_; }
  int64_t elements() const { return rows_ * columns_; }
  Place place(int64_t tile) const;

  /// How many successive tiles add to the same elements of an operand that is summed along its
  /// rows: those of the same rows, or all tiles if it is also summed along another dimension.
  int64_t tiles_of_rows(std::size_t operand) const;

 private:
  const Layout& layout_;
  TileKind kind_;
  int64_t rows_, columns_;  // of a full tile
  int64_t row_blocks_, column_blocks_;
  int64_t count_;
};

}  // namespace torch::distributions::ops::engine
