#pragma once

#include "ops/special/exponential.h"
#include "ops/special/sigmoid.h"

/// Hyperbolic functions. Their derivatives are relatively accurate in both tails.

namespace torch::distributions::ops::special {

struct Atanh;
struct LogCosh;
struct Tanh;

/// tanh(x). Error: relative, 2 units; gradient 4.
inline constexpr Function<Tanh> tanh{};

/// The inverse of tanh. Error: relative, 4 units; gradient the same.
inline constexpr Function<Atanh> atanh{};

/// log(cosh(x)) for every x. Error: 2 units; gradient relative, 2.
inline constexpr Function<LogCosh> log_cosh{};

struct Tanh {
  static constexpr const char* kName = "tanh";
  static constexpr auto value(const auto& x) {
    const auto less = expm1(-2.0 * abs(x)), size = -less / (less + 2.0);
    return select(x > 0.0, size, select(x < 0.0, -size, x));
  }
  static auto of_tensor(const auto& x) { return x.tanh(); }
  static constexpr auto partial(Argument<0>, const auto& x) {
    return 4.0 * (sigmoid(2.0 * x) * sigmoid(-2.0 * x));
  }
};

struct Atanh {
  static constexpr const char* kName = "atanh";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    const auto size = abs(x), result = 0.5 * log1p((size + size) / (1.0 - size));
    return select(x < 0.0, -result, result);
  }
  static auto of_tensor(const auto& x) { return x.atanh(); }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return 1.0 / ((1.0 - x) * (x + 1.0));
  }
};

struct LogCosh {
  static constexpr const char* kName = "log_cosh";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    const auto size = abs(x);
    return size + (log1p(exp(-2.0 * size)) - kLog2);
  }
  static auto of_tensor(const auto& x) {
    const auto size = x.abs();
    return size + ((-2.0 * size).exp().log1p() - kLog2);
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return tanh(x); }
};

}  // namespace torch::distributions::ops::special
