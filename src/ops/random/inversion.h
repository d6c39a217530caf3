#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "ops/random/blocks.h"

/// Inversion of the distribution function of a count or category. An element has 64 random bits: a
/// word of 32 bits, like a trial, and the same word of the next attempt. They are compared with sums
/// of probabilities in units of 2^-64. So each result has its probability up to 2^-64 and the
/// rounding errors of the sums.

namespace torch::distributions::ops::random {
namespace {

/// A probability of 1, in the unit of the sums.
inline constexpr double kSure = 0x1p64;

/// A register of words, with the members that `fill_by_blocks` needs.
struct WordLanes {
  static constexpr std::int64_t kCount = Lanes<float>::kCount;
  BitLanes<float> lanes;
  void store(std::uint32_t* to) const { std::memcpy(to, &lanes, sizeof lanes); }
};

/// The words of consecutive elements, of which four have a block.
[[gnu::noinline]] inline void fill_words(const Draw& draw, std::uint64_t first, std::int64_t count,
                                         std::uint32_t attempt, std::uint32_t* to) {
  constexpr std::int64_t kWords = 4;
  fill_by_blocks<kWords, WordLanes>(
      first, count, to, [=](std::uint64_t number, std::int64_t) __attribute__((always_inline)) {
        const Block<float> block = blocks_from<float>(draw, number, attempt);
        std::array<WordLanes, kWords> words;
        for (std::size_t i = 0; i < kWords; ++i) words[i].lanes = block[i].bits();
        return words;
      });
}

/// The numbers of 64 bits of some elements, in two parts. A double has too few digits for both. They
/// are followed by a few zeros, as far as there is room.
template <int room>
struct Uniforms {
  std::array<double, room> high;  ///< The first word times 2^32.
  std::array<double, room> low;   ///< The second word + 1.

  /// \param attempt That of the first word.
  void fill(const Draw& draw, std::uint64_t first, std::int64_t count, std::uint32_t attempt) {
    std::array<std::uint32_t, room> word, next;
    fill_words(draw, first, count, attempt, word.data());
    fill_words(draw, first, count, attempt + 1, next.data());
    std::size_t i = 0;
    for (; i < static_cast<std::size_t>(count); ++i) {
      high[i] = word[i] * 0x1p32;
      low[i] = next[i] + 1.0;
    }
    for (const std::size_t end = std::min<std::size_t>(i + kMostPadding, room); i < end; ++i) {
      high[i] = 0;
      low[i] = 1;
    }
  }

 private:
  static constexpr std::size_t kMostPadding = 16;  // lanes
};

/// Whether a sum, rounded down to an integer, is at most the number of 64 bits with these parts. The
/// difference is exact where it decides.
template <class X>
[[gnu::always_inline]] constexpr auto is_at_most(const X& sum, const X& high, const X& low) {
  return sum - high < low;
}

/// Increasing sums, which all elements share. The first bits of a word select a cell, which knows
/// where the word lies among the sums unless a sum lies inside.
class SharedSums {
 public:
  /// \param sums Must live as long as this.
  /// \param elements How many will be looked up. They decide about the time and about nothing else.
  void assign(const double* sums, int count, std::int64_t elements) {
    constexpr std::int64_t kOfCell = 8;
    sums_ = sums;
    count_ = count;
    bits_ =
        std::min(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(elements / kOfCell))),
                 kMostBits);
    const int cells = 1 << bits_;
    const double width = kSure / cells;
    for (int cell = 0, before = 0; cell < cells; ++cell) {
      const double begin = cell * width, end = begin + width;
      while (before < count && sums[before] <= begin) ++before;
      const bool is_open = before < count && sums[before] < end;
      cells_[cell] = static_cast<std::uint16_t>(before | (is_open ? kOpen : 0));
    }
  }

  /// Calls f(i, how many sums are at most its number of 64 bits) for consecutive elements.
  template <class F>
  [[gnu::always_inline]] void for_each(const Draw& draw, std::uint64_t first, std::int64_t count,
                                       std::uint32_t attempt, const F& f) const {
    constexpr std::int64_t kWords = 1024;
    std::uint32_t words[kWords];
    for (std::int64_t i = 0; i < count;) {
      const std::uint64_t element = first + static_cast<std::uint64_t>(i);
      const auto place = static_cast<std::int64_t>(element % kWords);
      const std::int64_t n = std::min(kWords - place, count - i);
      fill_words(draw, element, n, attempt, words);
      for (std::int64_t j = 0; j < n; ++j) {
        const int cell = cells_[std::uint64_t{words[j]} << bits_ >> 32];
        f(i + j, cell < kOpen ? cell
                              : search(cell - kOpen, draw, element + static_cast<std::uint64_t>(j),
                                       words[j], attempt + 1));
      }
      i += n;
    }
  }

 private:
  static constexpr int kMostBits = 12, kOpen = 1 << 15;

  [[gnu::noinline]] int search(int from, const Draw& draw, std::uint64_t element,
                               std::uint32_t word, std::uint32_t attempt) const {
    std::uint32_t next;
    fill_words(draw, element, 1, attempt, &next);
    while (from < count_ && is_at_most(sums_[from], word * 0x1p32, next + 1.0)) ++from;
    return from;
  }

  const double* sums_ = nullptr;
  int count_ = 0, bits_ = 0;
  std::array<std::uint16_t, 1 << kMostBits> cells_;  // the sums before a cell
};

}  // namespace
}  // namespace torch::distributions::ops::random
