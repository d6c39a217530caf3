#pragma once

#include <array>
#include <cstdint>

namespace torch::distributions::ops::random {

/// The block of ten rounds of Philox 4x32 (J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3", 2011). words.h computes many blocks at once.
constexpr std::array<std::uint32_t, 4> philox_block(std::array<std::uint32_t, 4> counter,
                                                    std::array<std::uint32_t, 2> key) {
  const auto low = [](std::uint64_t product) { return static_cast<std::uint32_t>(product); };
  const auto high = [](std::uint64_t product) { return static_cast<std::uint32_t>(product >> 32); };
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{counter[0]} * 0xD2511F53u;
    const std::uint64_t b = std::uint64_t{counter[2]} * 0xCD9E8D57u;
    counter = {high(b) ^ counter[1] ^ key[0], low(b), high(a) ^ counter[3] ^ key[1], low(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

}  // namespace torch::distributions::ops::random
