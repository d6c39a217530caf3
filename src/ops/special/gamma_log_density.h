#pragma once

#include "ops/special/log_density.h"

namespace torch::distributions::ops::special {

struct GammaConcentrationScore;
struct GammaLogDensity;
struct GammaResidual;
struct GammaScore;

/// a log r + (a - 1) log x - r x - lgamma(a): the log density of Gamma(a, rate r) at x. Error: 16
/// units; gradient 4.
inline constexpr Function<GammaLogDensity> gamma_log_density{};

/// (a - 1) / x - r, the derivative of the log density in x.
inline constexpr Function<GammaScore> gamma_score{};

/// log(r x) - psi(a), the derivative of the log density in a.
inline constexpr Function<GammaConcentrationScore> gamma_concentration_score{};

/// count - r x, with r x in twice the working precision.
inline constexpr Function<GammaResidual> gamma_residual{};

struct GammaLogDensity {
  static constexpr const char* kName = "gamma_log_density";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& a, const T& r) {
    return branch(
        a >= 1.0,
        [&] {
          const auto count = a - 1.0;
          return log(r) - log_factorial_remainder(count) -
                 deviance(count, r * x, gamma_residual(count, r, x));
        },
        [&] { return a * log(r) + (a - 1.0) * log(x) - r * x - lgamma1p_unit(a) + log(a); });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& r) {
    return gamma_score(x, a, r);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& r) {
    return gamma_concentration_score(x, a, r);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& r) {
    return gamma_residual(a, r, x) / r;
  }

  struct ForFloatResult {
    /// Functions of x for fixed a and r.
    template <class T>
    class Prepared {
     public:
      constexpr Prepared(const T& a, const T& r)
          : a_(a),
            r_(r),
            inverse_a1_(1.0 / (a + 1.0)),
            scale_(r * inverse_a1_),
            constant_(
                (0.5 * log(square(a * scale_) * inverse_a1_) - stirlerr_of_inverse(inverse_a1_)) +
                (a + (1.0 - kLogSqrt2Pi))) {}

      [[gnu::pure]] constexpr T value(const T& x) const {
        const auto is_usual =
            x > 0.0 && x * r_ < kLargestForFloat * kLargestForFloat && a_ < kLargestForFloat;
        const T usual = (a_ - 1.0) * log(x * scale_) + (constant_ - r_ * x);
        return usual_or_value<GammaLogDensity>(is_usual, usual, x, a_, r_);
      }
      constexpr T partial(Argument<0>, const T& x) const { return gamma_score(x, a_, r_); }
      constexpr T partial(Argument<1>, const T& x) const {
        return log(x * scale_) + (log_minus_digamma_of_inverse(inverse_a1_) + 1.0 / a_);
      }
      constexpr T partial(Argument<2>, const T& x) const { return a_ / r_ - x; }

     private:
      T a_, r_, inverse_a1_, scale_, constant_;
    };

    template <class T>
    static constexpr auto prepare(const T& a, const T& r) {
      return Prepared<T>(a, r);
    }
  };
};

struct GammaResidual {
  static constexpr const char* kName = "gamma_residual";
  static constexpr auto value(const auto& count, const auto& r, const auto& x) {
    const auto [high, low] = two_product(r, x);
    return (count - high) - low;
  }
  static constexpr auto partial(Argument<0>, const auto& count, const auto&, const auto&) {
    return like(count, 1.0);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto&, const auto& x) { return -x; }
  static constexpr auto partial(Argument<2>, const auto&, const auto& r, const auto&) { return -r; }
};

struct GammaScore {
  static constexpr const char* kName = "gamma_score";
  static constexpr auto value(const auto& x, const auto& a, const auto& r) {
    const auto count = a - 1.0;
    return branch(
        count == 0.0 || x == 0.0 || x == kInfinity,
        [&] {
          return branch(
              count == 0.0, [&] { return -r; }, [&] { return count / x - r; });
        },
        [&] { return gamma_residual(count, r, x) / x; });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto&) {
    return ratio_or_zero(1.0 - a, square(x));
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto&, const auto&) {
    return 1.0 / x;
  }
  static constexpr auto partial(Argument<2>, const auto&, const auto&, const auto& r) {
    return like(r, -1.0);
  }
};

/// Computes r x in twice the working precision: near a score of 0 its rounding would dominate.
struct GammaConcentrationScore {
  static constexpr const char* kName = "gamma_concentration_score";
  template <class T>
  static constexpr T value(const T& x, const T& a, const T& r) {
    const Pair<T> mean = two_product(r, x);
    return branch(
        mean.high > 1e-290 && mean.high < kInfinity,
        [&] { return log_over_digamma(mean.high, a) + mean.low / mean.high; },
        [&] {  // At x = 0 the result is -inf, even if digamma(a) overflows.
          return branch(
              x == 0.0, [&] { return log(x); }, [&] { return (log(r) + log(x)) - digamma(a); });
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto&, const auto&) {
    return 1.0 / x;
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto& a, const auto&) {
    return -trigamma(a);
  }
  static constexpr auto partial(Argument<2>, const auto&, const auto&, const auto& r) {
    return 1.0 / r;
  }
};

}  // namespace torch::distributions::ops::special
