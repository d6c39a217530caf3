#pragma once

#include "ops/special/elementary.h"

/// Corrections of rounding errors, which do not affect derivatives.

namespace torch::distributions::ops::special {

struct Nonnegative;
struct ProductError;
struct QuotientError;
struct SumError;

/// max(x, 0) with the derivative of x, for a quantity that is negative only by rounding.
inline constexpr Function<Nonnegative> nonnegative{};

/// The rounding errors (exact minus rounded) of a + b, a b and a / b, in double. Derivatives treat
/// them as constants. They are 0 if the operation overflows.
inline constexpr Function<SumError> sum_error{};
inline constexpr Function<ProductError> product_error{};
inline constexpr Function<QuotientError> quotient_error{};

struct Nonnegative {
  static constexpr const char* kName = "nonnegative";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) { return max(x, 0.0); }
  static auto of_tensor(const auto& x) { return x.clamp_min(0); }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return like(x, 1.0);
  }
};

struct SumError {
  static constexpr const char* kName = "sum_error";
  static constexpr auto value(const auto& a, const auto& b) {
    const auto error = two_sum(a, b).low;
    return select(abs(error) < kInfinity, error, 0.0);
  }
  static constexpr NoGradient partial(Argument<0>, const auto&, const auto&) { return {}; }
  static constexpr NoGradient partial(Argument<1>, const auto&, const auto&) { return {}; }
};

struct ProductError {
  static constexpr const char* kName = "product_error";
  static constexpr auto value(const auto& a, const auto& b) {
    const auto error = two_product(a, b).low;
    return select(abs(error) < kInfinity, error, 0.0);
  }
  static constexpr NoGradient partial(Argument<0>, const auto&, const auto&) { return {}; }
  static constexpr NoGradient partial(Argument<1>, const auto&, const auto&) { return {}; }
};

/// Its own relative error is that of one rounding, if the product of quotient and divisor does not
/// underflow.
struct QuotientError {
  static constexpr const char* kName = "quotient_error";
  static constexpr auto value(const auto& a, const auto& b) {
    const auto [high, low] = two_product(a / b, b);
    const auto error = ((a - high) - low) / b;
    return select(abs(error) < kInfinity, error, 0.0);
  }
  static constexpr NoGradient partial(Argument<0>, const auto&, const auto&) { return {}; }
  static constexpr NoGradient partial(Argument<1>, const auto&, const auto&) { return {}; }
};

}  // namespace torch::distributions::ops::special
