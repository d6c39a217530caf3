#pragma once

#include "ops/special/xlogy.h"

namespace torch::distributions::ops::special {

struct ProbabilityOfOdds;
struct UnitPower;

/// x / (1 + x) for x >= 0, the probability of an event with the odds x. Its derivative is infinite
/// where that of x is. Error: relative, 2 units; gradient 4.
inline constexpr Function<ProbabilityOfOdds> probability_of_odds{};

/// x^a for 0 <= x <= 1 and a > 0, with the derivatives in x that it has at x = 0: 0, 1, or
/// infinite. Error: relative, 2 units plus |(a - 1) log x| or |a log x|, whichever is less;
/// gradient the same. So it is exact at a = 1.
inline constexpr Function<UnitPower> unit_power{};

struct ProbabilityOfOdds {
  static constexpr const char* kName = "probability_of_odds";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) { return x / (x + 1.0); }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return square(1.0 / (x + 1.0));
  }
};

struct UnitPower {
  static constexpr const char* kName = "unit_power";

  template <class T>
  static constexpr T value(const T& x, const T& a) {
    const auto is_zero = x == 0.0;
    const T y = select(is_zero, 0.5, x);
    // Beside 0 the second factor is at most x^(-1/2), so it does not overflow.
    const T power = branch(
        a >= 0.5, [&] { return y * exp(xlogy(a - 1.0, y)); }, [&] { return exp(a * log(y)); });
    return select(is_zero, 0.0, power);
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a) {
    const auto root = exp(0.5 * xlogy(a - 1.0, x));  // its square may overflow
    return a * root * root;
  }
  template <class T>
  static constexpr T partial(Argument<1>, const Value<T>& power, const T& x, const T&) {
    return power.of * log(select(x == 0.0, 1.0, x));
  }
};

}  // namespace torch::distributions::ops::special
