#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/random/words.h"

/// Fills memory with the numbers of blocks.
///
/// A block makes n numbers, for elements that are `kStride` apart: those of element e are from block
/// e / (64 n) * 64 + e % 64, and of the numbers of the block e has e % (64 n) / 64. So neighbours
/// are in one register, whatever its width.

namespace torch::distributions::ops::random {
namespace {

inline constexpr std::int64_t kStride = 64;

/// Loads the lanes whose places, at + i, are in [0, count). The others are 0.
template <class Register, class Memory>
[[gnu::always_inline]] inline Register load_within(const Memory* from, std::int64_t at,
                                                   std::int64_t count) {
  if (at >= 0 && at + Register::kCount <= count) [[likely]]
    return Register::load(from + at);
  Memory numbers[Register::kCount]{};
  const std::int64_t begin = std::max<std::int64_t>(0, -at);
  const std::int64_t end = std::min<std::int64_t>(Register::kCount, count - at);
  for (std::int64_t i = begin; i < end; ++i) numbers[i] = from[at + i];
  return Register::load(numbers);
}

/// Writes n rows of `kStride` numbers for each of some groups of blocks, of which only the columns
/// from `begin` to `end`.
template <std::int64_t n, class Register, class Memory, class Make>
[[gnu::noinline]] void fill_groups(const Make make, std::uint64_t number, std::int64_t at,
                                   std::int64_t groups, std::int64_t begin, std::int64_t end,
                                   Memory* to) {
  for (std::int64_t group = 0; group < groups; ++group) {
    for (std::int64_t i = begin; i < end; i += Register::kCount) {
      const auto numbers = make(number + static_cast<std::uint64_t>(i), at + i);
      for (std::int64_t j = 0; j < n; ++j)
        numbers[static_cast<std::size_t>(j)].store(to + j * kStride + i);
    }
    number += kStride;
    at += n * kStride;
    to += n * kStride;
  }
}

/// Writes the elements from `first` on.
/// \param make `make(number, at)`: the n numbers of a register of blocks, as an array of registers,
///     given the number of its first block and the place of the first lane, from which that of the
///     next register differs by `kStride`. Places count from `to`, and may lie outside.
template <std::int64_t n, class Register, class Memory, class Make>
[[gnu::always_inline]] inline void fill_by_blocks(std::uint64_t first, std::int64_t count,
                                                  Memory* to, const Make& make) {
  constexpr std::int64_t kLanes = Register::kCount, kGroup = kStride * n;
  // The place of the group of blocks that has element `first`, and the number of its first block.
  std::int64_t at = -static_cast<std::int64_t>(first % kGroup);
  std::uint64_t number = first / kGroup * kStride;
  while (at < count) {
    std::int64_t groups = at < 0 ? 0 : (count - at) / kGroup;
    if (groups > 0) {
      fill_groups<n, Register>(make, number, at, groups, 0, kStride, to + at);
    } else {
      groups = 1;
      Memory numbers[kGroup];
      const std::int64_t begin = std::max<std::int64_t>(0, -at), end = std::min(kGroup, count - at);
      const bool is_one_row = begin / kStride == (end - 1) / kStride;
      fill_groups<n, Register>(make, number, at, 1,
                               is_one_row ? begin % kStride / kLanes * kLanes : 0,
                               is_one_row ? (end - 1) % kStride + 1 : kStride, numbers);
      std::copy(numbers + begin, numbers + end, to + at + begin);
    }
    at += groups * kGroup;
    number += static_cast<std::uint64_t>(groups * kStride);
  }
}

}  // namespace
}  // namespace torch::distributions::ops::random
