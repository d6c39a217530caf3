#include "ops/random/categories.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "ops/engine/instruction_set.h"
#include "ops/random/category_kernels.h"
#include "ops/random/kernels.h"
#include "ops/random/pieces.h"
#include "ops/special/constants.h"

namespace torch::distributions::ops::random {
namespace {

const CategoryKernels& category_kernels() {
  static constexpr auto all =
      engine::for_each_instruction_set([]<class Isa>() { return &category_kernels_of<Isa>; });
  return all[static_cast<std::size_t>(engine::instruction_set())]();
}

/// Vectors of weights, one after the other.
struct Weights {
  const char* data;
  std::int64_t categories, element_size;
  bool are_logits;

  std::int64_t blocks() const { return (categories + kCategoriesOfBlock - 1) / kCategoriesOfBlock; }
  std::int64_t size_of(std::int64_t block) const {
    return std::min(kCategoriesOfBlock, categories - block * kCategoriesOfBlock);
  }
  double sum(std::int64_t row, std::int64_t block, double* running) const {
    const std::int64_t place = row * categories + block * kCategoriesOfBlock;
    const auto function = category_kernels().sum[element_size == sizeof(double)];
    return function(data + place * element_size, size_of(block), are_logits, running);
  }
  /// The running sums of rows of one block.
  bool add_up(std::int64_t row, std::int64_t rows, double* running) const {
    const auto function = category_kernels().add_up[element_size == sizeof(double)];
    return function(data + row * categories * element_size, rows, categories, are_logits, running);
  }
};

/// The last category of a block with a weight, given the sums within the block.
std::int64_t last_of(const double* running, std::int64_t size) {
  return std::lower_bound(running, running + size, running[size - 1]) - running;
}

/// The sums of some rows of more than a block, in which categories are found.
class Sums {
 public:
  /// \param are_searched_often Whether the sums within all blocks are kept.
  Sums(const Weights& weights, bool are_searched_often)
      : weights_(weights), keeps_(are_searched_often) {}

  /// Returns whether the rows have categories.
  bool assign(std::int64_t first_row, std::int64_t rows) {
    first_row_ = first_row;
    const std::int64_t blocks = weights_.blocks();
    ends_.resize(static_cast<std::size_t>(rows * blocks));
    if (keeps_) {
      running_.resize(static_cast<std::size_t>(rows * weights_.categories));
      last_.resize(ends_.size());
    }
    double* running = keeps_ ? running_.data() : nullptr;
    for (std::int64_t row = 0; row < rows; ++row) {
      double end = 0;
      for (std::int64_t block = 0; block < blocks; ++block) {
        const auto place = static_cast<std::size_t>(row * blocks + block);
        ends_[place] = end += weights_.sum(first_row + row, block, running);
        if (!keeps_) continue;
        last_[place] = last_of(running, weights_.size_of(block));
        running += weights_.size_of(block);
      }
      if (!(end > 0 && end < kInfinity)) return false;
    }
    return true;
  }

  /// Finds the categories of uniform numbers, which are overwritten.
  void find(std::int64_t row, double* uniforms, std::int64_t count, std::int64_t* to) const {
    const std::int64_t blocks = weights_.blocks(), categories = weights_.categories;
    const double* const ends = ends_.data() + row * blocks;
    const double* const running = running_.data() + row * categories;
    for (std::int64_t i = 0; i < count; ++i) {
      uniforms[i] *= ends[blocks - 1];
      const std::int64_t block = std::upper_bound(ends, ends + blocks - 1, uniforms[i]) - ends;
      const double rest = block == 0 ? uniforms[i] : uniforms[i] - ends[block - 1];
      const std::int64_t size = weights_.size_of(block), place = block * kCategoriesOfBlock;
      const auto find_in = [&](const double* sums, std::int64_t last) {
        to[i] = place + (std::upper_bound(sums, sums + last, rest) - sums);
      };
      if (keeps_) {
        find_in(running + place, last_[static_cast<std::size_t>(row * blocks + block)]);
      } else {
        double of_block[kCategoriesOfBlock];
        weights_.sum(first_row_ + row, block, of_block);
        find_in(of_block, last_of(of_block, size));
      }
    }
  }

 private:
  Weights weights_;
  bool keeps_;
  std::int64_t first_row_ = 0;
  std::vector<double> ends_;        // the sums of each row up to the end of each block
  std::vector<double> running_;     // the sums within each block
  std::vector<std::int64_t> last_;  // of each block
};

void fill_uniforms(const Draw& draw, std::uint64_t first, std::int64_t count, double* to) {
  kernels().uniform[1]({.draw = draw, .first = first, .count = count, .to = to});
}

/// Fills with categories of rows of one block.
/// \return Whether the rows have categories.
bool fill_by_words(const Weights& weights, const Draw& draw, std::uint64_t first, std::int64_t rows,
                   std::int64_t count, std::int64_t* to) {
  const auto& kernels = category_kernels();
  const std::int64_t categories = weights.categories;
  if (rows == 1) {
    std::vector<double> sums(static_cast<std::size_t>(categories));
    if (!weights.add_up(0, 1, sums.data())) return false;
    kernels.divide(sums.data(), categories);
    parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
      kernels.invert(draw, first + static_cast<std::uint64_t>(begin), end - begin, sums.data(),
                     categories, to + begin);
    });
    return true;
  }
  std::atomic<bool> are_valid = true;
  constexpr std::int64_t kMost = CategoryKernels::kRows;
  const std::int64_t at_once = std::clamp<std::int64_t>(8 * kMost / categories, 1, kMost);
  const auto draw_rows = [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> sums(static_cast<std::size_t>(std::min(at_once, end - begin) * categories));
    for (std::int64_t row = begin; row < end; row += at_once) {
      const std::int64_t n = std::min(at_once, end - row);
      if (!weights.add_up(row, n, sums.data())) return are_valid.store(false);
      for (std::int64_t j = 0; count > 1 && j < n; ++j)
        kernels.divide(sums.data() + j * categories, categories);
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t place = i * rows + row;
        kernels.invert_each[count > 1](draw, first + static_cast<std::uint64_t>(place), n,
                                       sums.data(), categories, to + place);
      }
    }
  };
  parallel_for(rows, std::max<std::int64_t>(1, kGrain / categories), draw_rows);
  return are_valid;
}

}  // namespace

bool fill_categories(const at::Tensor& to, const Draw& draw, const at::Tensor& weights,
                     bool are_logits) {
  std::atomic<bool> are_valid = true;
  with_contiguous(to, [&](const at::Tensor& contiguous) {
    const at::Tensor known = dense(weights.is_cpu() ? weights : weights.to(at::kCPU));
    const std::int64_t categories = known.size(-1), rows = known.numel() / categories;
    const std::int64_t count = contiguous.numel() / rows;
    const auto element_size = static_cast<std::int64_t>(known.element_size());
    const auto* const data = static_cast<const char*>(known.const_data_ptr());
    auto* const results = contiguous.mutable_data_ptr<std::int64_t>();
    const std::uint64_t first = first_element(draw, contiguous.numel());
    const Weights table{data, categories, element_size, are_logits};
    if (table.blocks() == 1)
      return are_valid.store(fill_by_words(table, draw, first, rows, count, results));

    constexpr std::int64_t kBuffer = 1024;
    if (rows == 1) {
      Sums sums(table, count > 1);
      if (!sums.assign(0, 1)) return are_valid.store(false);
      parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
        double uniforms[kBuffer];
        for (std::int64_t i = begin; i < end; i += kBuffer) {
          const std::int64_t n = std::min(kBuffer, end - i);
          fill_uniforms(draw, first + static_cast<std::uint64_t>(i), n, uniforms);
          sums.find(0, uniforms, n, results + i);
        }
      });
      return;
    }
    const std::int64_t at_once = std::clamp<std::int64_t>(8 * kBuffer / categories, 1, kBuffer);
    const auto draw_rows = [&](std::int64_t begin, std::int64_t end) {
      Sums sums(table, count > 1);
      double uniforms[kBuffer];
      for (std::int64_t row = begin; row < end; row += at_once) {
        const std::int64_t n = std::min(at_once, end - row);
        if (!sums.assign(row, n)) return are_valid.store(false);
        for (std::int64_t i = 0; i < count; ++i) {
          const std::int64_t place = i * rows + row;
          fill_uniforms(draw, first + static_cast<std::uint64_t>(place), n, uniforms);
          for (std::int64_t j = 0; j < n; ++j) sums.find(j, uniforms + j, 1, results + place + j);
        }
      }
    };
    parallel_for(rows, std::max<std::int64_t>(1, kGrain / categories), draw_rows);
  });
  return are_valid;
}

}  // namespace torch::distributions::ops::random
