#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "ops/engine/elementary.h"
#include "ops/random/draw.h"

#if !defined(TORCH_DISTRIBUTIONS_REPRODUCIBLE)
#error "random numbers must have the same bits with every instruction set (engine/lanes.h)"
#endif

/// Random words: a function of the draw, of a number and of an attempt, and of nothing else (J. K.
/// Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3",
/// 2011). So it makes no difference who computes an element, and beside which others.

namespace torch::distributions::ops::random {
namespace {

using engine::BitLanes;
using engine::Lanes;
using engine::Mask;

/// Integers of 64 bits: as many as doubles in a register.
using Wide = BitLanes<double>;

/// The products of the lower halves. (A template, so that it may be constexpr, like all that CUDA
/// shares.)
template <class W>
[[gnu::always_inline]] constexpr W product_of_low(const W& a, const W& b) {
#if defined(CPU_CAPABILITY_AVX512)
  return reinterpret_cast<W>(
      _mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(CPU_CAPABILITY_AVX2)
  return reinterpret_cast<W>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

template <class W>
[[gnu::always_inline]] constexpr W exclusive_or(const W& a, const W& b, const W& c) {
#if defined(CPU_CAPABILITY_AVX512)
  constexpr int kOddCount = 0x96;
  return reinterpret_cast<W>(_mm512_ternarylogic_epi64(reinterpret_cast<__m512i>(a),
                                                       reinterpret_cast<__m512i>(b),
                                                       reinterpret_cast<__m512i>(c), kOddCount));
#else
  return a ^ b ^ c;
#endif
}

/// 0, 1, ...
template <std::size_t count>
inline constexpr auto kFirstNumbers = [] {
  std::array<std::uint32_t, count> numbers{};
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<std::uint32_t>(i);
  return numbers;
}();

/// A word of 32 bits for each lane of a `Lanes<T>`.
template <class T>
class Words {
 public:
  static constexpr std::size_t kCount = Lanes<T>::kCount;

  Words() = default;
  constexpr explicit Words(std::uint32_t word) {
    for (Wide& part : parts) part = Wide{} + word;
  }
  /// first, first + 1, ...
  static constexpr Words from(std::uint32_t first) {
    if constexpr (kCount == 1) return Words(first);
    Words words = load(kFirstNumbers<kCount>.data());
    for (Wide& part : words.parts) part += first;
    return words;
  }
  static constexpr Words load(const std::uint32_t* from) {
    Words words;
    if constexpr (kParts == 2) {
      std::memcpy(&words.parts[0], from, sizeof(Wide));
      words.parts[1] = words.parts[0] >> 32;
    } else if constexpr (kCount > 1) {
      typename Lanes<T>::template NarrowRegister<std::uint32_t> narrow;
      std::memcpy(&narrow, from, sizeof narrow);
      words.parts[0] = __builtin_convertvector(narrow, BitLanes<T>);
    } else {
      words.parts[0] = *from;
    }
    return words;
  }

  /// The words as integers of the width of T.
  [[gnu::always_inline]] constexpr BitLanes<T> bits() const {
    if constexpr (kParts == 2) {
#if defined(CPU_CAPABILITY_AVX2)
      return reinterpret_cast<BitLanes<T>>(
          _mm256_blend_epi32(reinterpret_cast<__m256i>(parts[0]),
                             reinterpret_cast<__m256i>(parts[1] << 32), 0b10101010));
#else
      return std::bit_cast<BitLanes<T>>((parts[0] & 0xffffffffu) | (parts[1] << 32));
#endif
    } else {
      return static_cast<BitLanes<T>>(parts[0] & 0xffffffffu);
    }
  }

  /// Each word is in the lower half of 64 bits. The upper halves have no meaning. Of floats, the
  /// first part holds the even lanes, the second part the odd ones.
  static constexpr int kParts = engine::kIsVector ? 8 / sizeof(T) : 1;
  Wide parts[kParts];
};

/// Four words for each lane.
template <class T>
using Block = std::array<Words<T>, 4>;

/// Ten rounds of Philox 4x32 of the counter.
template <class T>
[[gnu::always_inline]] constexpr Block<T> philox(std::uint64_t key, Block<T> counter) {
  const Wide first = Wide{} + 0xD2511F53u, second = Wide{} + 0xCD9E8D57u;
  auto low = static_cast<std::uint32_t>(key), high = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const Wide key_low = Wide{} + low, key_high = Wide{} + high;
    for (int i = 0; i < Words<T>::kParts; ++i) {
      const Wide a = product_of_low(counter[0].parts[i], first);
      const Wide b = product_of_low(counter[2].parts[i], second);
      counter[0].parts[i] = exclusive_or(b >> 32, counter[1].parts[i], key_low);
      counter[1].parts[i] = b;
      counter[2].parts[i] = exclusive_or(a >> 32, counter[3].parts[i], key_high);
      counter[3].parts[i] = a;
    }
    low += 0x9E3779B9u;
    high += 0xBB67AE85u;
  }
  return counter;
}

/// The block of each lane, whose number has the lower half `low` and the upper half `high`, of 16
/// bits. `attempt`, also of 16 bits, tells the blocks of one number apart.
template <class T>
[[gnu::always_inline]] constexpr Block<T> block_at(const Draw& draw, const Words<T>& low,
                                                   std::uint32_t high, std::uint32_t attempt) {
  return philox<T>(draw.key, {low, Words<T>(high | attempt << 16),
                              Words<T>(static_cast<std::uint32_t>(draw.number)),
                              Words<T>(static_cast<std::uint32_t>(draw.number >> 32))});
}
/// The blocks with the numbers first, first + 1, ... `first` is a multiple of their count.
template <class T>
[[gnu::always_inline]] constexpr Block<T> blocks_from(const Draw& draw, std::uint64_t first,
                                                      std::uint32_t attempt = 0) {
  return block_at(draw, Words<T>::from(static_cast<std::uint32_t>(first)),
                  static_cast<std::uint32_t>(first >> 32), attempt);
}

/// Numbers with random bits of the width of T in a block: four floats or two doubles.
template <class T>
inline constexpr int kNumbers = 16 / sizeof(T);

template <class T>
[[gnu::always_inline]] constexpr BitLanes<T> bits_of(const Block<T>& block, int i) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return block[i].bits();
  } else {
    return block[2 * i].parts[0] << 32 | block[2 * i + 1].bits();
  }
}

}  // namespace
}  // namespace torch::distributions::ops::random
