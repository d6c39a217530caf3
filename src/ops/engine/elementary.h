#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <type_traits>
#include <utility>

#include "ops/engine/lanes.h"
#include "ops/special/coefficients.h"
#include "ops/special/log_in_parts_coefficients.h"
#include "ops/special/scalar.h"

/// The elementary functions of SIMD numbers, inline.
///
/// LibTorch's functions are library calls. Registers pass through memory, and a call is made even
/// if only the derivative is used. The functions here cost half as much, and the compiler removes
/// unused ones. Worst errors in units in the last place: log 0.8, exp 1.1, log1p 1.4, expm1 2.1.
/// Subnormal numbers, infinities and NaN are treated as in C, by separate functions that take their
/// argument by value, in a register. In a reproducible source (lanes.h), the result of a lane does
/// not depend on the other lanes.

namespace torch::distributions::ops::engine {
namespace {

/// `log_in_parts` in double.
template <class T>
constexpr special::Pair<Lanes<T>> log_in_parts_by_lane(const Lanes<T>& x) {
  static_assert(!kIsReproducible || sizeof(T) == 0, "it calls the C library");
  T high[Lanes<T>::kCount], low[Lanes<T>::kCount];
  x.store(high);
  for (int64_t i = 0; i < Lanes<T>::kCount; ++i) {
    const double exact = std::log(static_cast<double>(high[i]));
    high[i] = static_cast<T>(exact);
    low[i] = std::abs(exact) < kInfinity ? static_cast<T>(exact - double{high[i]}) : T(0);
  }
  return {Lanes<T>::load(high), Lanes<T>::load(low)};
}

#if defined(__CUDACC__) && !defined(TORCH_DISTRIBUTIONS_REPRODUCIBLE)

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
template <class T>
constexpr special::Pair<Lanes<T>> log_in_parts(const Lanes<T>& x) {
  return log_in_parts_by_lane(x);
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

/// x = 2^exponent significand for a positive normal x, with sqrt(1/2) <= significand < sqrt(2), and
/// fraction = significand - 1. `place` counts the numbers from sqrt(1/2) to the significand, modulo
/// a power of 2.
template <class T>
struct Split {
  Lanes<T> exponent, significand, fraction;
  BitLanes<T> place;

  [[gnu::always_inline]] constexpr explicit Split(const Lanes<T>& x) {
    using F = Format<T>;
    using Bits = typename F::Bits;
    constexpr Bits kSqrtHalf = std::bit_cast<Bits>(static_cast<T>(1 / std::numbers::sqrt2));
    constexpr Bits kOne = Bits{1} << F::kFractionBits;
    place = bits(x) - kSqrtHalf;
    if constexpr (sizeof(T) == sizeof(float)) {
      using Whole = typename RegisterOf<std::make_signed_t<Bits>>::Type;
      const Whole whole = std::bit_cast<Whole>(place) >> F::kFractionBits;
      if constexpr (kIsVector) {
        exponent = Lanes<T>(__builtin_convertvector(whole, typename Lanes<T>::Register));
      } else {
        exponent = Lanes<T>(static_cast<double>(whole));
      }
      significand = from_bits<T>(bits(x) - (std::bit_cast<BitLanes<T>>(whole) << F::kFractionBits));
    } else {  // not every instruction set converts integers of 64 bits
      constexpr T kShift = 1 / std::numeric_limits<T>::epsilon();  // its lowest bit has the value 1
      const BitLanes<T> biased = (place + F::kBias * kOne) >> F::kFractionBits;
      exponent = from_bits<T>(biased | std::bit_cast<Bits>(kShift)) - (kShift + T(F::kBias));
      significand = from_bits<T>(bits(x) - (place & ~(kOne - 1)));
    }
    fraction = significand - 1.0;
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

/// A table of 16 numbers as T.
template <class T, const double (&table)[16]>
inline constexpr auto kTableOf = []<std::size_t... i>(std::index_sequence<i...>) {
  return std::array<T, 16>{static_cast<T>(table[i])...};
}(std::make_index_sequence<16>());

/// table[i] in each lane, for the lowest 4 bits i of `index`.
template <class T>
  requires(kIsVector && sizeof(T) == sizeof(float))
[[gnu::always_inline]] constexpr Lanes<T> look_up(const std::array<T, 16>& table,
                                                  const BitLanes<T>& index) {
  using Register = typename Lanes<T>::Register;
#if defined(CPU_CAPABILITY_AVX512)  // masked, because g++ 12 warns of the other form's header
  return Lanes<T>(reinterpret_cast<Register>(_mm512_maskz_permutexvar_ps(
      0xffff, reinterpret_cast<__m512i>(index), _mm512_loadu_ps(table.data()))));
#elif defined(CPU_CAPABILITY_AVX2)
  const auto places = reinterpret_cast<__m256i>(index);
  const __m256 low = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table.data()), places);
  const __m256 high = _mm256_permutevar8x32_ps(_mm256_loadu_ps(table.data() + 8), places);
  const __m256 is_high = _mm256_castsi256_ps(_mm256_slli_epi32(places, 28));  // by the sign bit
  return Lanes<T>(reinterpret_cast<Register>(_mm256_blendv_ps(low, high, is_high)));
#else
  Register result{};
  for (int64_t i = 0; i < Lanes<T>::kCount; ++i) result[i] = table[index[i] & 15];
  return Lanes<T>(result);
#endif
}

/// `log_in_parts` of positive normal floats. With a number c from a table, x = 2^n (1 + r) / c and
/// log x = (n log 2 - log c) + r - r^2 / 2 + ..., where r and the high part of n log 2 - log c are
/// exact.
template <class T>
  requires(kIsVector && sizeof(T) == sizeof(float))
[[gnu::always_inline]] constexpr special::Pair<Lanes<T>> log_in_parts_of_usual(const Lanes<T>& x) {
  constexpr double kLog2High = 45426.0 / 65536, kLog2Low = 1.4286068203094173e-06;
  const Split<T> parts(x);
  const BitLanes<T> bin = parts.place >> (Format<T>::kFractionBits - 4);
  const Lanes<T> c = look_up(kTableOf<T, special::kReciprocal>, bin);
  const Lanes<T> r = multiply_add(parts.significand, c, -1.0);
  const Lanes<T> square = r * r, square_error = multiply_add(r, r, -square), minus_half(-0.5);
  const Lanes<T> first = multiply_add(parts.exponent, Lanes<T>(kLog2High),
                                      look_up(kTableOf<T, special::kLogHigh>, bin));
  const Lanes<T> sum = first + r, sum_error = r - (sum - first);
  const Lanes<T> low =
      multiply_add(parts.exponent, Lanes<T>(kLog2Low), look_up(kTableOf<T, special::kLogLow>, bin));
  const Lanes<T> rest =
      multiply_add(Lanes<T>(square * r), special::polynomial(special::kLog1pOfSmall, r),
                   low + multiply_add(minus_half, square_error, sum_error));
  const Lanes<T> high = sum + multiply_add(minus_half, square, rest);
  return {high, multiply_add(minus_half, square, Lanes<T>(sum - high)) + rest};
}
template <class T>
[[gnu::noinline, gnu::cold, gnu::const]] constexpr special::Pair<Lanes<T>> log_in_parts_of_any(
    Lanes<T> x) {
  const Mask<T> is_usual = is_positive_normal(x);
  const auto usual = log_in_parts_of_usual(select(is_usual, x, Lanes<T>(1.0)));
  const auto other = log_in_parts_by_lane(x);
  return {select(is_usual, usual.high, other.high), select(is_usual, usual.low, other.low)};
}
/// log x, and its rounding error. For floats, the error of their sum is at most 2^-37 max(1,
/// |log x|). For doubles, the second part is 0.
template <class T>
[[gnu::always_inline]] constexpr special::Pair<Lanes<T>> log_in_parts(const Lanes<T>& x) {
  if constexpr (sizeof(T) == sizeof(double)) {
    return {log(x), Lanes<T>(0.0)};
  } else if constexpr (!kIsVector) {
    return log_in_parts_by_lane(x);
  } else {
    if (!is_positive_normal(x).all()) [[unlikely]]
      return log_in_parts_of_any(x);
    return log_in_parts_of_usual(x);
  }
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
  if constexpr (kIsVector && !kIsReproducible) {
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
