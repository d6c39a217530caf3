#pragma once

#include <numbers>

#include "ops/random/words.h"
#include "ops/special/constants.h"

/// Numbers that are made of random bits of the width of their type, one by one.

namespace torch::distributions::ops::random {
namespace {

template <class T>
inline constexpr int kBits = 8 * sizeof(T);
/// 2^-kBits.
template <class T>
inline constexpr double kUnit = sizeof(T) == sizeof(float) ? 0x1p-32 : 0x1p-64;

/// The bits as integers of type `Whole`, rounded to T.
template <class T, class Whole>
[[gnu::always_inline]] constexpr Lanes<T> rounded(const BitLanes<T>& bits) {
  if constexpr (sizeof(T) == sizeof(double)) {  // not every instruction set converts 64 bits
    constexpr std::uint64_t kShift = std::bit_cast<std::uint64_t>(0x1p52);
    constexpr bool kIsSigned = std::is_signed_v<Whole>;
    const Wide high = bits >> 32 ^ (kIsSigned ? 0x80000000u : 0u), low = bits & 0xffffffffu;
    return (engine::from_bits<T>(high | kShift) - (kIsSigned ? 0x1p52 + 0x1p31 : 0x1p52)) * 0x1p32 +
           (engine::from_bits<T>(low | kShift) - 0x1p52);
  } else if constexpr (engine::kIsVector) {
    using Integers = typename engine::RegisterOf<Whole>::Type;
    return Lanes<T>(
        __builtin_convertvector(std::bit_cast<Integers>(bits), typename Lanes<T>::Register));
  } else {
    return Lanes<T>(static_cast<double>(static_cast<T>(static_cast<Whole>(bits))));
  }
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> unsigned_number(const BitLanes<T>& bits) {
  return rounded<T, typename engine::Format<T>::Bits>(bits);
}
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> signed_number(const BitLanes<T>& bits) {
  return rounded<T, std::make_signed_t<typename engine::Format<T>::Bits>>(bits);
}

/// Uniform in [0, 1): a multiple of 2^-24 or 2^-53.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> unit_uniform(const BitLanes<T>& bits) {
  constexpr int kDigits = std::numeric_limits<T>::digits;
  return signed_number<T>(bits >> (kBits<T> - kDigits)) * (0.5 * std::numeric_limits<T>::epsilon());
}

/// Uniform in (0, 1], with all bits: (bits + 1/2) / 2^32, rounded to T. As small as 2^-33, or 2^-65.
/// The number of ~bits is 1 minus this one, without cancellation.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> open_uniform(const BitLanes<T>& bits) {
  return (unsigned_number<T>(bits) + 0.5) * kUnit<T>;
}

/// log x of a positive normal x.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> log_of_usual(const Lanes<T>& x) {
  const engine::Split<T> parts(x);
  return engine::log_of_parts(parts.exponent, parts.fraction);
}

/// -log u, given u in (0, 1] and 1 - u. Positive.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> minus_log(const Lanes<T>& u, const Lanes<T>& complement) {
  const engine::Split<T> parts(u);
  return -engine::log_of_parts(parts.exponent,
                               select(parts.exponent == 0.0, -complement, parts.fraction));
}

/// x, with the sign changed where the highest bit is 1.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> with_sign(const BitLanes<T>& bits, const Lanes<T>& x) {
  constexpr auto kHighest = typename engine::Format<T>::Bits{1} << (kBits<T> - 1);
  return engine::from_bits<T>(engine::bits(x) ^ (bits & kHighest));
}
/// Whether the highest bit is 1.
template <class T>
[[gnu::always_inline]] constexpr Mask<T> has_highest(const BitLanes<T>& bits) {
  constexpr auto kHighest = typename engine::Format<T>::Bits{1} << (kBits<T> - 1);
  return Mask<T>((bits & kHighest) != BitLanes<T>{});
}

template <class T>
struct Direction {
  Lanes<T> cosine, sine;
};

/// Of an angle between -pi/4 and pi/4. The polynomials are those of S. L. Moshier's Cephes library.
template <class T>
[[gnu::always_inline]] constexpr Direction<T> direction_of_small(const Lanes<T>& angle) {
  constexpr auto kSine = [] {
    if constexpr (sizeof(T) == sizeof(float)) {
      return std::array{-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4};
    } else {
      return std::array{-1.66666666666666307295e-1, 8.33333333332211858878e-3,
                        -1.98412698295895385996e-4, 2.75573136213857245213e-6,
                        -2.50507477628578072866e-8, 1.58962301576546568060e-10};
    }
  }();
  constexpr auto kCosine = [] {
    if constexpr (sizeof(T) == sizeof(float)) {
      return std::array{4.166664568298827e-2, -1.388731625493765e-3, 2.443315711809948e-5};
    } else {
      return std::array{4.16666666666665929218e-2, -1.38888888888730564116e-3,
                        2.48015872888517045348e-5, -2.75573141792967388112e-7,
                        2.08757008419747316778e-9, -1.13585365213876817300e-11};
    }
  }();
  const auto sum = []<std::size_t n>(const std::array<double, n>& coefficients, const Lanes<T>& z) {
    Lanes<T> result = z * coefficients[n - 1] + coefficients[n - 2];
    for (std::size_t i = n - 2; i-- > 0;) result = result * z + coefficients[i];
    return result;
  };
  const Lanes<T> z = angle * angle;
  return {1.0 - (0.5 * z - z * z * sum(kCosine, z)), angle + angle * (z * sum(kSine, z))};
}

/// The direction of the angle 2 pi (bits + 1/2) / 2^32, or 2^64. Neither coordinate is 0.
template <class T>
[[gnu::always_inline]] constexpr Direction<T> random_direction(const BitLanes<T>& bits) {
  using Bits = typename engine::Format<T>::Bits;
  constexpr Bits kQuarter = Bits{1} << (kBits<T> - 2);
  // The nearest multiple of a right angle is in the two highest bits of `turned`.
  const BitLanes<T> turned = bits + kQuarter / 2;
  const auto near =
      direction_of_small(signed_number<T>(bits << 2 | Bits{2}) * (std::numbers::pi / 2 * kUnit<T>));
  const Mask<T> is_odd = has_highest<T>(turned << 1);
  return {with_sign<T>(turned + kQuarter, select(is_odd, near.sine, near.cosine)),
          with_sign<T>(turned, select(is_odd, near.cosine, near.sine))};
}

// --- Distributions -------------------------------------------------------------------------------

/// Exponential(1).
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> standard_exponential(const BitLanes<T>& bits) {
  return minus_log(open_uniform<T>(bits), open_uniform<T>(~bits));
}

/// Two numbers of Normal(0, 1). G. E. P. Box and M. E. Muller, "A note on the generation of random
/// normal deviates", 1958.
template <class T>
[[gnu::always_inline]] constexpr std::array<Lanes<T>, 2> standard_normals(
    const BitLanes<T>& of_radius, const BitLanes<T>& of_angle) {
  const Lanes<T> radius = sqrt(2.0 * standard_exponential<T>(of_radius));
  const Direction<T> direction = random_direction<T>(of_angle);
  return {radius * direction.cosine, radius * direction.sine};
}

/// Cauchy(0, 1): the tangent of pi (bits + 1/2) / 2^32 - pi / 2.
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> standard_cauchy(const BitLanes<T>& bits) {
  using Bits = typename engine::Format<T>::Bits;
  const auto near =
      direction_of_small(signed_number<T>(bits << 1 | Bits{1}) * (std::numbers::pi / 2 * kUnit<T>));
  const Mask<T> is_central = has_highest<T>(bits + (Bits{1} << (kBits<T> - 2)));
  return select(is_central, near.sine, -near.cosine) / select(is_central, near.cosine, near.sine);
}

/// Laplace(0, 1).
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> standard_laplace(const BitLanes<T>& bits) {
  using Bits = typename engine::Format<T>::Bits;
  constexpr Bits kRest = ~Bits{} >> 1;  // all but the highest bit, which is the sign
  const Mask<T> is_positive = has_highest<T>(bits);
  const Lanes<T> u = (signed_number<T>(bits & kRest) + 0.5) * (2 * kUnit<T>);
  const Lanes<T> complement = (signed_number<T>(~bits & kRest) + 0.5) * (2 * kUnit<T>);
  const Lanes<T> size =
      minus_log(select(is_positive, complement, u), select(is_positive, u, complement));
  return select(is_positive, size, -size);
}

/// Gumbel(0, 1).
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> standard_gumbel(const BitLanes<T>& bits) {
  return -log_of_usual(standard_exponential<T>(bits));
}

/// Logistic(0, 1).
template <class T>
[[gnu::always_inline]] constexpr Lanes<T> standard_logistic(const BitLanes<T>& bits) {
  return log_of_usual(open_uniform<T>(bits) / open_uniform<T>(~bits));
}

/// floor(bits n / 2^64): nearly uniform in [0, n). The probability of no number is wrong by more
/// than 2^-64.
template <class W>
[[gnu::always_inline]] constexpr W upper_product(const W& bits, std::uint64_t n) {
  const W n_low = W{} + (n & 0xffffffffu), n_high = W{} + (n >> 32);
  const W high = bits >> 32;
  const W high_low = product_of_low(high, n_low), low_high = product_of_low(bits, n_high);
  const W middle =
      (product_of_low(bits, n_low) >> 32) + (high_low & 0xffffffffu) + (low_high & 0xffffffffu);
  return product_of_low(high, n_high) + (high_low >> 32) + (low_high >> 32) + (middle >> 32);
}

}  // namespace
}  // namespace torch::distributions::ops::random
