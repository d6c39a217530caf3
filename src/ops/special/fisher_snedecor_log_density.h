#pragma once

#include "ops/special/itakura_saito.h"
#include "ops/special/log_density.h"
#include "ops/special/stirling_divergence.h"

/// The F-distribution with 2a and 2b degrees of freedom. Its density at x > 0 is that of Beta(a, b)
/// at p = a x / (a x + b), times p (1 - p) / x.

namespace torch::distributions::ops::special {

struct FisherSnedecorFirstScore;
struct FisherSnedecorLogDensity;
struct FisherSnedecorSecondScore;

/// The log density at 0 < x < infinity for finite a, b > 0. Error: 32 units; gradient the same.
inline constexpr Function<FisherSnedecorLogDensity> fisher_snedecor_log_density{};

/// Its derivatives in a and b. The derivative in x is an elementary function.
inline constexpr Function<FisherSnedecorFirstScore> fisher_snedecor_first_score{};
inline constexpr Function<FisherSnedecorSecondScore> fisher_snedecor_second_score{};

/// With n = a + b, the mean M = (a x + b) / n of x and 1, and
///     C = lgamma(n) - lgamma(a) - lgamma(b) + a log(a/n) + b log(b/n)
/// the log density is C + (a - 1) log x - n log M. Where that cancels, it is computed from the
/// binomial probability of a - 1 successes and b + 1 failures.
struct FisherSnedecorLogDensity {
  static constexpr const char* kName = "fisher_snedecor_log_density";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& a, const T& b) {
    const T n = a + b, odds = a / b * x;  // p / (1 - p)
    return branch(
        a >= 1.0 && odds > 1e-100 && odds < 1e100,
        [&] {
          const T k = a - 1.0, m = b + 1.0, q = 1.0 / (odds + 1.0), p = odds * q;
          const T residual = excess(x, a, b) - 1.0;  // k q - m p
          return log_factorial_remainder(n) - log_factorial_remainder(k) -
                 log_factorial_remainder(m) - deviance(k, n * p, residual) -
                 deviance(m, n * q, -residual) + log(a * (m / n));
        },
        [&] {
          return constant(a, b) +
                 branch(
                     a >= 1.0 && x > 1.0,  // log M = log x - log(1 + b / a), as b is negligible
                     [&] { return n * log1p(b / a) - (b + 1.0) * log(x); },
                     [&] { return (a - 1.0) * log(x) - n * log_mean(x, a / n, b / n); });
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return (excess(x, a, b) - 1.0) / x;
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    return fisher_snedecor_first_score(x, a, b);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    return fisher_snedecor_second_score(x, a, b);
  }

  struct ForFloatResult {
    /// Functions of x for fixed a and b.
    template <class T>
    class Prepared {
     public:
      constexpr Prepared(const T& a, const T& b)
          : a_(a),
            b_(b),
            first_share_(a / (a + b)),
            second_share_(b / (a + b)),
            constant_(constant(a, b)) {}

      [[gnu::pure]] constexpr T value(const T& x) const {
        const auto is_usual = x > 0.0 && a_ < kLargestForFloat && b_ < kLargestForFloat;
        const T usual =
            (a_ - 1.0) * log(x) - (a_ + b_) * log_mean(x, first_share_, second_share_) + constant_;
        return usual_or_value<FisherSnedecorLogDensity>(is_usual, usual, x, a_, b_);
      }
      template <std::size_t i>
      constexpr T partial(Argument<i> argument, const T& x) const {
        return FisherSnedecorLogDensity::partial(argument, x, a_, b_);
      }

     private:
      T a_, b_, first_share_, second_share_, constant_;
    };

    template <class T>
    static constexpr auto prepare(const T& a, const T& b) {
      return Prepared<T>(a, b);
    }
  };

 private:
  /// a b (1 - x) / (a x + b) = a (1 - p) - b p
  static constexpr auto excess(const auto& x, const auto& a, const auto& b) {
    return (1.0 - x) / (x / b + 1.0 / a);
  }
  /// C
  template <class T>
  static constexpr T constant(const T& a, const T& b) {
    const T n = a + b;
    return log_factorial_remainder(n) - log_factorial_remainder(a) - log_factorial_remainder(b) +
           log(a * (b / n));
  }
  /// log M, from a / n and b / n.
  template <class T>
  static constexpr T log_mean(const T& x, const T& first_share, const T& second_share) {
    const T increase = first_share * (x - 1.0);
    return branch(
        abs(increase) <= 0.5, [&] { return log1p(increase); },
        [&] { return log(first_share * x + second_share); });
  }
};

/// With F'(y) = psi(y) - log y and t = x / M, it is F'(n) - F'(a) + log t + 1 - t.
struct FisherSnedecorFirstScore {
  static constexpr const char* kName = "fisher_snedecor_first_score";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& a, const T& b) {
    const T n = a + b, share = b / n;
    return stirling_slope_difference(n, a, b) -
           ItakuraSaito::of_difference<T>(x, a / n * x + share, share * (x - 1.0));
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return square(second_weight(x, a, b)) * (1.0 - x) / x;
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    const auto n = a + b;
    return stirling_curvature(n) - stirling_curvature(a) +
           square(second_weight(x, a, b) * (1.0 - x)) / n;
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    return mixed(x, a, b);
  }

  /// a / (a x + b) and b / (a x + b)
  static constexpr auto first_weight(const auto& x, const auto& a, const auto& b) {
    return 1.0 / (x + b / a);
  }
  static constexpr auto second_weight(const auto& x, const auto& a, const auto& b) {
    return 1.0 / (a / b * x + 1.0);
  }
  /// The second derivative of the log density in a and b.
  static constexpr auto mixed(const auto& x, const auto& a, const auto& b) {
    const auto n = a + b;
    return stirling_curvature(n) -
           first_weight(x, a, b) * second_weight(x, a, b) * square(1.0 - x) / n;
  }
};

/// The same for b, with t = 1 / M.
struct FisherSnedecorSecondScore {
  static constexpr const char* kName = "fisher_snedecor_second_score";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& a, const T& b) {
    const T n = a + b, share = a / n;
    return stirling_slope_difference(n, b, a) -
           ItakuraSaito::of_difference<T>(like(x, 1.0), share * x + b / n, share * (1.0 - x));
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return square(FisherSnedecorFirstScore::first_weight(x, a, b)) * (1.0 - x);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    return FisherSnedecorFirstScore::mixed(x, a, b);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    const auto n = a + b;
    return stirling_curvature(n) - stirling_curvature(b) +
           square(FisherSnedecorFirstScore::first_weight(x, a, b) * (1.0 - x)) / n;
  }
};

}  // namespace torch::distributions::ops::special
