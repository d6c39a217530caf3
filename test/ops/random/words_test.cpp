// Random words, and the numbers that are made of given bits.

#include <ATen/core/PhiloxRNGEngine.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ops/engine/instruction_set.h"
#include "ops/random/functions.h"

namespace torch::distributions::ops::random::test {
namespace {

using Counter = std::array<std::uint32_t, 4>;

template <class Of>
auto on_this_machine(const Of& of) {
  const auto every = engine::for_each_instruction_set(of);
  const auto best = static_cast<std::size_t>(engine::best_instruction_set());
  return std::vector(every.begin(), every.begin() + static_cast<std::ptrdiff_t>(best) + 1);
}
std::vector<Philox> every_philox() {
  auto all = on_this_machine([]<class Isa>() { return &philox_of<Isa, float>; });
  const auto of_doubles = on_this_machine([]<class Isa>() { return &philox_of<Isa, double>; });
  all.insert(all.end(), of_doubles.begin(), of_doubles.end());
  std::vector<Philox> result;
  for (const auto of : all) result.push_back(of());
  return result;
}
template <class T>
std::vector<std::vector<NumberOfBits<T>>> every_number_of_bits() {
  std::vector<std::vector<NumberOfBits<T>>> result;
  for (const auto of : on_this_machine([]<class Isa>() { return &numbers_of_bits<Isa, T>; }))
    result.push_back(of());
  return result;
}

Counter words_of(Philox philox, std::uint64_t key, const Counter& counter) {
  std::uint32_t from[1][4], to[1][4];
  std::copy(counter.begin(), counter.end(), from[0]);
  philox(key, from, to, 1);
  return {to[0][0], to[0][1], to[0][2], to[0][3]};
}

/// The published words of philox4x32-10: the file kat_vectors of Random123 1.14.
TEST(Words, AreThePublishedOnes) {
  for (const Philox philox : every_philox()) {
    EXPECT_EQ(words_of(philox, 0, {0, 0, 0, 0}),
              (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(words_of(philox, ~std::uint64_t{0}, {~0u, ~0u, ~0u, ~0u}),
              (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    // The digits of pi.
    EXPECT_EQ(
        words_of(philox, 0x299f31d0a4093822, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
        (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  }
}

/// Each lane has words of its own, which are LibTorch's.
TEST(Words, AreThoseOfLibTorch) {
  constexpr std::int64_t kCount = 67;
  constexpr std::uint64_t kKey = 0x0123456789abcdef, kNumber = 0xfedcba9876543210;
  std::uint32_t counters[kCount][4], words[kCount][4];
  std::mt19937_64 random(1);
  for (auto& counter : counters) {
    const std::uint64_t block = random();
    counter[0] = static_cast<std::uint32_t>(block);
    counter[1] = static_cast<std::uint32_t>(block >> 32);
    counter[2] = static_cast<std::uint32_t>(kNumber);
    counter[3] = static_cast<std::uint32_t>(kNumber >> 32);
  }
  for (const Philox philox : every_philox()) {
    philox(kKey, counters, words, kCount);
    for (std::int64_t i = 0; i < kCount; ++i) {
      at::Philox4_32 expected(kKey, kNumber, counters[i][0] | std::uint64_t{counters[i][1]} << 32);
      for (const std::uint32_t word : words[i]) ASSERT_EQ(word, expected()) << i;
    }
  }
}

/// 0, all ones, powers of two, the numbers beside them, and random bits.
template <class T>
std::vector<BitsOf<T>> many_bits() {
  using Bits = BitsOf<T>;
  std::vector<Bits> bits{0, ~Bits{0}};
  for (int k = 0; k < std::numeric_limits<Bits>::digits; ++k) {
    for (const Bits power : {static_cast<Bits>(Bits{1} << k), static_cast<Bits>(~(Bits{1} << k))}) {
      bits.insert(bits.end(), {power, static_cast<Bits>(power - 1), static_cast<Bits>(power + 1)});
    }
  }
  std::mt19937_64 random(2);
  for (int i = 0; i < 20000; ++i) bits.push_back(static_cast<Bits>(random()));
  for (int i = 0; i < 5000; ++i)  // of every size
    bits.push_back(static_cast<Bits>(static_cast<Bits>(random()) >> (random() % (8 * sizeof(T)))));
  std::sort(bits.begin(), bits.end());
  bits.erase(std::unique(bits.begin(), bits.end()), bits.end());
  return bits;
}

/// (bits + 1/2) / 2^n.
template <class T>
long double middle(BitsOf<T> bits) {
  return (static_cast<long double>(bits) + 0.5L) * std::ldexp(1.0L, -8 * int{sizeof(T)});
}
/// -log of that, exact to both sides.
template <class T>
long double minus_log(BitsOf<T> bits) {
  const long double u = middle<T>(bits);
  return u < 0.5L ? -std::log(u) : -std::log1p(-middle<T>(~bits));
}
template <class T>
long double exact(std::string_view name, BitsOf<T> bits) {
  constexpr long double kPi = 3.14159265358979323846264338327950288L;
  constexpr int kDigits = std::numeric_limits<T>::digits, kBits = 8 * sizeof(T);
  const long double u = middle<T>(bits), complement = middle<T>(~bits);
  const bool is_upper = (bits >> (kBits - 1)) != 0;
  // Half turns less the nearest multiple of a quarter, so that pi is not a source of errors.
  const auto rest = static_cast<std::make_signed_t<BitsOf<T>>>(bits << 1 | 1);
  const long double near = kPi / 2 * (static_cast<long double>(rest) * std::ldexp(1.0L, -kBits));
  if (name == "uniform")
    return std::ldexp(static_cast<long double>(bits >> (kBits - kDigits)), -kDigits);
  if (name == "open uniform") return u;
  if (name == "exponential") return minus_log<T>(bits);
  if (name == "cauchy") {
    const bool is_central = (bits + (BitsOf<T>{1} << (kBits - 2))) >> (kBits - 1) != 0;
    return is_central ? std::tan(near) : -1 / std::tan(near);
  }
  if (name == "laplace") return is_upper ? -std::log(2 * complement) : std::log(2 * u);
  if (name == "gumbel") return -std::log(minus_log<T>(bits));
  if (name == "logistic") return std::log(u) - std::log(complement);
  const auto signed_bits = static_cast<std::make_signed_t<BitsOf<T>>>(bits);
  const long double angle =
      2 * kPi * (static_cast<long double>(signed_bits) + 0.5L) * std::ldexp(1.0L, -kBits);
  if (name == "cosine") return std::cos(angle);
  if (name == "sine") return std::sin(angle);
  return std::sqrt(2 * minus_log<T>(bits)) * std::cos(angle);  // normal
}

template <class T>
class Numbers : public ::testing::Test {};
using NumberTypes = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Numbers, NumberTypes);

TYPED_TEST(Numbers, OfGivenBitsAreAccurate) {
  using T = TypeParam;
  constexpr T kEpsilon = std::numeric_limits<T>::epsilon();
  const auto bits = many_bits<T>();
  std::vector<T> numbers(bits.size());
  for (const auto& functions : every_number_of_bits<T>()) {
    for (const auto& f : functions) {
      f.run(bits.data(), numbers.data(), static_cast<std::int64_t>(bits.size()));
      // Near a root in the middle of the interval, the error is not relative to the number.
      const std::string_view name(f.name);
      const bool has_root = name == "gumbel" || name == "logistic" || name == "laplace" ||
                            name == "normal" || name == "cosine" || name == "sine";
      for (std::size_t i = 0; i < bits.size(); ++i) {
        const long double expected = exact<T>(name, bits[i]);
        const long double unit =
            name == "uniform" ? 0 : std::max(std::abs(expected), has_root ? 0.25L : 0.0L);
        ASSERT_LE(std::abs(numbers[i] - expected), 4 * kEpsilon * unit)
            << name << " of " << bits[i] << " is " << numbers[i];
      }
    }
  }
}

TYPED_TEST(Numbers, OfAllBitsAreInTheSupport) {
  using T = TypeParam;
  const auto bits = many_bits<T>();
  std::vector<T> numbers(bits.size());
  const T below_one = 1 - std::numeric_limits<T>::epsilon() / 2;
  // The greatest distance of a tail: that of the least uniform number.
  const auto longest = static_cast<T>((8 * sizeof(T) + 1) * 0.6931471805599453);
  const auto every = every_number_of_bits<T>();
  for (const auto& f : every[0]) {
    f.run(bits.data(), numbers.data(), static_cast<std::int64_t>(bits.size()));
    const auto [least, greatest] = std::minmax_element(numbers.begin(), numbers.end());
    const std::string_view name(f.name);
    if (name == "uniform") {
      EXPECT_EQ(*least, 0);
      EXPECT_EQ(*greatest, below_one);
    } else if (name == "open uniform") {
      EXPECT_EQ(*least, std::ldexp(T{1}, -8 * int{sizeof(T)} - 1));
      EXPECT_EQ(*greatest, 1);
    } else if (name == "exponential") {
      EXPECT_EQ(*least, std::ldexp(T{1}, -8 * int{sizeof(T)} - 1));
      EXPECT_NEAR(*greatest, longest, 1e-5);
    } else if (name == "normal") {
      EXPECT_NEAR(*greatest, std::sqrt(2 * longest), 1e-5);
    } else if (name == "gumbel") {
      EXPECT_NEAR(*least, -std::log(longest), 1e-5);
      EXPECT_NEAR(*greatest, longest, 1e-5);
    } else if (name == "laplace" || name == "logistic") {
      const T tail = name == "laplace" ? longest - static_cast<T>(0.6931471805599453) : longest;
      EXPECT_NEAR(*least, -tail, 1e-5);
      EXPECT_NEAR(*greatest, tail, 1e-5);
    } else if (name == "cauchy") {
      const T tail = std::ldexp(static_cast<T>(2 / 3.141592653589793), 8 * sizeof(T));
      EXPECT_NEAR(*least / tail, -1, 1e-6);
      EXPECT_NEAR(*greatest / tail, 1, 1e-6);
    } else {
      EXPECT_GE(*least, -1) << name;
      EXPECT_LE(*greatest, 1) << name;
      EXPECT_EQ(std::count(numbers.begin(), numbers.end(), T{0}), 0) << name;
    }
  }
}

TYPED_TEST(Numbers, MadeByInversionAreMonotone) {
  using T = TypeParam;
  const auto bits = many_bits<T>();
  std::vector<T> numbers(bits.size());
  const auto every = every_number_of_bits<T>();
  for (const auto& f : every[0]) {
    const std::string_view name(f.name);
    if (name == "cosine" || name == "sine" || name == "normal") continue;
    const T sign = name == "exponential" ? -1 : 1;
    f.run(bits.data(), numbers.data(), static_cast<std::int64_t>(bits.size()));
    for (std::size_t i = 1; i < bits.size(); ++i) {
      const T rounding = 4 * std::numeric_limits<T>::epsilon() * std::abs(numbers[i]);
      ASSERT_GE(sign * numbers[i] + rounding, sign * numbers[i - 1]) << name << " at " << bits[i];
    }
  }
}

TYPED_TEST(Numbers, HaveTheSameBitsOnEveryInstructionSet) {
  using T = TypeParam;
  const auto bits = many_bits<T>();
  std::vector<T> numbers(bits.size()), others(bits.size());
  const auto every = every_number_of_bits<T>();
  for (std::size_t i = 0; i < every[0].size(); ++i) {
    every[0][i].run(bits.data(), numbers.data(), static_cast<std::int64_t>(bits.size()));
    for (std::size_t set = 1; set < every.size(); ++set) {
      every[set][i].run(bits.data(), others.data(), static_cast<std::int64_t>(bits.size()));
      for (std::size_t k = 0; k < bits.size(); ++k) {
        ASSERT_EQ(std::bit_cast<BitsOf<T>>(numbers[k]), std::bit_cast<BitsOf<T>>(others[k]))
            << every[0][i].name << " of " << bits[k];
      }
    }
  }
}

}  // namespace
}  // namespace torch::distributions::ops::random::test
