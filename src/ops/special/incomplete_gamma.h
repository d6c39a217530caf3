#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>

#include "ops/special/gamma_log_density.h"
#include "ops/special/jet.h"
#include "ops/special/poisson_log_density.h"

/// The regularised incomplete gamma functions P(a, x) and Q(a, x), and their derivatives in a. The
/// method depends on the arguments:
///   * P's power series (DLMF 8.11.4) for x < a;
///   * Q's continued fraction (DLMF 8.9.2) for x >= a;
///   * Q's power series for x < 1.1 and small a, with a leading term that does not cancel (DiDonato
///     & Morris 1986, TOMS 654);
///   * Temme's uniform expansion (1979, DLMF 8.12) for large a and x near a.
/// The logarithm of a tail is that of x^a exp(-x) / Gamma(a + 1), which may underflow, plus that of
/// the tail in units of it.
/// Each method runs on jets in a (jet.h), which differentiates it term by term.

namespace torch::distributions::ops::special {

struct Gammainc;
struct GammaincDa;
struct GammaincDaDa;
struct Gammaincc;
struct LogGammainc;
struct LogGammaincDa;
struct LogGammaincDaDa;
struct LogGammaincSlope;
struct LogGammaincc;
struct LogGammainccDa;
struct LogGammainccDaDa;
struct LogGammainccSlope;

/// P(a, x), the regularised lower incomplete gamma function, for a >= 0, x >= 0. Error: relative,
/// 16 + 4 log; gradient 24 + 4 log. The second derivative in a has 12 digits. Derivatives in x
/// exist to all orders. The third derivative in a throws c10::NotImplementedError.
inline constexpr Function<Gammainc> gammainc{};

/// Q(a, x) = 1 - P(a, x), computed without cancellation. Errors and derivatives are as for P.
inline constexpr Function<Gammaincc> gammaincc{};

/// dP/da. It has derivatives of all orders in x, and one in a.
inline constexpr Function<GammaincDa> gammainc_da{};

/// d^2 P / da^2. It has derivatives in x alone.
inline constexpr Function<GammaincDaDa> gammainc_da_da{};

/// log P(a, x) and log Q(a, x), also where P or Q underflows. Error: 16 units; gradient relative,
/// 64 units in x, 1e-12 in a. Derivatives are as for P.
inline constexpr Function<LogGammainc> log_gammainc{};
inline constexpr Function<LogGammaincc> log_gammaincc{};

/// Their derivatives in x, and the first and second in a.
inline constexpr Function<LogGammaincSlope> log_gammainc_slope{};
inline constexpr Function<LogGammainccSlope> log_gammaincc_slope{};
inline constexpr Function<LogGammaincDa> log_gammainc_da{};
inline constexpr Function<LogGammainccDa> log_gammaincc_da{};
inline constexpr Function<LogGammaincDaDa> log_gammainc_da_da{};
inline constexpr Function<LogGammainccDaDa> log_gammaincc_da_da{};

/// P and Q at a point, with derivatives in a up to `order`.
template <class T, std::size_t order>
class IncompleteGamma {
 public:
  using Series = Jet<T, order>;

  constexpr IncompleteGamma(const T& a, const T& x) : a_(variable(a)), x_(x) {}

  /// P if `lower`, else Q.
  constexpr Series operator()(bool lower) const {
    const T& a = a_.value();
    const auto from_lower = [&](const Series& p) { return lower ? p : -p + 1.0; };
    const auto from_upper = [&](const Series& q) { return lower ? -q + 1.0 : q; };
    return branch(
        a >= kTemmeFrom && abs(x_ - a) <= 0.3 * a, [&] { return temme(lower); },
        [&] {
          return branch(
              x_ < 1.1 && a < small_bound(), [&] { return from_upper(small_upper_series()); },
              [&] {
                return branch(
                    x_ < a || x_ < 1.1, [&] { return from_lower(lower_series()); },
                    [&] { return from_upper(upper_fraction()); });
              });
        });
  }

  /// A tail in a form that does not underflow.
  struct Tail {
    Series log;
    T slope;  // the derivative of the logarithm in x, without its sign

    friend constexpr Tail select(const auto& condition, const Tail& yes, const Tail& no) {
      return {select(condition, yes.log, no.log), select(condition, yes.slope, no.slope)};
    }
  };

  /// P if `lower`, else Q.
  constexpr Tail tail(bool lower) const {
    constexpr double kFar = 25.0;  // beyond, the tail is below exp(-kFar)
    const T& a = a_.value();
    const auto is_small = lower ? x_ < a : !(x_ < a);  // the tail, not its complement
    return branch(
        a >= kTemmeFrom && abs(x_ - a) <= 0.3 * a,
        [&] {
          return branch(
              is_small,
              [&] {
                return branch(
                    bd0(a, x_) > kFar, [&] { return temme_tail(lower); },
                    [&] { return tail_of(temme(lower)); });
              },
              [&] { return complement_of(temme(!lower)); });
        },
        [&] {
          return branch(
              x_ < 1.1 && a < small_bound(),
              [&] {
                const Series q = small_upper_series();
                return lower ? complement_of(q) : tail_of(q);
              },
              [&] {
                return branch(
                    x_ < a || x_ < 1.1,
                    [&] { return lower ? lower_tail() : complement_of(lower_series()); },
                    [&] { return lower ? complement_of(upper_fraction()) : upper_tail(); });
              });
        });
  }

 private:
  static constexpr bool kIsTensor = !std::same_as<T, double>;
  static constexpr double kTemmeFrom = 30.0;
  static constexpr int kMaxSeriesTerms = 130;

  /// The concentration below which Q has a power series.
  constexpr T small_bound() const {
    return branch(
        x_ < 0.5, [&] { return -0.4 / log(x_); }, [&] { return 0.75 * x_; });
  }

  static constexpr Series variable(const T& a) {
    return Series::generate(
        [&](std::size_t i) { return i == 0 ? a : like(a, i == 1 ? 1.0 : 0.0); });
  }

  /// The jet with this value, first derivative and half of the second derivative.
  static constexpr Series jet(const T& value, const T& first, const T& half_second) {
    return compose<T>({value, first, half_second}, variable(value));
  }

  /// The jet of log(x^a / Gamma(a + 1)) + g(x) for any g, given its value.
  constexpr Series log_power(const T& value) const {
    const T shifted = a_.value() + 1.0;
    return jet(value, log_over_digamma(x_, shifted), -0.5 * trigamma(shifted));
  }

  /// x^a exp(-x) / Gamma(a + 1).
  constexpr Series prefix() const { return exp(log_prefix()); }
  constexpr Series log_prefix() const { return log_power(poisson_log_density(a_.value(), x_)); }

  constexpr Tail tail_of(const Series& value) const {
    return {log(value), density() / value.value()};
  }
  constexpr Tail complement_of(const Series& value) const {
    return {log1p(-value), density() / (1.0 - value.value())};
  }
  constexpr T density() const { return exp(poisson_log_density(a_.value(), x_)) * a_.value() / x_; }

  /// Whether a series must go on after `term`. Tensors run to the end, since reading them would
  /// wait for the device.
  static constexpr bool matters(const Series& term, const Series& sum) {
    if constexpr (kIsTensor) {
      return true;
    } else {
      bool result = false;
      for (std::size_t i = 0; i <= order; ++i) {
        result = result || std::abs(term[i]) > 1e-17 * std::abs(sum[i]);
      }
      return result;
    }
  }

  constexpr Series lower_series() const { return prefix() * lower_sum(); }

  constexpr Tail lower_tail() const {
    const Series sum = lower_sum();
    return {log_prefix() + log(sum), a_.value() / x_ / sum.value()};
  }

  constexpr Series lower_sum() const {
    Series term = variable(a_.value()) * 0.0 + 1.0;
    Series sum = term;
    for (int n = 1; n <= kMaxSeriesTerms; ++n) {
      term = term * x_ / (a_ + static_cast<double>(n));
      sum = sum + term;
      if (!matters(term, sum)) break;
    }
    return sum;
  }

  constexpr Series upper_fraction() const { return a_ * prefix() / upper_denominator(); }

  constexpr Tail upper_tail() const {
    const Series denominator = upper_denominator();
    return {log_prefix() + log(a_) - log(denominator), denominator.value() / x_};
  }

  constexpr Series upper_denominator() const {
    // Evaluate the continued fraction from its last level. Their number was found empirically.
    int n = 130;
    if constexpr (!kIsTensor) {
      n = 8 + static_cast<int>(100 / x_ + 0.6 * std::min(a_.value(), kTemmeFrom));
    }
    Series rest = a_ * 0.0;
    for (; n >= 1; --n) {
      const double k = n;
      rest = (a_ + -k) * k / (rest - a_ + x_ + (2 * k + 1));
    }
    return rest - a_ + x_ + 1.0;
  }

  /// Q = [1 - x^a / Gamma(a + 1)] - x^a / Gamma(a) * sum_{n >= 1} (-x)^n / (n! (a + n)).
  constexpr Series small_upper_series() const {
    constexpr int kTerms = 24;
    const T& a = a_.value();
    const Series log_ratio = log_power(a * log(x_) - lgamma1p_unit(a));
    Series sum = a_ * 0.0;
    T power = like(x_, 1.0);
    const Series one = a_ * 0.0 + 1.0;
    for (int n = 1; n <= kTerms; ++n) {
      power = power * x_ * (-1.0 / n);
      sum = sum + one * power / (a_ + static_cast<double>(n));
    }
    return -expm1(log_ratio) - a_ * exp(log_ratio) * sum;
  }

  constexpr T signed_as_mu(const T& size) const {
    return branch(
        x_ < a_.value(), [&] { return -size; }, [&] { return size; });
  }

  /// What the uniform expansion needs: eta^2 / 2 = mu - log(1 + mu) with mu = x / a - 1.
  struct Temme {
    T exponent, root;  // a eta^2 / 2, and its square root
    Series eta, log_power;
  };
  constexpr Temme temme_terms() const {
    const T& a = a_.value();
    const T exponent = bd0(a, x_);
    const T root = sqrt(exponent);
    const T eta_value = signed_as_mu(root * sqrt(2.0 / a));
    // d eta / da = -(mu / eta) / a.
    const Jet<T, 1> mu_over_eta = polynomial(kMuOverEta, Jet<T, 1>{eta_value, like(a, 1.0)});
    const T ratio = mu_over_eta[0] / a;
    return {exponent, root, jet(eta_value, -ratio, 0.5 * (mu_over_eta[1] + 1.0) * ratio / a),
            jet(-exponent, log_ratio(x_, a), -0.5 / a)};
  }
  /// The expansion in eta, over sqrt(2 pi a).
  constexpr Series temme_sum(const Series& eta) const {
    const Series inverse_a = (a_ * 0.0 + 1.0) / a_;
    Series sum = polynomial(kTemme13, eta);
    const auto add = [&](const auto& row) { sum = sum * inverse_a + polynomial(row, eta); };
    add(kTemme12), add(kTemme11), add(kTemme10), add(kTemme9), add(kTemme8), add(kTemme7);
    add(kTemme6), add(kTemme5), add(kTemme4), add(kTemme3), add(kTemme2), add(kTemme1);
    add(kTemme0);
    return sum / sqrt(a_ * (2 * kPi));
  }

  /// The tail beyond the mode, if it is small.
  constexpr Tail temme_tail(bool lower) const {
    const T& a = a_.value();
    const double sign = lower ? -1.0 : 1.0;
    const Temme terms = temme_terms();
    // exp(y^2) erfc(y) for y = sqrt(exponent), by Laplace's continued fraction.
    constexpr int kTerms = 40;
    Series argument = terms.eta * sqrt(a_ * 0.5) * sign;
    argument[0] = terms.root;
    const T& y = terms.root;
    T rest = y;
    for (int i = kTerms; i >= 1; --i) rest = 0.5 * i / rest + y;
    const T value = 0.5 * kTwoOverSqrtPi / rest;
    const T slope = 2.0 * y * value - kTwoOverSqrtPi;
    const Series scaled =
        compose<T>({value, slope, value + y * slope}, argument) * 0.5 + temme_sum(terms.eta) * sign;
    // prefix() is exp(-exponent - stirlerr(a)) / sqrt(2 pi a).
    const T unit = exp(-stirlerr(a)) / sqrt(a * (2 * kPi));
    return {terms.log_power + log(scaled), a / x_ * unit / scaled.value()};
  }

  constexpr Series temme(bool lower) const {
    const auto [exponent_value, root, eta, log_power] = temme_terms();
    const Series power = exp(log_power);

    // erfc(+-root). Its relative condition number is twice the exponent, so the rounding of `root`
    // is corrected to first order.
    const Pair<T> squared = two_product(root, root);
    const T rounding = ((exponent_value - squared.high) - squared.low) / (root * 2.0 + 1e-300);
    const double sign = lower ? -1.0 : 1.0;
    Series argument = eta * sqrt(a_ * 0.5) * sign;
    argument[0] = signed_as_mu(root) * sign;
    const T slope = power[0] * (-kTwoOverSqrtPi);
    const Series main = compose<T>(
        {erfc(argument[0]) + signed_as_mu(rounding) * sign * slope, slope, -argument[0] * slope},
        argument);

    return main * 0.5 + power * temme_sum(eta) * sign;
  }

  Series a_;
  const T& x_;
};

/// Whether (a, x) is inside of the ranges of a and x, or a is 0.
constexpr auto is_inside(const auto& a, const auto& x) {
  return a >= 0.0 && a < kInfinity && x > 0.0 && x < kInfinity;
}

/// The derivative of the given order in a of P(a, x) if `lower`, else of Q(a, x).
template <std::size_t order, bool lower, class T>
constexpr T incomplete_gamma(const T& a, const T& x) {
  static_assert(order <= 2);
  constexpr double kFactorial = order == 2 ? 2.0 : 1.0;
  return branch(
      is_inside(a, x), [&] { return IncompleteGamma<T, order>(a, x)(lower)[order] * kFactorial; },
      [&] {  // At the ends of the ranges P is 0 or 1, with derivatives of 0.
        const auto zero = (x == 0.0 && a > 0.0) || (a == kInfinity && x >= 0.0 && x < kInfinity);
        const auto one = x == kInfinity && a >= 0.0 && a < kInfinity;
        constexpr double kAtZero = order == 0 && !lower ? 1.0 : 0.0;
        constexpr double kAtOne = order == 0 && lower ? 1.0 : 0.0;
        return select(zero, kAtZero, select(one, kAtOne, (a + x) * kNaN));
      });
}

/// dP/dx, which is the density of Gamma(a, 1) at x.
constexpr auto standard_gamma_density(const auto& a, const auto& x) {
  return exp(gamma_log_density(x, a, like(a, 1.0)));
}

/// The derivative in a of the log density; replaced by 0 at x = 0 and infinity.
constexpr auto standard_gamma_score(const auto& a, const auto& x) {
  const auto inside = x > 0.0 && x < kInfinity;
  return select(inside, log_over_digamma(select(inside, x, 1.0), a), 0.0);
}

/// The derivative of the given order in a of log P(a, x) if `lower`, else of log Q(a, x).
template <std::size_t order, bool lower, class T>
constexpr T log_incomplete_gamma(const T& a, const T& x) {
  static_assert(order <= 2);
  constexpr double kFactorial = order == 2 ? 2.0 : 1.0;
  return branch(
      is_inside(a, x),
      [&] { return IncompleteGamma<T, order>(a, x).tail(lower).log[order] * kFactorial; },
      [&] {
        const T at_end = incomplete_gamma<order, lower>(a, x);
        if constexpr (order == 0) return log(at_end);
        return at_end;
      });
}

/// The derivative in x of log P(a, x) if `lower`, else of log Q(a, x). It is replaced by 0 at x = 0
/// and infinity.
template <bool lower, class T>
constexpr T log_incomplete_gamma_slope(const T& a, const T& x) {
  return branch(
      is_inside(a, x),
      [&] {
        const T slope = IncompleteGamma<T, 0>(a, x).tail(lower).slope;
        return lower ? slope : -slope;
      },
      [&] { return incomplete_gamma<1, lower>(a, x); });
}

struct Gammainc {
  static constexpr const char* kName = "gammainc";
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return incomplete_gamma<0, true>(a, x);
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& x) {
    return gammainc_da(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return standard_gamma_density(a, x);
  }
};

struct Gammaincc {
  static constexpr const char* kName = "gammaincc";
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return incomplete_gamma<0, false>(a, x);
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& x) {
    return -gammainc_da(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return -standard_gamma_density(a, x);
  }
};

struct GammaincDa {
  static constexpr const char* kName = "the derivative of gammainc";
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return incomplete_gamma<1, true>(a, x);
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& x) {
    return gammainc_da_da(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return standard_gamma_density(a, x) * standard_gamma_score(a, x);
  }
};

struct GammaincDaDa {
  static constexpr const char* kName = "the second derivative of gammainc";
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return incomplete_gamma<2, true>(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return standard_gamma_density(a, x) * (square(standard_gamma_score(a, x)) - trigamma(a));
  }
};

// The functions of log P if `lower`, else of log Q.

template <bool lower>
constexpr auto log_tail_slope(const auto& a, const auto& x) {
  if constexpr (lower) {
    return log_gammainc_slope(a, x);
  } else {
    return log_gammaincc_slope(a, x);
  }
}
template <bool lower>
constexpr auto log_tail_da(const auto& a, const auto& x) {
  if constexpr (lower) {
    return log_gammainc_da(a, x);
  } else {
    return log_gammaincc_da(a, x);
  }
}
template <bool lower>
constexpr auto log_tail_da_da(const auto& a, const auto& x) {
  if constexpr (lower) {
    return log_gammainc_da_da(a, x);
  } else {
    return log_gammaincc_da_da(a, x);
  }
}
/// The slope h is p / P or -p / Q, where p is the density. This is d/da log |h|.
template <bool lower>
constexpr auto log_tail_score(const auto& a, const auto& x) {
  return standard_gamma_score(a, x) - log_tail_da<lower>(a, x);
}

template <bool lower>
struct LogTail {
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return log_incomplete_gamma<0, lower>(a, x);
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& x) {
    return log_tail_da<lower>(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return log_tail_slope<lower>(a, x);
  }
};

template <bool lower>
struct LogTailSlope {
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return log_incomplete_gamma_slope<lower>(a, x);
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& x) {
    return log_tail_slope<lower>(a, x) * log_tail_score<lower>(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    const auto slope = log_tail_slope<lower>(a, x);
    return slope * (gamma_score(x, a, like(a, 1.0)) - slope);
  }
};

template <bool lower>
struct LogTailDa {
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return log_incomplete_gamma<1, lower>(a, x);
  }
  static constexpr auto partial(Argument<0>, const auto& a, const auto& x) {
    return log_tail_da_da<lower>(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return log_tail_slope<lower>(a, x) * log_tail_score<lower>(a, x);
  }
};

template <bool lower>
struct LogTailDaDa {
  template <class T>
  static constexpr T value(const T& a, const T& x) {
    return log_incomplete_gamma<2, lower>(a, x);
  }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return log_tail_slope<lower>(a, x) *
           (square(log_tail_score<lower>(a, x)) - trigamma(a) - log_tail_da_da<lower>(a, x));
  }
};

struct LogGammainc : LogTail<true> {
  static constexpr const char* kName = "log_gammainc";
};
struct LogGammaincc : LogTail<false> {
  static constexpr const char* kName = "log_gammaincc";
};
struct LogGammaincSlope : LogTailSlope<true> {
  static constexpr const char* kName = "the slope of log_gammainc";
};
struct LogGammainccSlope : LogTailSlope<false> {
  static constexpr const char* kName = "the slope of log_gammaincc";
};
struct LogGammaincDa : LogTailDa<true> {
  static constexpr const char* kName = "the derivative of log_gammainc";
};
struct LogGammainccDa : LogTailDa<false> {
  static constexpr const char* kName = "the derivative of log_gammaincc";
};
struct LogGammaincDaDa : LogTailDaDa<true> {
  static constexpr const char* kName = "the second derivative of log_gammainc";
};
struct LogGammainccDaDa : LogTailDaDa<false> {
  static constexpr const char* kName = "the second derivative of log_gammaincc";
};

}  // namespace torch::distributions::ops::special
