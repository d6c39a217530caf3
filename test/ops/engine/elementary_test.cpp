// Compares the engine's elementary functions with the C library's for long double (64 bits or
// more).

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "ops/engine/every_instruction_set.h"

namespace torch::distributions::ops::engine::test {
namespace {

struct Function {
  const char* name;
  long double (*reference)(long double);
  double units;  // the largest error allowed, in units in the last place
};
constexpr Function kFunctions[] = {{"log", &std::log, 0.8},
                                   {"log1p", &std::log1p, 1.4},
                                   {"exp", &std::exp, 1.1},
                                   {"expm1", &std::expm1, 2.1}};

/// The error of `value` in units in the last place of `exact`.
template <class T>
long double error_in_units(T value, long double exact) {
  using Limits = std::numeric_limits<T>;
  if (std::isnan(exact)) return std::isnan(value) ? 0 : INFINITY;
  const T rounded = static_cast<T>(exact);
  if (value == rounded) return 0;
  if (!std::isfinite(value) && !std::isfinite(rounded)) return INFINITY;
  const int exponent = std::max(std::ilogb(exact), Limits::min_exponent - 1);
  // The number after the largest finite one stands for infinity.
  const long double number = std::isfinite(value)
                                 ? static_cast<long double>(value)
                                 : std::copysign(std::ldexp(1.0L, Limits::max_exponent), value);
  return std::abs(number - exact) / std::ldexp(1.0L, exponent - (Limits::digits - 1));
}

/// Edge cases, such as numbers whose logarithm or exponential is not a normal number.
template <class T>
std::vector<T> special_numbers() {
  using Limits = std::numeric_limits<T>;
  return {0,
          -T{0},
          1,
          -1,
          Limits::infinity(),
          -Limits::infinity(),
          Limits::quiet_NaN(),
          Limits::min(),
          Limits::max(),
          Limits::lowest(),
          Limits::denorm_min(),
          -Limits::denorm_min()};
}

/// The edge cases and random numbers of every size, most of them with ordinary results.
template <class T>
std::vector<T> arguments() {
  using Limits = std::numeric_limits<T>;
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  std::vector<T> result = special_numbers<T>();
  std::mt19937_64 random(0);
  const auto between = [&](double low, double high) {
    return static_cast<T>(std::uniform_real_distribution<double>(low, high)(random));
  };
  const double largest = Limits::max_exponent * 0.6931471805599453;
  for (int i = 0; i < 300000; ++i) {
    result.push_back(std::bit_cast<T>(static_cast<Bits>(random())));
    result.push_back(between(-largest * 1.1, largest * 1.1));
    result.push_back(between(-1, 3));
    result.push_back(1 + between(-0.01, 0.01));
    result.push_back(static_cast<T>(-1 + std::exp(between(-30, 0))));
  }
  for (double edge : {1.0, -1.0, 0.5 * std::sqrt(2.0), std::sqrt(2.0), largest, -largest,
                      double{Limits::min()}, 0.5 * std::log(2.0), -0.5 * std::log(2.0)}) {
    T below = static_cast<T>(edge), above = below;
    for (int i = 0; i < 100; ++i) {
      result.push_back(below = std::nextafter(below, Limits::lowest()));
      result.push_back(above = std::nextafter(above, Limits::max()));
    }
  }
  return result;
}

template <class T>
class ElementaryTest : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(ElementaryTest, Types);

TYPED_TEST(ElementaryTest, IsAccurateOnEveryInstructionSet) {
  using T = TypeParam;
  const std::vector<T> x = arguments<T>();
  std::vector<T> y(x.size());
  const std::vector<LaneFunction<T>> all = on_every_instruction_set<T>();
  for (const Function& f : kFunctions) {
    int found = 0;
    for (const LaneFunction<T>& function : all) {
      if (std::string_view(function.name) != f.name || function.derivative >= 0) continue;
      ++found;
      const T* const from = x.data();
      function.run(&from, y.data(), static_cast<int64_t>(x.size()));
      long double worst = 0;
      std::size_t at = 0;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const long double error = error_in_units(y[i], f.reference(x[i]));
        if (error > worst) worst = error, at = i;
      }
      EXPECT_LE(worst, f.units) << f.name << "(" << x[at] << ") = " << y[at];
      this->RecordProperty(f.name, std::to_string(worst));
    }
    EXPECT_GT(found, 0) << f.name;
  }
}

// log x minus its rounded value is the rounding error.
TYPED_TEST(ElementaryTest, ALogarithmInPartsHasItsRoundingError) {
  using T = TypeParam;
  std::vector<T> x, rounded;
  for (const T number : arguments<T>()) {
    if (!(number > 0) || number > std::numeric_limits<T>::max()) continue;
    x.push_back(number);
    rounded.push_back(static_cast<T>(std::log(static_cast<long double>(number))));
  }
  std::vector<T> y(x.size());
  const T* const from[] = {x.data(), rounded.data()};
  int found = 0;
  for (const LaneFunction<T>& function : on_every_instruction_set<T>()) {
    if (std::string_view(function.name) != "log_minus") continue;
    ++found;
    function.run(from, y.data(), static_cast<int64_t>(x.size()));
    long double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const long double exact = std::log(static_cast<long double>(x[i]));
      const long double error =
          std::abs(y[i] - (exact - rounded[i])) / std::max(1.0L, std::abs(exact));
      worst = std::max(worst, error);
    }
    EXPECT_LE(worst, sizeof(T) == sizeof(float) ? 0x1p-37L : 0x1p-52L);
    this->RecordProperty("log_in_parts", std::to_string(std::log2(worst)));
  }
  EXPECT_GT(found, 0);
}

TYPED_TEST(ElementaryTest, ALogarithmInPartsHasEveryLimit) {
  using T = TypeParam;
  using Limits = std::numeric_limits<T>;
  const std::vector<T> x{0, Limits::infinity(), -1, Limits::quiet_NaN(), Limits::denorm_min(), 2},
      y(x.size());
  std::vector<T> result(x.size());
  const T* const from[] = {x.data(), y.data()};
  for (const LaneFunction<T>& function : on_every_instruction_set<T>()) {
    if (std::string_view(function.name) != "log_minus") continue;
    function.run(from, result.data(), static_cast<int64_t>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_LE(error_in_units(result[i], std::log(static_cast<long double>(x[i]))), 1) << x[i];
  }
}

}  // namespace
}  // namespace torch::distributions::ops::engine::test
