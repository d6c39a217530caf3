#pragma once

#include "ops/special/elementary.h"

/// expm1, and related functions whose textbook form cancels near 0.

namespace torch::distributions::ops::special {

struct Expm1;
struct Log1mexp;
struct Log1mexpSlope;
struct Log1pmx;

/// exp(x) - 1. The derivatives are relatively accurate even where the value is close to -1. Error:
/// relative, 2 units; gradient the same.
inline constexpr Function<Expm1> expm1{};

/// log(1 - exp(x)) for x <= 0, and NaN for x > 0. See M. Maechler, "Accurately computing
/// log(1 - exp(-|a|))" (2012). Error: relative, 2 units; gradient the same.
inline constexpr Function<Log1mexp> log1mexp{};

/// -1 / expm1(-x), the derivative of log1mexp.
inline constexpr Function<Log1mexpSlope> log1mexp_slope{};

/// log(1 + x) - x for x >= -1, without cancellation near 0. Error: relative, 4 units; gradient 2.
inline constexpr Function<Log1pmx> log1pmx{};

struct Expm1 {
  static constexpr const char* kName = "expm1";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::expm1;
    return expm1(x);
  }
  static auto of_tensor(const auto& x) { return x.expm1(); }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return exp(x);
  }
};

struct Log1mexp {
  static constexpr const char* kName = "log1mexp";
  static constexpr auto value(const auto& x) {
    return branch(
        x > -kLog2, [&] { return log(-expm1(x)); }, [&] { return log1p(-exp(x)); });
  }
  static auto of_tensor(const auto& x) {
    return (-x.expm1()).log().where(x > -kLog2, (-x.exp()).log1p());
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return log1mexp_slope(x); }
};

struct Log1mexpSlope {
  static constexpr const char* kName = "log1mexp_slope";
  static constexpr auto value(const auto& x) { return -1.0 / expm1(-x); }
  static auto of_tensor(const auto& x) { return -1.0 / (-x).expm1(); }
  /// A polynomial in the value, which does not overflow.
  template <class T>
  static constexpr T partial(Argument<0>, const Value<T>& slope, const T&) {
    return slope.of - square(slope.of);
  }
};

/// With r = x / (2 + x), log(1 + x) = 2 atanh(r). The term of its series that cancels x is left
/// out.
struct Log1pmx {
  static constexpr const char* kName = "log1pmx";
  static constexpr auto value(const auto& x) {
    // atanh(r) = r + r^3 (1/3 + r^2/5 + r^4/7 + ...). 17 terms are enough for |r| <= 1/3.
    constexpr double kSeries[] = {1. / 3,  1. / 5,  1. / 7,  1. / 9,  1. / 11, 1. / 13,
                                  1. / 15, 1. / 17, 1. / 19, 1. / 21, 1. / 23, 1. / 25,
                                  1. / 27, 1. / 29, 1. / 31, 1. / 33, 1. / 35};
    return branch(
        abs(x - 0.25) <= 0.75,
        [&] {
          const auto r = x / (x + 2.0);
          const auto r_squared = r * r;
          return r * (2.0 * r_squared * polynomial(kSeries, r_squared) - x);
        },
        [&] { return log1p(x) - x; });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return -x / (x + 1.0); }
};

/// exp(x) - 1 - x.
constexpr auto expm1mx(const auto& x) {
  return branch(
      abs(x) <= 1.0,
      [&] {
        // 1/2!, 1/3!, ...
        constexpr double kSeries[] = {1. / 2,
                                      1. / 6,
                                      1. / 24,
                                      1. / 120,
                                      1. / 720,
                                      1. / 5040,
                                      1. / 40320,
                                      1. / 362880,
                                      1. / 3628800,
                                      1. / 39916800,
                                      1. / 479001600,
                                      1. / 6227020800,
                                      1. / 87178291200,
                                      1. / 1307674368000,
                                      1. / 20922789888000,
                                      1. / 355687428096000,
                                      1. / 6402373705728000,
                                      1. / 121645100408832000};
        return x * x * polynomial(kSeries, x);
      },
      [&] { return expm1(x) - x; });
}

}  // namespace torch::distributions::ops::special
