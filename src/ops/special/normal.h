#pragma once

#include "ops/special/elementary.h"

/// The standard normal distribution.

namespace torch::distributions::ops::special {

struct InverseMills;
struct InverseMillsExcess;
struct LogNdtr;
struct Ndtr;
struct Ndtri;
struct NormalDensity;
struct Standardized;

/// (x - loc) / scale, even if the difference overflows. Error: relative, 2 units; gradient the
/// same.
inline constexpr Function<Standardized> standardized{};

/// phi(x) = exp(-x^2 / 2) / sqrt(2 pi).
inline constexpr Function<NormalDensity> normal_density{};

/// Phi(x), the standard normal distribution function. It is relatively accurate in both tails, down
/// to the smallest representable result. Error: relative, 4 units; gradient 4 + 1 log.
inline constexpr Function<Ndtr> ndtr{};

/// log Phi(x). Error: relative, 4 + 2 log; gradient 16 + 2 log.
inline constexpr Function<LogNdtr> log_ndtr{};

/// The inverse of Phi, for 0 <= p <= 1. Error: 4 units; gradient relative, 8 + 2 log.
inline constexpr Function<Ndtri> ndtri{};

/// phi(x) / Phi(x), the derivative of log Phi (the inverse Mills ratio of -x). Error: relative, 16
/// + 2 log; gradient 32 + 2 log.
inline constexpr Function<InverseMills> inverse_mills{};

/// x + inverse_mills(x).
inline constexpr Function<InverseMillsExcess> inverse_mills_excess{};

struct Standardized {
  static constexpr const char* kName = "standardized";
  [[gnu::always_inline]] static constexpr auto value(const auto& x, const auto& loc,
                                                     const auto& scale) {
    const auto difference = x - loc;
    if (!all(abs(difference) < kInfinity)) [[unlikely]]
      return of_any(x, loc, scale);
    return difference / scale;
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto&, const auto&,
                                                       const auto& scale) {
    return 1.0 / scale;
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<1>, const auto&, const auto&,
                                                       const auto& scale) {
    return -(1.0 / scale);
  }
  template <class T>
  [[gnu::always_inline]] static constexpr T partial(Argument<2>, const Value<T>& z, const T&,
                                                    const T&, const T& scale) {
    return -z.of * (1.0 / scale);
  }

 private:
  /// If the difference overflows, that of the halves does not.
  template <class T>
  [[gnu::noinline, gnu::cold, gnu::const]] static constexpr T of_any(T x, T loc, T scale) {
    const T difference = x - loc;
    return branch(
        abs(difference) < kInfinity, [&] { return difference / scale; },
        [&] { return (0.5 * x - 0.5 * loc) / (0.5 * scale); });
  }
};

struct NormalDensity {
  static constexpr const char* kName = "normal_density";
  [[gnu::always_inline]] static constexpr auto value(const auto& x) {
    return exp(-0.5 * square(x)) * (1 / kSqrt2Pi);
  }
  static auto of_tensor(const auto& x) { return (-0.5 * x.square()).exp() * (1 / kSqrt2Pi); }
  /// x is clamped where phi(x) is 0, which avoids 0 * inf.
  template <class T>
  static constexpr T partial(Argument<0>, const Value<T>& density, const T& x) {
    return -clamp(x, -40, 40) * density.of;
  }
};

/// Phi(x) = erfc(-x / sqrt 2) / 2. In the left tail the relative condition number of erfc(z) is 2
/// z^2, so the rounding of z is corrected to first order.
struct Ndtr {
  static constexpr const char* kName = "ndtr";
  [[gnu::noinline, gnu::pure]] static constexpr auto value(const auto& x) {
    constexpr double kHigh = -0x1.6a09e667f3bcdp-1;  // -1 / sqrt 2 in two parts
    constexpr double kLow = 0x1.bdd3413b26456p-55;
    const auto bounded = clamp(x, -40.0, 40.0);  // beyond, the result is 0 or 1
    const auto z = two_product(bounded, like(x, kHigh));
    const auto rest = z.low + bounded * kLow;
    return 0.5 * (erfc(z.high) - rest * kTwoOverSqrtPi * exp(-z.high * z.high));
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x) {
    return normal_density(x);
  }
};

struct LogNdtr {
  static constexpr const char* kName = "log_ndtr";
  template <class Tensor>
  static Tensor of_tensor(const Tensor& x) {
    return in_double(x, [](const Tensor& y) { return LibTorch<Tensor>::log_ndtr(y); });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return inverse_mills(x); }
};

struct Ndtri {
  static constexpr const char* kName = "ndtri";
  template <class Tensor>
  static Tensor of_tensor(const Tensor& p) {
    return in_double(p, [](const Tensor& q) { return LibTorch<Tensor>::ndtri(q); });
  }
  template <class T>
  static constexpr T partial(Argument<0>, const Value<T>& z, const T&) {
    return kSqrt2Pi * exp(0.5 * square(z.of));
  }
};

struct InverseMills {
  static constexpr const char* kName = "inverse_mills";
  template <class Tensor>
  static Tensor of_tensor(const Tensor& x) {
    return in_double(x, [](const Tensor& y) {
      return kSqrtTwoOverPi / LibTorch<Tensor>::erfcx(y * -kSqrtHalf);
    });
  }
  template <class T>
  static constexpr T partial(Argument<0>, const Value<T>& h, const T& x) {
    return -h.of * inverse_mills_excess(x);
  }
};

struct InverseMillsExcess {
  static constexpr const char* kName = "inverse_mills_excess";
  template <class Tensor>
  static Tensor of_tensor(const Tensor& x) {
    return elementwise([](const auto& y, const auto& h) { return from_mills(y, h); }, x,
                       inverse_mills(x));
  }
  template <class T>
  static constexpr T partial(Argument<0>, const Value<T>& excess, const T& x) {
    return 1.0 - inverse_mills(x) * excess.of;
  }

 private:
  /// x + h, with h = phi(x) / Phi(x). For x <= -3 the two nearly cancel, and Laplace's continued
  /// fraction is used.
  template <class T>
  static constexpr auto from_mills(const T& x, const T& h) {
    constexpr int kTerms = 60;
    return branch(
        x > -3.0, [&] { return x + h; },
        [&] {
          auto tail = -x;
          for (int i = kTerms; i >= 2; --i) tail = double(i) / tail - x;
          return 1.0 / tail;
        });
  }
};

}  // namespace torch::distributions::ops::special
