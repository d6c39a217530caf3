#include "ops/engine/layout.h"

#include <algorithm>
#include <utility>

namespace torch::distributions::ops::engine {
namespace {

int64_t blocks(int64_t size, int64_t block) { return (size + block - 1) / block; }

}  // namespace

int64_t Layout::Operand::stride(std::size_t dim_from_last) const {
  if (dim_from_last >= sizes.size()) return 0;
  const std::size_t dim = sizes.size() - 1 - dim_from_last;
  return sizes[dim] == 1 ? 0 : strides[dim];
}

void Layout::add(at::IntArrayRef sizes, at::IntArrayRef strides) {
  operands_[count_++] = {sizes, strides};
}

bool Layout::join() {
  for (std::size_t dim = 0; dim < sizes_.size(); ++dim) {
    const int64_t size = sizes_[sizes_.size() - 1 - dim];
    if (size == 1) continue;
    bool joins = dims_ > 0;
    for (std::size_t k = 0; joins && k < count_; ++k) {
      joins = operands_[k].stride(dim) == stride_[k][dims_ - 1] * size_[dims_ - 1];
    }
    if (joins) {
      size_[dims_ - 1] *= size;
      continue;
    }
    if (dims_ == kMaxDims) return false;
    size_[dims_] = size;
    for (std::size_t k = 0; k < count_; ++k) stride_[k][dims_] = operands_[k].stride(dim);
    ++dims_;
  }
  return true;
}

void Layout::swap(std::size_t dim, std::size_t other) {
  std::swap(size_[dim], size_[other]);
  for (std::size_t k = 0; k < count_; ++k) std::swap(stride_[k][dim], stride_[k][other]);
}

Tiling::Tiling(const Layout& layout, bool of_value, std::array<bool, 2> varies, int64_t lanes)
    : layout_(layout), kind_(TileKind::kFlat) {
  const int64_t columns = layout.size(0), rows = layout.size(1);
  // Shorter rows do not fill a register. They are better joined into one flat row.
  const bool are_many = columns >= lanes;
  if (of_value && !varies[0] && (are_many || rows == 1)) {
    kind_ = TileKind::kRows;
  } else if (of_value && !varies[1] && rows > 1 && are_many) {
    kind_ = TileKind::kColumns;
  }
  constexpr int64_t kNarrow = 64;  // columns: narrow tiles have more rows that share the parameters
  columns_ = std::min(columns, kind_ == TileKind::kColumns ? kNarrow : kTileElements);
  // A tile that joins several rows must have whole rows.
  const bool one_row = kind_ != TileKind::kColumns && columns_ < columns;
  rows_ = one_row ? 1 : std::min(rows, std::max<int64_t>(1, kTileElements / columns_));
  row_blocks_ = blocks(rows, rows_);
  column_blocks_ = blocks(columns, columns_);
  count_ = row_blocks_ * column_blocks_;
  for (std::size_t dim = 2; dim < layout.dims(); ++dim) count_ *= layout.size(dim);
}

Tiling::Place Tiling::place(int64_t tile) const {
  Place place;
  place.first[0] = tile % column_blocks_ * columns_;
  tile /= column_blocks_;
  place.first[1] = tile % row_blocks_ * rows_;
  tile /= row_blocks_;
  for (std::size_t dim = 2; dim < layout_.dims(); ++dim) {
    place.first[dim] = tile % layout_.size(dim);
    tile /= layout_.size(dim);
  }
  place.columns = std::min(columns_, layout_.size(0) - place.first[0]);
  place.rows = std::min(rows_, layout_.size(1) - place.first[1]);
  return place;
}

int64_t Tiling::tiles_of_rows(std::size_t operand) const {
  for (std::size_t dim = 1; dim < layout_.dims(); ++dim) {
    if (layout_.stride(operand, dim) == 0) return count_;
  }
  return column_blocks_;
}

int64_t Tiling::Place::offset(const Layout& layout, std::size_t operand) const {
  int64_t offset = 0;
  for (std::size_t dim = 0; dim < layout.dims(); ++dim) {
    offset += first[dim] * layout.stride(operand, dim);
  }
  return offset;
}

}  // namespace torch::distributions::ops::engine
