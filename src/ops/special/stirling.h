#pragma once

#include "ops/special/digamma.h"
#include "ops/special/exponential.h"

/// The remainders of Stirling's formula for log Gamma and its derivatives. Densities and entropies
/// combine the large terms analytically and add these:
///
///     stirlerr(x)                = lgamma(x + 1) - (x + 1/2) log x + x - log(2 pi) / 2
///     log_factorial_remainder(x) = lgamma(x + 1) - x log x + x
///     log_minus_digamma(x)       = log x - psi(x)
///
/// The suffixes `_d1` and `_d2` denote first and second derivatives.

namespace torch::distributions::ops::special {

struct LogFactorial;
struct LogFactorialRemainder;
struct LogFactorialRemainderD1;
struct LogFactorialRemainderD2;
struct LogMinusDigamma;
struct LogMinusDigammaD1;
struct LogOverDigamma;
struct LogOverDigamma1p;
struct Stirlerr;
struct StirlerrD1;
struct StirlerrD2;

/// Loader's stirlerr, for x > 0. Error: relative, 8 units; gradient 4, not relative.
inline constexpr Function<Stirlerr> stirlerr{};
/// psi(x) - log x + 1/(2x), for x > 0. Error: relative, 128 units (below 12, terms cancel).
inline constexpr Function<StirlerrD1> stirlerr_d1{};
/// psi'(x) - 1/x - 1/(2x^2), for x > 0.
inline constexpr Function<StirlerrD2> stirlerr_d2{};

/// lgamma(x + 1) for x >= 0. Error: 4 units; gradient the same.
inline constexpr Function<LogFactorial> log_factorial{};

/// lgamma(x + 1) - x log x + x for x >= 0. It is stirlerr(x) + log(2 pi x) / 2, but 0 at 0. It
/// makes ratios of factorials without cancellation. Error: relative, 2 units; gradient 4.
inline constexpr Function<LogFactorialRemainder> log_factorial_remainder{};
/// psi(x + 1) - log x.
inline constexpr Function<LogFactorialRemainderD1> log_factorial_remainder_d1{};
/// psi'(x + 1) - 1/x.
inline constexpr Function<LogFactorialRemainderD2> log_factorial_remainder_d2{};

/// log x - psi(x) for x > 0. Error: relative, 4 units; gradient 16.
inline constexpr Function<LogMinusDigamma> log_minus_digamma{};
/// 1/x - psi'(x).
inline constexpr Function<LogMinusDigammaD1> log_minus_digamma_d1{};

/// log m - psi(x) for m, x > 0, without cancellation if m and x are close. Error: 4 units; gradient
/// relative, 4.
inline constexpr Function<LogOverDigamma> log_over_digamma{};
/// log m - psi(x + 1) for m > 0, x >= 0, without cancellation and without rounding x + 1. Error: 4
/// units; gradient relative, 4.
inline constexpr Function<LogOverDigamma1p> log_over_digamma1p{};

// --- Approximations -----------------------------------------------------------------------------

/// lgamma(x + 1) for 0 <= x <= 1, relatively accurate at its zeros 0 and 1.
constexpr auto lgamma1p_unit(const auto& x) {
  return x * (x - 1.0) * polynomial(kLogGamma1p, x * 2.0 - 1.0);
}

/// stirlerr(x) for x >= 1.
constexpr auto stirlerr_from_one(const auto& x) {
  return polynomial(kStirlingError, to_unit_interval(x)) / x;
}

/// stirlerr(x) and log x - psi(x) for x >= 1, as functions of 1/x, to float precision.
constexpr auto stirlerr_of_inverse(const auto& inverse) {
  return inverse * polynomial(kStirlingErrorOfFloat, inverse);
}
constexpr auto log_minus_digamma_of_inverse(const auto& inverse) {
  return inverse * polynomial(kLogMinusDigammaOfFloat, inverse);
}

/// x log x, and 0 at 0.
constexpr auto x_log_x(const auto& x) {
  return branch(
      x > 0.0, [&] { return x * log(x); }, [&] { return x; });
}

/// 1 / x, or the largest number where that overflows.
constexpr auto finite_inverse(const auto& x) { return min(1.0 / x, kLargestNumber); }

/// log(x / y) for x, y > 0, without cancellation if they are close.
constexpr auto log_ratio(const auto& x, const auto& y) {
  return branch(
      abs(x - y) < 0.5 * y, [&] { return log1p((x - y) / y); },
      [&] {
        const auto ratio = x / y;
        return branch(
            ratio > 1e-290 && ratio < 1e290, [&] { return log(ratio); },
            [&] { return log(x) - log(y); });
      });
}

// --- The functions ------------------------------------------------------------------------------

struct Stirlerr {
  static constexpr const char* kName = "stirlerr";
  static constexpr auto value(const auto& x) {
    return branch(
        x >= 1.0, [&] { return stirlerr_from_one(x); },
        [&] { return lgamma1p_unit(x) - (x + 0.5) * log(x) + (x - kLogSqrt2Pi); });
  }
  static constexpr auto partial(Argument<0>, const auto& x) {
    return log_factorial_remainder_d1(x) - 0.5 / x;
  }
};

struct StirlerrD1 {
  static constexpr const char* kName = "stirlerr_d1";
  [[gnu::noinline, gnu::pure]] static constexpr auto value(const auto& x) {
    // B_2k / 2k
    constexpr double kSeries[] = {1. / 12,  -1. / 120,     1. / 252, -1. / 240,
                                  1. / 132, -691. / 32760, 1. / 12,  -3617. / 8160};
    return branch(
        x >= 12.0,
        [&] {
          const auto u = 1.0 / (x * x);
          return -u * polynomial(kSeries, u);
        },
        [&] { return 0.5 / x - log_minus_digamma(x); });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return stirlerr_d2(x); }
};

struct StirlerrD2 {
  static constexpr const char* kName = "stirlerr_d2";
  [[gnu::noinline, gnu::pure]] static constexpr auto value(const auto& x) {
    // B_2k
    constexpr double kSeries[] = {1. / 6,  -1. / 30,     1. / 42, -1. / 30,
                                  5. / 66, -691. / 2730, 7. / 6,  -3617. / 510};
    return branch(
        x >= 12.0,
        [&] {
          const auto u = 1.0 / (x * x);
          return u / x * polynomial(kSeries, u);
        },
        [&] { return trigamma(x) - 1.0 / x - 0.5 / (x * x); });
  }
  static constexpr auto partial(Argument<0>, const auto& x) {
    const auto inverse = 1.0 / x;
    return polygamma(2, x) + inverse * inverse * (1.0 + inverse);
  }
};

struct LogFactorial {
  static constexpr const char* kName = "log_factorial";
  static constexpr auto value(const auto& x) {
    return branch(
        x >= 1.0, [&] { return ((x + 0.5) * log(x) - x) + (stirlerr_from_one(x) + kLogSqrt2Pi); },
        [&] { return lgamma1p_unit(x); });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return digamma(x + 1.0); }
};

struct LogFactorialRemainder {
  static constexpr const char* kName = "log_factorial_remainder";
  [[gnu::noinline, gnu::pure]] static constexpr auto value(const auto& x) {
    return branch(
        x >= 1.0, [&] { return stirlerr_from_one(x) + (0.5 * log(x) + kLogSqrt2Pi); },
        [&] { return lgamma1p_unit(x) - x_log_x(x) + x; });
  }
  static constexpr auto partial(Argument<0>, const auto& x) {
    return log_factorial_remainder_d1(x);
  }

  /// For x > 0. Its only errors beyond double precision come from the cancellation of its terms.
  /// (The entropy of a Dirichlet distribution of doubles uses it as well.)
  struct ForFloatResult {
    [[gnu::pure]] static constexpr auto value(const auto& x) {
      const auto x1 = x + 1.0;
      return x * log1p(finite_inverse(x)) + 0.5 * log(x1) +
             (stirlerr_from_one(x1) + (kLogSqrt2Pi - 1.0));
    }
  };
};

struct LogFactorialRemainderD1 {
  static constexpr const char* kName = "log_factorial_remainder_d1";
  static constexpr auto value(const auto& x) { return -log_over_digamma1p(x, x); }
  static constexpr auto partial(Argument<0>, const auto& x) {
    return log_factorial_remainder_d2(x);
  }
};

struct LogFactorialRemainderD2 {
  static constexpr const char* kName = "log_factorial_remainder_d2";
  template <class T>
  static constexpr T value(const T& x) {
    return branch(
        x >= 1.0,
        [&] {
          // The derivative of (1 - p(u)) / x in x, with u = to_unit_interval(x).
          const auto u = to_unit_interval(x), du = -4.0 / ((x + 1.0) * (x + 1.0));
          const auto [p, dp] = polynomial_with_derivative(kLogMinusDigamma, u);
          return (-dp * du - (1.0 - p) / x) / x;
        },
        [&] { return trigamma(x + 1.0) - 1.0 / x; });
  }
  static constexpr auto partial(Argument<0>, const auto& x) {
    const auto inverse = 1.0 / x;
    return polygamma(2, x + 1.0) + inverse * inverse;
  }
};

struct LogMinusDigamma {
  static constexpr const char* kName = "log_minus_digamma";
  [[gnu::noinline, gnu::pure]] static constexpr auto value(const auto& x) {
    return branch(
        x >= 1.0, [&] { return log_minus_digamma_from_one(x); },
        [&] { return log(x) - log1p(x) + log_minus_digamma_from_one(x + 1.0) + 1.0 / x; });
  }
  static constexpr auto partial(Argument<0>, const auto& x) { return log_minus_digamma_d1(x); }

  /// Requires x > 0.
  struct ForFloatResult {
    [[gnu::pure]] static constexpr auto value(const auto& x) {
      return log_minus_digamma_from_one(x + 1.0) + (1.0 / x - log1p(finite_inverse(x)));
    }
  };
};

struct LogMinusDigammaD1 {
  static constexpr const char* kName = "log_minus_digamma_d1";
  static constexpr auto value(const auto& x) {
    const auto inverse = 1.0 / x;
    return branch(
        x >= 1.0, [&] { return -inverse * inverse - log_factorial_remainder_d2(x); },
        [&] { return inverse * (1.0 - inverse) - trigamma(x + 1.0); });
  }
  static constexpr auto partial(Argument<0>, const auto& x) {
    const auto inverse = 1.0 / x;
    return -(inverse * inverse) - polygamma(2, x);
  }
};

struct LogOverDigamma {
  static constexpr const char* kName = "log_over_digamma";
  static constexpr auto value(const auto& m, const auto& x) {
    return branch(
        x >= 1.0, [&] { return log_ratio(m, x) + log_minus_digamma_from_one(x); },
        [&] { return log(m) - log1p(x) + log_minus_digamma_from_one(x + 1.0) + 1.0 / x; });
  }
  static constexpr auto partial(Argument<0>, const auto& m, const auto&) { return 1.0 / m; }
  static constexpr auto partial(Argument<1>, const auto&, const auto& x) { return -trigamma(x); }
};

struct LogOverDigamma1p {
  static constexpr const char* kName = "log_over_digamma1p";
  static constexpr auto value(const auto& m, const auto& x) {
    return branch(
        x >= 1.0,
        [&] {
          return log_ratio(m, x) + (polynomial(kLogMinusDigamma, to_unit_interval(x)) - 1.0) / x;
        },
        [&] { return log(m) - log1p(x) + log_minus_digamma_from_one(x + 1.0); });
  }
  static constexpr auto partial(Argument<0>, const auto& m, const auto&) { return 1.0 / m; }
  static constexpr auto partial(Argument<1>, const auto&, const auto& x) {
    return -trigamma(x + 1.0);
  }
};

}  // namespace torch::distributions::ops::special
