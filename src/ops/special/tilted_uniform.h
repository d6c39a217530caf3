#pragma once

#include <cstddef>

#include "ops/special/exponential.h"
#include "ops/special/itakura_saito.h"

/// The density on [0, 1] that is proportional to exp(t x), for any finite t: a uniform density,
/// exponentially tilted. Its logarithm is t x - A(t) with A(t) = log(expm1(t) / t), and the
/// derivatives of A are its cumulants. Near t = 0 every function is a series; A is entire there but
/// for its poles at the multiples of 2 pi i.

namespace torch::distributions::ops::special {

struct LogMeanExp;
struct LogMeanExpDivergence;
struct TiltedCdf;
struct TiltedCumulant3;
struct TiltedCumulant4;
struct TiltedDivergence;
struct TiltedLogCdf;
struct TiltedLogSurvival;
struct TiltedMean;
struct TiltedMeanDifference;
struct TiltedQuantile;
struct TiltedSurvival;
struct TiltedVariance;

/// A(t), the logarithm of the mean of exp(t x) over [0, 1]. Error: relative, 4 units; gradient the
/// same.
inline constexpr Function<LogMeanExp> log_mean_exp{};

/// The mean A'(t), relatively accurate where it tends to 0. Error: relative, 4 units; gradient 16.
inline constexpr Function<TiltedMean> tilted_mean{};

/// The variance A''(t). Error: relative, 16 units; gradient absolute, 16.
inline constexpr Function<TiltedVariance> tilted_variance{};

/// The third and the fourth cumulant. The gradient of the fourth throws
/// c10::NotImplementedError.
inline constexpr Function<TiltedCumulant3> tilted_cumulant3{};
inline constexpr Function<TiltedCumulant4> tilted_cumulant4{};

/// A(x) - A(y) - A'(y) (x - y), the Bregman divergence of A: the divergence of the density with
/// t = y from that with t = x. It is infinite if x or y is infinite, with gradients of 0. Error:
/// relative, 32 units.
inline constexpr Function<LogMeanExpDivergence> log_mean_exp_divergence{};
/// The same, given d = x - y as well, which may have more digits than the difference.
inline constexpr Function<TiltedDivergence> tilted_divergence{};
/// A'(x) - A'(y).
inline constexpr Function<TiltedMeanDifference> tilted_mean_difference{};

/// P(X <= x) and P(X > x) for 0 <= x <= 1, and their logarithms. Error: relative, 8 units times
/// max(1, |t|); of the logarithms 8 units. Gradients the same.
inline constexpr Function<TiltedCdf> tilted_cdf{};
inline constexpr Function<TiltedSurvival> tilted_survival{};
inline constexpr Function<TiltedLogCdf> tilted_log_cdf{};
inline constexpr Function<TiltedLogSurvival> tilted_log_survival{};

/// The x with P(X <= x) = p, for 0 <= p <= 1. Error: relative, 8 units times max(1, |log x|, |t|).
inline constexpr Function<TiltedQuantile> tilted_quantile{};

/// The series of A(t) - t/2 and of its derivatives, whose coefficients are Bernoulli numbers:
///   * order 0: A(t) - t/2 is t^2 times the series in t^2;
///   * order 1: A'(t) - 1/2 is t times the series;
///   * orders 2 and 4: the cumulant is the series; order 3: it is t times the series.
template <int order, std::size_t n>
struct CumulantSeries {
  double coefficients[n]{};

  constexpr CumulantSeries() {
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t first = order > 2 ? 1 : 0;  // the derivative of t^2 is 0
      const double exponent = 2.0 * static_cast<double>(i + first + 1);
      double c = kBernoulli[i + first];
      for (int j = 1; j < order; ++j) c *= exponent - j;
      coefficients[i] = order == 0 ? c / exponent : c;
    }
  }

  /// B_2k / (2k)! for k = 1, 2, ...
  static constexpr double kBernoulli[] = {
      0.083333333333333333333,    -0.0013888888888888888889,  0.000033068783068783068783,
      -8.2671957671957671958e-7,  2.0876756987868098979e-8,   -5.2841901386874931848e-10,
      1.3382536530684678833e-11,  -3.3896802963225828668e-13, 8.5860620562778445641e-15,
      -2.174868698558061873e-16,  5.5090028283602295152e-18,  -1.3954464685812523341e-19,
      3.5347070396294674717e-21,  -8.9535174270375468504e-23, 2.2679524523376830603e-24,
      -5.7447906688722024453e-26, 1.4551724756148649019e-27,  -3.6859949406653101782e-29,
      9.336734257095044672e-31,   -2.3650224157006299346e-32, 5.9906717624821343047e-34,
      -1.5174548844682902617e-35, 3.8437581254541882322e-37,  -9.7363530726466910353e-39,
      2.4662470442006809571e-40,  -6.2470767418207436931e-42, 1.5824030244644914298e-43,
      -4.0082736859489359685e-45, 1.0153075855569556312e-46,  -2.5718041582418717499e-48,
      6.5144560352338149316e-50,  -1.6501309906896524555e-51};
};

struct LogMeanExp {
  static constexpr const char* kName = "log_mean_exp";
  static constexpr auto value(const auto& t) {
    constexpr CumulantSeries<0, 11> kSeries;
    const auto size = abs(t);
    return branch(
        size <= 1.0, [&] { return t * (t * polynomial(kSeries.coefficients, t * t) + 0.5); },
        [&] { return select(t == kInfinity, t, max(t, 0.0) + log(-expm1(-size) / size)); });
  }
  static constexpr auto partial(Argument<0>, const auto& t) { return tilted_mean(t); }
};

struct TiltedMean {
  static constexpr const char* kName = "tilted_mean";
  static constexpr auto value(const auto& t) {
    constexpr CumulantSeries<1, 11> kSeries;
    const auto size = abs(t);
    return branch(
        size <= 1.0, [&] { return t * polynomial(kSeries.coefficients, t * t) + 0.5; },
        [&] {
          const auto lower = 1.0 / size - 1.0 / expm1(size);
          return select(t < 0.0, lower, 1.0 - lower);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& t) { return tilted_variance(t); }
};

struct TiltedVariance {
  static constexpr const char* kName = "tilted_variance";
  static constexpr auto value(const auto& t) {
    constexpr CumulantSeries<2, 20> kSeries;
    const auto size = abs(t);
    return branch(
        size <= 2.0, [&] { return polynomial(kSeries.coefficients, t * t); },
        [&] {
          const auto q = expm1(-size);
          return square(1.0 / size) - exp(-size) / (q * q);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& t) { return tilted_cumulant3(t); }
};

struct TiltedCumulant3 {
  static constexpr const char* kName = "tilted_cumulant3";
  static constexpr auto value(const auto& t) {
    constexpr CumulantSeries<3, 31> kSeries;
    const auto size = abs(t);
    return branch(
        size <= 3.0, [&] { return t * polynomial(kSeries.coefficients, t * t); },
        [&] {
          const auto r = 1.0 / size, e = exp(-size), q = 1.0 - e;
          const auto cumulant = 2.0 * (r * r * r) - e * (e + 1.0) / (q * q * q);
          return select(t < 0.0, cumulant, -cumulant);
        });
  }
  static constexpr auto partial(Argument<0>, const auto& t) { return tilted_cumulant4(t); }
};

struct TiltedCumulant4 {
  static constexpr const char* kName = "tilted_cumulant4";
  static constexpr auto value(const auto& t) {
    constexpr CumulantSeries<4, 31> kSeries;
    const auto size = abs(t);
    return branch(
        size <= 3.0, [&] { return polynomial(kSeries.coefficients, t * t); },
        [&] {
          const auto r = square(1.0 / size), e = exp(-size), q = square(1.0 - e);
          return 6.0 * (r * r) - e * (e * (e + 4.0) + 1.0) / (q * q);
        });
  }
};

/// Both functions of a pair are even or odd in (x, y), so y is taken as -|y|.
struct LogMeanExpDivergence {
  static constexpr const char* kName = "log_mean_exp_divergence";

  template <class T>
  static constexpr T value(const T& x, const T& y) {
    return of_difference(x, y, x - y);
  }
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T of_difference(const T& x, const T& y,
                                                                const T& difference) {
    const auto reflects = y > 0.0;
    const T to = select(reflects, -x, x), from = -abs(y);
    const T d = select(reflects, -difference, difference);
    const auto is_infinite = abs(to) == kInfinity || from == -kInfinity;
    return branch(
        is_near(d, from), [&] { return d * d * variance_over(from, d, true); },
        [&] {
          return branch(
              is_infinite, [&] { return like(d, kInfinity); },
              [&] {
                return branch(
                    max(to, from) <= -1.0,
                    [&] {
                      // The divergence of two exponential densities, and that of log(1 - exp).
                      return ItakuraSaito::of_difference(-to, -from, -d) -
                             ((log1mexp_of(from) - log1mexp_of(to)) - d / expm1(-from));
                    },
                    [&] {
                      return LogMeanExp::value(to) - LogMeanExp::value(from) -
                             TiltedMean::value(from) * d;
                    });
              });
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& y) {
    return tilted_mean_difference(x, y);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& y) {
    const auto is_infinite = abs(x) == kInfinity || abs(y) == kInfinity;
    return select(
        is_infinite, 0.0,
        -tilted_variance(y) * (select(is_infinite, 0.0, x) - select(is_infinite, 0.0, y)));
  }

  /// Whether the variance between `from` and from + d is a polynomial for Gauss's quadrature.
  static constexpr auto is_near(const auto& d, const auto& from) {
    return abs(d) < kInfinity && abs(d) <= max(0.25 * abs(from), 1.0);
  }

  /// The integral of A''(from + s d) over s from 0 to 1, with the weight 1 - s if `weighted`.
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T variance_over(const T& from, const T& d,
                                                                bool weighted) {
    constexpr double kNodes[] = {0.019855071751231884158, 0.1016667612931866302,
                                 0.23723379504183550709,  0.40828267875217509753,
                                 0.59171732124782490247,  0.76276620495816449291,
                                 0.8983332387068133698,   0.98014492824876811584};
    constexpr double kWeights[] = {0.050614268145188129576, 0.11119051722668723527,
                                   0.15685332293894364367, 0.18134189168918099148};
    T sum = like(from, 0.0);
    for (int i = 0; i < 8; ++i) {
      const double weight = kWeights[i < 4 ? i : 7 - i] * (weighted ? 1.0 - kNodes[i] : 1.0);
      sum = sum + weight * TiltedVariance::value(from + kNodes[i] * d);
    }
    return sum;
  }

 private:
  static constexpr auto log1mexp_of(const auto& t) { return log1p(-exp(t)); }
};

struct TiltedDivergence {
  static constexpr const char* kName = "tilted_divergence";
  static constexpr auto value(const auto& x, const auto& y, const auto& d) {
    return LogMeanExpDivergence::of_difference(x, y, d);
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& y, const auto&) {
    return tilted_mean_difference(x, y);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& y, const auto& d) {
    const auto is_infinite = abs(x) == kInfinity || abs(y) == kInfinity;
    return select(is_infinite, 0.0, -tilted_variance(y) * select(is_infinite, 0.0, d));
  }
  static constexpr NoGradient partial(Argument<2>, const auto&, const auto&, const auto&) {
    return {};
  }
};

struct TiltedMeanDifference {
  static constexpr const char* kName = "tilted_mean_difference";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& y) {
    const T sign = select(y > 0.0, -1.0, like(y, 1.0));
    const T to = sign * x, from = sign * y, d = to - from;
    return branch(
        LogMeanExpDivergence::is_near(d, from),
        [&] { return sign * d * LogMeanExpDivergence::variance_over(from, d, false); },
        [&] {
          const auto is_infinite = abs(to) == kInfinity || abs(from) == kInfinity;
          return branch(
              is_infinite, [&] { return like(d, 0.0); },
              [&] { return sign * (TiltedMean::value(to) - TiltedMean::value(from)); });
        });
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto&) {
    return tilted_variance(x);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto& y) {
    return -tilted_variance(y);
  }
};

/// log of the density: -|t| y - A(-|t|) for the distance y of x from the end where it is largest.
constexpr auto tilted_log_density(const auto& x, const auto& t) {
  const auto falls = t < 0.0;
  const auto size = select(falls, -t, t), distance = select(falls, x, 1.0 - x);
  return -(size * distance) - log_mean_exp(-size);
}

/// E[X | X > x] - E[X | X <= x], as a sum of positive terms.
constexpr auto tilted_mean_gap(const auto& x, const auto& t) {
  const auto rest = 1.0 - x;
  return x * tilted_mean(-(t * x)) + rest * tilted_mean(t * rest);
}

/// The derivative of P(X <= x) in t is the covariance of X and the indicator of X <= x.
struct TiltedCdf {
  static constexpr const char* kName = "tilted_cdf";
  static constexpr auto value(const auto& x, const auto& t) { return below(x, 1.0 - x, t); }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& t) {
    return exp(tilted_log_density(x, t));
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& t) {
    return -(tilted_cdf(x, t) * tilted_survival(x, t) * tilted_mean_gap(x, t));
  }

  /// P(X <= x), also given 1 - x. P(X > x) is that of 1 - X at 1 - x.
  static constexpr auto below(const auto& x, const auto& rest, const auto& t) {
    const auto size = abs(t);
    const auto fraction = branch(
        size < kFlat, [&] { return x; },
        [&] { return (0.0 - expm1(-(size * x))) / (0.0 - expm1(-size)); });
    return exp(-(max(t, 0.0) * rest)) * fraction;
  }

  static constexpr double kFlat = 1e-17;  // below, the density is 1 in double
};

struct TiltedSurvival {
  static constexpr const char* kName = "tilted_survival";
  static constexpr auto value(const auto& x, const auto& t) {
    return TiltedCdf::below(1.0 - x, x, -t);
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& t) {
    return -exp(tilted_log_density(x, t));
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& t) {
    return tilted_cdf(x, t) * tilted_survival(x, t) * tilted_mean_gap(x, t);
  }
};

struct TiltedLogCdf {
  static constexpr const char* kName = "tilted_log_cdf";
  static constexpr auto value(const auto& x, const auto& t) { return log_below(x, 1.0 - x, t); }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& t) { return slope(x, t); }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& t) {
    return -(tilted_survival(x, t) * tilted_mean_gap(x, t));
  }

  static constexpr auto log_below(const auto& x, const auto& rest, const auto& t) {
    constexpr double kTiny = 1e-290;  // below, |t| x may underflow
    const auto upper = TiltedCdf::below(rest, x, -t);
    return branch(
        upper < 0.5, [&] { return log1p(0.0 - upper); },
        [&] {
          const auto size = abs(t), y = size * x;
          return branch(
                     size <= 1.0 || y < kTiny,
                     [&] { return log(x) + LogMeanExp::value(-y) - LogMeanExp::value(-size); },
                     [&] { return log(-expm1(-y)) - log(-expm1(-size)); }) -
                 max(t, 0.0) * rest;
        });
  }
  /// The ratio of the density to P(X <= x).
  static constexpr auto slope(const auto& x, const auto& t) {
    return exp(-log_mean_exp(-(t * x))) / x;
  }
};

struct TiltedLogSurvival {
  static constexpr const char* kName = "tilted_log_survival";
  static constexpr auto value(const auto& x, const auto& t) {
    return TiltedLogCdf::log_below(1.0 - x, x, -t);
  }
  static constexpr auto partial(Argument<0>, const auto& x, const auto& t) {
    return -TiltedLogCdf::slope(1.0 - x, -t);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& t) {
    return tilted_cdf(x, t) * tilted_mean_gap(x, t);
  }
};

/// log(1 + p (exp(t) - 1)) / t. Where the sum is far from 1, it is written with exp(-|t|).
struct TiltedQuantile {
  static constexpr const char* kName = "tilted_quantile";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& p, const T& t) {
    const auto falls = t < 0.0;
    const T size = abs(t), rest = 1.0 - p, excess = p * expm1(t);
    const T quantile = branch(
        excess >= -0.5 && excess <= 1.0, [&] { return log1p(excess) / t; },
        [&] {
          const T tail = exp(-size);
          const T distance = log(select(falls, rest + p * tail, p + rest * tail)) / size;
          return select(falls, -distance, distance + 1.0);
        });
    const auto is_exact = p == 0.0 || p == 1.0 || size < TiltedCdf::kFlat;
    return select(is_exact, p, clamp(quantile, 0.0, 1.0));
  }
  /// 1 / f(x). The density is linear in the probability: |t| (q + 1 / expm1(|t|)) with q = p, or
  /// q = 1 - p if it falls. This needs no digits of x.
  static constexpr auto partial(Argument<0>, const auto& p, const auto& t) {
    const auto falls = t < 0.0;
    const auto size = select(falls, -t, t), q = select(falls, 1.0 - p, p);
    return 1.0 / (size * q + exp(-log_mean_exp(size)));
  }
  /// p (1 - p) E / f(x), where E is `tilted_mean_gap` and f the density. If f rises, p / f(x) is
  /// x exp(A(-t x)), which needs no digits of 1 - x. If it falls, f(1) may underflow.
  template <class T>
  static constexpr T partial(Argument<1>, const Value<T>& x, const T& p, const T& t) {
    const auto falls = t < 0.0, is_falling = falls && p < 1.0;
    const T size = select(falls, -t, t);
    const T rising = (1.0 - p) * x.of * exp(log_mean_exp(-(size * x.of)));
    const T q = select(is_falling, p, 0.5), s = select(is_falling, t, -0.5);
    const T falling = q * (1.0 - q) * exp(-tilted_log_density(select(is_falling, x.of, 0.5), s));
    return tilted_mean_gap(x.of, t) * select(is_falling, falling, select(falls, 0.0, rising));
  }
};

}  // namespace torch::distributions::ops::special
