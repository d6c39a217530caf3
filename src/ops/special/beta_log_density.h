#pragma once

#include "ops/special/lbeta.h"
#include "ops/special/log_density.h"

namespace torch::distributions::ops::special {

struct BetaLogDensity;
struct BetaScore;
struct BetaShapeScore;

/// (a - 1) log x + (b - 1) log(1 - x) - log B(a, b): the log density of Beta(a, b) at x. Error: 32
/// units; gradient the same.
inline constexpr Function<BetaLogDensity> beta_log_density{};

/// (a - 1) / x - (b - 1) / (1 - x), the derivative of the log density in x.
inline constexpr Function<BetaScore> beta_score{};

/// log x + psi(a + b) - psi(a), the derivative in a, as a function of log x, a and b. At x = 0 it
/// is -inf, even if the difference of the psis overflows. The derivative in b is the same function
/// of log(1 - x), b and a.
inline constexpr Function<BetaShapeScore> beta_shape_score{};

struct BetaLogDensity {
  static constexpr const char* kName = "beta_log_density";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& a, const T& b) {
    return branch(
        a >= 1.0 && b >= 1.0,
        [&] {
          return branch(
              a + b < kInfinity, [&] { return of_counts(x, a, b); },
              [&] {  // Twice the log density of the halved shapes, with the normalizer corrected.
                const T k = 0.5 * a, m = 0.5 * b, n = k + m;
                const T variance = (k / n) * (m / n) / n;
                return 2.0 * of_counts(x, k, m) + (0.5 * log(2.0 * variance) + kLogSqrt2Pi);
              });
        },
        [&] {
          return times_count(a - 1.0, log(x)) + times_count(b - 1.0, log1p(-x)) - lbeta(a, b);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return beta_score(x, a, b);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    return beta_shape_score(log(x), a, b);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    return beta_shape_score(log1p(-x), b, a);
  }

  struct ForFloatResult {
    /// Functions of x for fixed a and b.
    template <class T>
    class Prepared {
     public:
      constexpr Prepared(const T& a, const T& b)
          : a_(a),
            b_(b),
            choose_(a, b),
            constant_(choose_.log_choose_remainder_times(
                a * b / (a + b) * (choose_.n1_by_k1() * choose_.n1_by_m1()))) {}

      [[gnu::pure]] constexpr T value(const T& x) const {
        const auto is_usual = x > 0.0 && x < 1.0 && a_ < kLargestForFloat && b_ < kLargestForFloat;
        const T usual = (a_ - 1.0) * log(x * choose_.n1_by_k1()) +
                        (b_ - 1.0) * log((1.0 - x) * choose_.n1_by_m1()) + constant_;
        return usual_or_value<BetaLogDensity>(is_usual, usual, x, a_, b_);
      }
      constexpr T partial(Argument<0>, const T& x) const { return beta_score(x, a_, b_); }
      constexpr T partial(Argument<1>, const T& x) const {
        return log(x * choose_.n1_by_k1()) +
               (b_ / (a_ * (a_ + b_)) - choose_.digamma_remainder_k());
      }
      constexpr T partial(Argument<2>, const T& x) const {
        return log((1.0 - x) * choose_.n1_by_m1()) +
               (a_ / (b_ * (a_ + b_)) - choose_.digamma_remainder_m());
      }

     private:
      T a_, b_;
      ChooseForFloat<T> choose_;
      T constant_;
    };

    template <class T>
    static constexpr auto prepare(const T& a, const T& b) {
      return Prepared<T>(a, b);
    }
  };

 private:
  /// The log density for a, b >= 1, from a binomial probability.
  template <class T>
  static constexpr T of_counts(const T& x, const T& a, const T& b) {
    const auto [p, q] = with_complement(x);
    return log(a + b - 1.0) + log_binomial_probability<T>(a - 1.0, b - 1.0, p, q);
  }
};

struct BetaScore {
  static constexpr const char* kName = "beta_score";
  template <class T>
  static constexpr T value(const T& x, const T& a, const T& b) {
    return bernoulli_score<T>(a - 1.0, b - 1.0, x);
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return ratio_or_zero(1.0 - a, square(x)) + ratio_or_zero(1.0 - b, square(1.0 - x));
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto&, const auto&) {
    return 1.0 / x;
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto&, const auto&) {
    return -1.0 / (1.0 - x);
  }
};

struct BetaShapeScore {
  static constexpr const char* kName = "beta_shape_score";
  static constexpr auto value(const auto& log_x, const auto& a, const auto& b) {
    return branch(
        log_x == -kInfinity, [&] { return log_x; },
        [&] { return log_x + digamma_difference(a, b); });
  }
  static constexpr auto partial(Argument<0>, const auto& log_x, const auto&, const auto&) {
    return like(log_x, 1.0);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto& a, const auto& b) {
    return trigamma(a + b) - trigamma(a);
  }
  static constexpr auto partial(Argument<2>, const auto&, const auto& a, const auto& b) {
    return trigamma(a + b);
  }
};

}  // namespace torch::distributions::ops::special
