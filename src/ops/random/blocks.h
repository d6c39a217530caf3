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

/// Stores the lanes whose places, at + i, are in [0, count).
template <class Register, class Memory>
[[gnu::noinline, gnu::cold]] void store_within(Register x, Memory* to, std::int64_t at,
                                               std::int64_t count) {
  Memory numbers[Register::kCount];
  x.store(numbers);
  const std::int64_t begin = std::max<std::int64_t>(0, -at);
  const std::int64_t end = std::min<std::int64_t>(Register::kCount, count - at);
  for (std::int64_t i = begin; i < end; ++i) to[at + i] = numbers[i];
}
/// Loads these lanes. The others are 0.
template <class Register, class Memory>
[[gnu::noinline, gnu::cold]] Register load_within(const Memory* from, std::int64_t at,
                                                  std::int64_t count) {
  Memory numbers[Register::kCount]{};
  const std::int64_t begin = std::max<std::int64_t>(0, -at);
  const std::int64_t end = std::min<std::int64_t>(Register::kCount, count - at);
  for (std::int64_t i = begin; i < end; ++i) numbers[i] = from[at + i];
  return Register::load(numbers);
}
template <std::int64_t lanes>
[[gnu::always_inline]] inline bool is_within(std::int64_t at, std::int64_t count) {
  return at >= 0 && at + lanes <= count;
}

/// Writes the elements from `first` on.
/// \param make `make(number, at)`: the n numbers of a register of blocks, as an array of registers,
///     given the number of its first block and the place of the first lane, from which that of the
///     next register differs by `kStride`. Places are relative to `to`, and may lie outside of it.
template <std::int64_t n, class Register, class Memory, class Make>
[[gnu::always_inline]] inline void fill_by_blocks(std::uint64_t first, std::int64_t count,
                                                  Memory* to, const Make& make) {
  constexpr std::int64_t kLanes = Register::kCount, kGroup = kStride * n;
  // The place of the group of blocks that has element `first`.
  std::int64_t group = -static_cast<std::int64_t>(first % kGroup);
  std::uint64_t number = first / kGroup * kStride;
  for (; group < count; group += kGroup, number += kStride) {
    const bool is_whole = is_within<kGroup>(group, count);
    for (std::int64_t i = 0; i < kStride; i += kLanes) {
      const std::int64_t at = group + i;
      if (!is_whole) {
        bool is_needed = false;
        for (std::int64_t j = 0; j < n; ++j) {
          const std::int64_t place = at + j * kStride;
          is_needed = is_needed || (place + kLanes > 0 && place < count);
        }
        if (!is_needed) continue;
      }
      const auto numbers = make(number + static_cast<std::uint64_t>(i), at);
      for (std::int64_t j = 0; j < n; ++j) {
        const std::int64_t place = at + j * kStride;
        if (is_whole || is_within<kLanes>(place, count)) {
          numbers[static_cast<std::size_t>(j)].store(to + place);
        } else {
          store_within(numbers[static_cast<std::size_t>(j)], to, place, count);
        }
      }
    }
  }
}

}  // namespace
}  // namespace torch::distributions::ops::random
