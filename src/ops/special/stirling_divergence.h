#pragma once

#include "ops/special/deviance.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/stirling.h"

/// The Bregman divergence of F(x) = lgamma(x) - x log x + x. The divergence of lgamma is the sum of
/// this and the deviance.

namespace torch::distributions::ops::special {

struct StirlingDivergence;
struct StirlingSlopeDifference;

/// F(x) - F(y) - F'(y) (x - y) for x, y > 0. `d` is x - y and has no gradient, as in `deviance`.
/// Error: relative, 16 units.
inline constexpr Function<StirlingDivergence> stirling_divergence{};

/// F'(x) - F'(y), where F'(x) = psi(x) - log x. Error: relative, 8 units.
inline constexpr Function<StirlingSlopeDifference> stirling_slope_difference{};

/// F''(x) = psi'(x) - 1/x.
constexpr auto stirling_curvature(const auto& x) { return 0.5 / square(x) + stirlerr_d2(x); }

/// For large x, F is log(2 pi / x)/2 plus Stirling's series, whose divergences have closed forms.
/// Smaller arguments are moved up by the recurrence F(x) = F(x + 1) + (x + 1) log(1 + 1/x) - 1. The
/// added function is convex, so its divergences are not negative and nothing cancels.
struct StirlingDivergence {
  static constexpr const char* kName = "stirling_divergence";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y, const T& d) {
    constexpr int kSteps = 12;
    return branch(
        x >= double(kSteps) && y >= double(kSteps), [&] { return asymptotic(x, y, d); },
        [&] {
          T sum = asymptotic<T>(x + double(kSteps), y + double(kSteps), d);
          for (int k = kSteps - 1; k >= 0; --k) {
            sum = sum + of_step<T>(x + double(k), y + double(k), d);
          }
          return sum;
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& y, const auto& d) {
    return stirling_slope_difference(x, y, d);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto& y, const auto& d) {
    return -stirling_curvature(y) * d;
  }
  static constexpr NoGradient partial(Argument<2>, const auto&, const auto&, const auto&) {
    return {};
  }

  struct ForFloatResult {
    template <class T>
    [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y, const T& d) {
      return branch(
          abs(d) <= Deviance::kNear * y,
          [&] {  // A parabola with its second derivative at y + d/3, as in SoftplusDivergence.
            const T z = y + d / 3.0, relative = d / z;
            return 0.5 * (0.5 * relative * relative + d * d * stirlerr_d2(z));
          },
          [&] {
            const T x1 = x + 1.0, y1 = y + 1.0, inverse = 1.0 / y, log_y = log1p(inverse);
            const T inverse_x1 = 1.0 / x1, inverse_y1 = 1.0 / y1;
            const T slope = log_y - log_minus_digamma_of_inverse(inverse_y1) - inverse;
            return (x1 * log1p(1.0 / x) - y1 * log_y) - 0.5 * log(x1 * inverse_y1) +
                   (stirlerr_of_inverse(inverse_x1) - stirlerr_of_inverse(inverse_y1)) - slope * d;
          });
    }
  };

 private:
  /// The divergence of (x + 1) log(1 + 1/x) - 1.
  template <class T>
  static constexpr T of_step(const T& to, const T& from, const T& difference) {
    const T v = -difference / (from + 1.0) / to;
    return branch(
        abs(v) <= 0.5, [&] { return (to + 1.0) * log1pmx(v) - v * difference / from; },
        [&] {  // 1 + v = (from / to) ((to + 1) / (from + 1))
          const T logarithm = log_quotient(from, to, (to + 1.0) / (from + 1.0));
          const T product = (to + 1.0) * logarithm;
          return branch(
              product > -kInfinity, [&] { return product + difference / from; },
              [&] { return difference * (logarithm + 1.0 / from); });
        });
  }

  template <class T>
  static constexpr T asymptotic(const T& to, const T& from, const T& d) {
    // B_2j / (2j (2j - 1)), the coefficients of x^(1 - 2j) in Stirling's series.
    constexpr double kStirling[] = {1. / 12,   -1. / 360,      1. / 1260, -1. / 1680,
                                    1. / 1188, -691. / 360360, 1. / 156,  -3617. / 122400};
    const T inverse_to = 1.0 / to, inverse_from = 1.0 / from;
    // The divergence of x^-n is
    //     d^2 / (to from) sum_{m = 1..n} m from^-m to^(m - n).
    T power = inverse_from, sum = inverse_from, series = inverse_from * kStirling[0];
    for (int n = 2; n <= 15; ++n) {
      power = power * inverse_from;
      sum = sum * inverse_to + power * double(n);
      if (n % 2 == 1) series = series + sum * kStirling[n / 2];
    }
    return 0.5 * ItakuraSaito::of_difference(to, from, d) +
           (d * inverse_to) * (d * inverse_from) * series;
  }
};

struct StirlingSlopeDifference {
  static constexpr const char* kName = "stirling_slope_difference";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y, const T& d) {
    // Start at the smaller argument: adding a positive difference to it loses no digits.
    return branch(
        d >= 0.0, [&] { return increase(x, y, d); }, [&] { return -increase<T>(y, x, -d); });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto&, const auto&) {
    return stirling_curvature(x);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto& y, const auto&) {
    return -stirling_curvature(y);
  }
  static constexpr NoGradient partial(Argument<2>, const auto&, const auto&, const auto&) {
    return {};
  }

 private:
  template <class T>
  static constexpr T increase(const T& to, const T& from, const T& difference) {
    return branch(
        from >= 1.0, [&] { return remainder_difference(kLogMinusDigamma, from, difference); },
        [&] {
          const T v = difference / (from * (to + 1.0));
          const T logarithm = branch(
              v <= 0.5, [&] { return log1p(v); },
              [&] { return log_quotient(to, from, (from + 1.0) / (to + 1.0)); });
          return remainder_difference<T>(kLogMinusDigamma, from + 1.0, difference) +
                 (difference / from / to - logarithm);
        });
  }
};

}  // namespace torch::distributions::ops::special
