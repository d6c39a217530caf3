// The result for a number must not depend on the other numbers in its register, on its place there,
// or on the length of the tail.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ops/engine/every_instruction_set.h"

namespace torch::distributions::ops::engine::test {
namespace {

template <class T>
bool same_bits(T a, T b) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  return std::bit_cast<Bits>(a) == std::bit_cast<Bits>(b) || (std::isnan(a) && std::isnan(b));
}

template <class T>
class LanesTest : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(LanesTest, Types);

TYPED_TEST(LanesTest, DoNotHeedTheirNeighbours) {
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  constexpr int kMost = 19;  // more than a register holds
  const std::vector<T> neighbours{T(0.2),
                                  T(40),
                                  T(1e6),
                                  Limits::min() / 4,
                                  T{0},
                                  Limits::max(),
                                  Limits::infinity(),
                                  Limits::quiet_NaN(),
                                  T(-0.8),
                                  -Limits::infinity()};
  for (const LaneFunction<T>& f : on_every_instruction_set<T>()) {
    const std::size_t arity = f.ordinary.size();
    std::vector<std::vector<T>> x(arity, std::vector<T>(kMost));
    std::vector<T> y(kMost);
    const auto run = [&](int offset, int count) {
      std::vector<const T*> from;
      for (const auto& column : x) from.push_back(column.data() + offset);
      f.run(from.data(), y.data(), count);
    };
    const auto fill = [&](int i, std::size_t argument, T number) {
      x[argument][static_cast<std::size_t>(i)] = number;
    };
    const auto ordinary = [&](int i) {
      for (std::size_t k = 0; k < arity; ++k) fill(i, k, static_cast<T>(f.ordinary[k]));
    };
    ordinary(0);
    run(0, 1);
    const T alone = y[0];
    EXPECT_TRUE(std::isfinite(alone)) << f.name;
    for (const T neighbour : neighbours) {
      if (std::abs(static_cast<double>(neighbour)) > f.largest) continue;
      for (std::size_t argument = 0; argument < arity; ++argument) {
        for (int place = 0; place < kMost; ++place) {
          for (int i = 0; i < kMost; ++i) {
            ordinary(i);
            if (i != place) fill(i, argument, neighbour);
          }
          // Aligned and unaligned, in a whole register and in tails of every length.
          const int offset = place % 4, count = kMost - offset - place % 3;
          if (place - offset < 0 || place - offset >= count) continue;
          run(offset, count);
          const T beside = y[static_cast<std::size_t>(place - offset)];
          ASSERT_TRUE(same_bits(beside, alone))
              << f.name << ", derivative " << f.derivative << ", is " << beside << " beside "
              << neighbour << " as argument " << argument << ", at place " << place << " of "
              << count << ", and alone " << alone;
        }
      }
    }
  }
}

/// Near underflow the formulas for usual and for rare numbers must round alike. Without a fused
/// multiply-add, the usual one could round a product twice.
TYPED_TEST(LanesTest, DoNotHeedTheirNeighboursNearUnderflow) {
  using T = TypeParam;
  constexpr int64_t kCount = 1 << 21;
  const double end = (std::numeric_limits<T>::min_exponent + 1) * 0.69314718055994531;
  std::vector<T> usual(kCount), y(kCount), beside(kCount);
  for (int64_t i = 0; i < kCount; ++i)
    usual[static_cast<std::size_t>(i)] =
        static_cast<T>(end + 0.01 + 2.0 * static_cast<double>(i) / kCount);
  std::vector<T> x = usual;
  for (std::size_t i = 0; i < x.size(); i += 16) x[i] = std::numeric_limits<T>::infinity();
  for (const LaneFunction<T>& f : on_every_instruction_set<T>()) {
    if (std::string_view(f.name) != "exp") continue;
    const T* from = usual.data();
    f.run(&from, y.data(), kCount);
    from = x.data();
    f.run(&from, beside.data(), kCount);
    int64_t different = 0;
    for (std::size_t i = 0; i < x.size(); ++i) different += i % 16 != 0 && y[i] != beside[i];
    EXPECT_EQ(different, 0);
  }
}

}  // namespace
}  // namespace torch::distributions::ops::engine::test
