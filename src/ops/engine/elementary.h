#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "ops/engine/lanes.h"
#include "ops/special/coefficients.h"
#include "ops/special/scalar.h"

/// The elementary functions of SIMD numbers, inline.
///
/// LibTorch's functions are library calls. Registers pass through memory, and a call is made even
/// if only the derivative is used. The functions here cost half as much, and the compiler removes
/// unused ones. Worst errors in units in the last place: log 0.8, exp 1.1, log1p 1.4, expm1 2.1.
/// Subnormal numbers, infinities and NaN are treated as in C, by separate functions that take their
/// argument by value, in a register.

namespace torch::distributions::ops::engine {
namespace {

#if defined(__CUDACC__)

// CUDA's own functions are inline, and as accurate as those below.
template <class T>
constexpr Lanes<T> exp(const Lanes<T>& x) {
  return Lanes<T>(std::exp(x.lanes()));
}
template <class T>
constexpr Lanes<T> expm1(const Lanes<T>& x) {
  return Lanes<T>(std::expm1(x.lanes()));
}
template <class T>
constexpr Lanes<T> log(const Lanes<T>& x) {
  return Lanes<T>(std::log(x.lanes()));
}
template <class T>
constexpr Lanes<T> log1p(const Lanes<T>& x) {
  return Lanes<T>(std::log1p(x.lanes()));
}

#else

/// The layout of an IEEE number.
template <class T>
struct Format;
template <>
struct Format<float> {
  using Bits = std::uint32_t;
  static constexpr int kFractionBits = 23;
  static constexpr Bits kBias = 127;
  static constexpr double kLog2High = 355.0 / 512;  // its product with any exponent is exact
  static constexpr double kLog2Low = -2.121944400546905827679e-4;
};
template <>
struct Format<double> {
  using Bits = std::uint64_t;
  static constexpr int kFractionBits = 52;
  static constexpr Bits kBias = 1023;
  static constexpr double kLog2High = 0x1.62e42feep-1;
  static constexpr double kLog2Low = 1.90821492927058770002e-10;
};

template <class T>
using BitLanes = typename RegisterOf<typename Format<T>::Bits>::Type;

template <class T>
[[gnu::always_inline]] constexpr BitLanes<T> bits(const Lanes<T>& x) {
  return std::bit_cast<BitLanes<T>>(x.lanes());
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> from_bits(const BitLanes<T>& bits) {
  return Lanes<T>(std::bit_cast<typename RegisterOf<T>::Type>(bits));
}

/// Adding kRounder rounds to an integer, and puts it into the lowest bits of the sum.
template <class T>
inline constexpr T kRounder = T(1.5) / std::numeric_limits<T>::epsilon();

/// 2^n for an integer n, if that is a normal number.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> power_of_two(const Lanes<T>& n) {
  return from_bits<T>((bits(n + kRounder<T>) + Format<T>::kBias) << Format<T>::kFractionBits);
}

/// x = 2^exponent (1 + fraction) for a positive normal x, with sqrt(1/2) <= 1 + fraction < sqrt(2).
template <class T>
struct Split {
  Lanes<T> exponent, fraction;

  [[gnu::always_inline]] constexpr explicit Split(const Lanes<T>& x) {
    using F = Format<T>;
    using Bits = typename F::Bits;
    constexpr Bits kSqrtHalf = std::bit_cast<Bits>(static_cast<T>(1 / std::numbers::sqrt2));
    constexpr Bits kOne = Bits{1} << F::kFractionBits;
    constexpr T kShift = 1 / std::numeric_limits<T>::epsilon();  // its lowest bit has the value 1
    const BitLanes<T> above = bits(x) - kSqrtHalf;
    const BitLanes<T> biased = (above + F::kBias * kOne) >> F::kFractionBits;
    exponent = from_bits<T>(biased | std::bit_cast<Bits>(kShift)) - (kShift + T(F::kBias));
    fraction = from_bits<T>((above & (kOne - 1)) + kSqrtHalf) - 1.0;
  }
};

template <class T>
[[gnu::always_inline]] constexpr Mask<T> is_positive_normal(const Lanes<T>& x) {
  return x >= double{std::numeric_limits<T>::min()} && x < kInfinity;
}

/// exponent log 2 + log(1 + f), with sqrt(1/2) <= 1 + f < sqrt(2).
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> log_of_parts(const Lanes<T>& exponent,
                                                       const Lanes<T>& f) {
  constexpr double kHigh = Format<T>::kLog2High, kLow = Format<T>::kLog2Low;
  const Lanes<T> square = f * f;
  if constexpr (sizeof(T) == sizeof(float)) {
    const Lanes<T> cubic = special::polynomial(special::kLog1pOfFloat, f);
    const Lanes<T> rest = multiply_add(Lanes<T>(square * f), cubic, exponent * kLow);
    return multiply_add(exponent, Lanes<T>(kHigh), f + multiply_add(square, Lanes<T>(-0.5), rest));
  } else {
    const Lanes<T> half_square = 0.5 * square, s = f / (f + 2.0), z = s * s;
    const Lanes<T> rest = multiply_add(z, special::polynomial(special::kAtanh, z), half_square);
    const Lanes<T> tail = half_square - multiply_add(s, rest, exponent * kLow);
    return multiply_add(exponent, Lanes<T>(kHigh), f - tail);
  }
}

/// log(x) for all x, including those that are not positive and normal.
template <class T>
[[gnu::noinline, gnu::cold, gnu::const]] constexpr Lanes<T> log_of_any(Lanes<T> x) {
  constexpr double kScale = 1 / double{std::numeric_limits<T>::epsilon()};
  const Mask<T> is_normal = is_positive_normal(x);
  const Mask<T> is_subnormal = x > 0.0 && x < double{std::numeric_limits<T>::min()};
  const Split<T> parts(select(is_normal, x, select(is_subnormal, x * kScale, Lanes<T>(1.0))));
  const Lanes<T> exponent =
      select(is_subnormal, parts.exponent - Format<T>::kFractionBits, parts.exponent);
  const Lanes<T> special =
      select(x == 0.0, Lanes<T>(-kInfinity), select(x > 0.0, x, Lanes<T>(kNaN)));
  return select(is_normal || is_subnormal, log_of_parts(exponent, parts.fraction), special);
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> log(const Lanes<T>& x) {
  if (!is_positive_normal(x).all()) [[unlikely]]
    return log_of_any(x);
  const Split<T> parts(x);
  return log_of_parts(parts.exponent, parts.fraction);
}

/// Whether `log1p_of_usual` computes log1p(x). For larger x, 1 + x rounds to x.
template <class T>
[[gnu::always_inline]] constexpr Mask<T> has_usual_log1p(const Lanes<T>& x) {
  return x > -1.0 && x < 4 / double{std::numeric_limits<T>::epsilon()};
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> log1p_of_usual(const Lanes<T>& x) {
  // The fraction is computed from x itself, because 1 + x has lost digits of x.
  const Lanes<T> exponent = Split<T>(x + 1.0).exponent, scale = power_of_two(-exponent);
  return log_of_parts(exponent, multiply_add(x, scale, scale - 1.0));
}
template <class T>
[[gnu::noinline, gnu::cold, gnu::const]] constexpr Lanes<T> log1p_of_any(Lanes<T> x) {
  const Mask<T> is_usual = has_usual_log1p(x);
  return select(is_usual, log1p_of_usual(select(is_usual, x, Lanes<T>(0.0))),
                log_of_any(select(x == -1.0, Lanes<T>(0.0), x)));
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> log1p(const Lanes<T>& x) {
  if (!has_usual_log1p(x).all()) [[unlikely]]
    return log1p_of_any(x);
  return log1p_of_usual(x);
}

/// x = exponent log 2 + rest with |rest| <= log(2) / 2; `expm1` is expm1(rest).
template <class T>
struct Reduced {
  Lanes<T> exponent, expm1;

  [[gnu::always_inline]] constexpr explicit Reduced(const Lanes<T>& x) {
    exponent = (x * std::numbers::log2e + kRounder<T>)-kRounder<T>;
    const Lanes<T> r = (x - exponent * Format<T>::kLog2High) - exponent * Format<T>::kLog2Low;
    if constexpr (sizeof(T) == sizeof(float)) {
      expm1 = r + r * r * special::polynomial(special::kExpOfFloat, r);
    } else {
      expm1 = r + r * r * special::polynomial(special::kExp, r);
    }
  }
};

/// (1 + expm1) * power for a power of 2, rounded once. Without a fused multiply-add, 1 is added
/// first, because expm1 * power may underflow.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> times_power(const Lanes<T>& expm1,
                                                      const Lanes<T>& power) {
  if constexpr (kIsVector) {
    return multiply_add(power, expm1, power);
  } else {
    return (expm1 + 1.0) * power;
  }
}

/// Whether exp(x) is surely a normal number. False also close to the limits.
template <class T>
[[gnu::always_inline]] constexpr Mask<T> has_normal_exp(const Lanes<T>& x) {
  return x > (std::numeric_limits<T>::min_exponent + 1) * kLog2 &&
         x < (std::numeric_limits<T>::max_exponent - 1) * kLog2;
}

/// exp(x) for all x, including those whose exponential is not normal.
template <class T>
[[gnu::noinline, gnu::cold, gnu::const]] constexpr Lanes<T> exp_of_any(Lanes<T> x) {
  using Limits = std::numeric_limits<T>;
  constexpr double kLow = 1.1 * (Limits::min_exponent - Limits::digits);
  constexpr double kHigh = Limits::max_exponent;
  const Reduced<T> parts(select(x < kLow, Lanes<T>(kLow), select(x > kHigh, Lanes<T>(kHigh), x)));
  // Multiply by two powers of half the exponent, so that only the last product can overflow or
  // underflow.
  const Lanes<T> half = floor(0.5 * parts.exponent);
  return (parts.expm1 + 1.0) * power_of_two(half) * power_of_two(Lanes<T>(parts.exponent - half));
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> exp(const Lanes<T>& x) {
  if (!has_normal_exp(x).all()) [[unlikely]]
    return exp_of_any(x);
  const Reduced<T> parts(x);
  return times_power(parts.expm1, power_of_two(parts.exponent));
}

template <class T>
[[gnu::always_inline]] constexpr Lanes<T> expm1_of_usual(const Lanes<T>& x) {
  const Reduced<T> parts(x);
  const Lanes<T> power = power_of_two(parts.exponent);
  return multiply_add(power, parts.expm1, power - 1.0);
}
template <class T>
[[gnu::noinline, gnu::cold, gnu::const]] constexpr Lanes<T> expm1_of_any(Lanes<T> x) {
  const Mask<T> is_usual = has_normal_exp(x);
  return select(is_usual, expm1_of_usual(select(is_usual, x, Lanes<T>(0.0))), exp_of_any(x) - 1.0);
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> expm1(const Lanes<T>& x) {
  if (!has_normal_exp(x).all()) [[unlikely]]
    return expm1_of_any(x);
  return expm1_of_usual(x);
}

#endif

}  // namespace
}  // namespace torch::distributions::ops::engine
