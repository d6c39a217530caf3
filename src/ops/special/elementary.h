#pragma once

#include <cmath>

#include "ops/special/scalar.h"

/// Elementary functions, which every scalar type implements.

namespace torch::distributions::ops::special {

struct Abs;
struct Erfc;
struct Exp;
struct Floor;
struct Log;
struct Log1p;
struct Sin;
struct Sqrt;
struct Square;
struct Tan;
inline constexpr Function<Abs> abs{};
inline constexpr Function<Erfc> erfc{};
inline constexpr Function<Exp> exp{};
inline constexpr Function<Floor> floor{};
inline constexpr Function<Log> log{};
inline constexpr Function<Log1p> log1p{};
inline constexpr Function<Sin> sin{};
inline constexpr Function<Sqrt> sqrt{};
inline constexpr Function<Square> square{};
inline constexpr Function<Tan> tan{};

namespace internal {
constexpr double square(double x) { return x * x; }
}  // namespace internal

// Each using-declaration brings in the function of double. It also hides the function object of the
// same name, so argument-dependent lookup finds the functions of the other types.

struct Abs {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::abs;
    return abs(x);
  }
  static constexpr auto partial(Argument<0>, const auto& x) {
    return select(x > 0.0, like(x, 1.0), select(x < 0.0, like(x, -1.0), like(x, 0.0)));
  }
};

struct Erfc {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::erfc;
    return erfc(x);
  }
  static constexpr auto partial(Argument<0>, const auto& x) {
    return -kTwoOverSqrtPi * exp(-square(x));
  }
};

struct Exp {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::exp;
    return exp(x);
  }
  template <class T>
  [[gnu::always_inline]] static constexpr T partial(Argument<0>, const Value<T>& value, const T&) {
    return value.of;
  }
};

struct Floor {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::floor;
    return floor(x);
  }
  static constexpr NoGradient partial(Argument<0>, const auto&) { return {}; }
};

struct Log {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::log;
    return log(x);
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return 1.0 / x;
  }
};

struct Log1p {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::log1p;
    return log1p(x);
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return 1.0 / (x + 1.0);
  }
};

struct Sin {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::sin;
    return sin(x);
  }
};

struct Sqrt {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::sqrt;
    return sqrt(x);
  }
  template <class T>
  [[gnu::always_inline]] static constexpr T partial(Argument<0>, const Value<T>& root, const T&) {
    return 0.5 / root.of;
  }
};

struct Square {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using internal::square;
    return square(x);
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) { return x + x; }
};

struct Tan {
  static constexpr bool kIsElementary = true;
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    using std::tan;
    return tan(x);
  }
};

}  // namespace torch::distributions::ops::special
