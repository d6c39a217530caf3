#pragma once

#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

#include "ops/special/beta_log_density.h"
#include "ops/special/digamma.h"
#include "ops/special/log_density.h"
#include "ops/special/quadrature_coefficients.h"

/// The mean distance of a Beta variable from a point, and its derivatives.
///
/// The mean distance is the distance of the mean plus twice the mean excess beyond the point, on
/// either side: E|X - x| = E[X] - x + 2 E[(x - X)+] = x - E[X] + 2 E[(X - x)+], with
/// (y)+ = max(y, 0). Each excess is an integral over the tail on its side, by a series if the
/// terms fall fast, else by quadrature on the side away from the mean. All terms are positive.

namespace torch::distributions::ops::special {

struct BetaMeanDistance;
struct BetaMeanDistanceDa;
struct BetaMeanDistanceDaDa;
struct BetaMeanDistanceDaDb;
struct BetaMeanDistanceDb;
struct BetaMeanDistanceDbDb;
struct BetaSign;
struct BetaSignDa;
struct BetaSignDb;

/// E|X - x| for X ~ Beta(a, b), for 0 < x < 1 and a, b > 0. Error: relative, 64 units; gradient 256,
/// not relative. The third derivatives throw c10::NotImplementedError, except those that have two
/// derivatives in x.
inline constexpr Function<BetaMeanDistance> beta_mean_distance{};

/// Its derivative in x, which is E[sign(x - X)] = P(X < x) - P(X > x).
inline constexpr Function<BetaSign> beta_sign{};

/// Its first and second derivatives in the shapes.
inline constexpr Function<BetaMeanDistanceDa> beta_mean_distance_da{};
inline constexpr Function<BetaMeanDistanceDb> beta_mean_distance_db{};
inline constexpr Function<BetaMeanDistanceDaDa> beta_mean_distance_da_da{};
inline constexpr Function<BetaMeanDistanceDaDb> beta_mean_distance_da_db{};
inline constexpr Function<BetaMeanDistanceDbDb> beta_mean_distance_db_db{};

/// The derivatives of beta_sign in the shapes, which have a derivative in x.
inline constexpr Function<BetaSignDa> beta_sign_da{};
inline constexpr Function<BetaSignDb> beta_sign_db{};

/// How often a function of the shapes (a, b) is differentiated in each.
struct ShapeOrder {
  int in_a, in_b;
};

/// One tail of X ~ Beta(a, b) beyond x. Y is the distance of X from the end of the tail, 0 or 1,
/// and w that of x, so Y ~ Beta(c, d) where c is the shape of that end.
template <class T>
class BetaTail {
 public:
  constexpr BetaTail(const T& x, const T& a, const T& b)
      : is_huge_(a + b > kHuge), is_series_(is_huge_), is_below_(is_huge_) {
    // Shapes whose sum is close to overflow are divided by 2^40, which multiplies the variance by it.
    const T first = select(is_huge_, 0x1p-40 * a, a), second = select(is_huge_, 0x1p-40 * b, b);
    const auto [p, q] = with_complement(x);
    total_ = first + second;
    const T excess = binomial_residual(first, second, p, q);  // n (E[X] - x)
    const auto from_0 = has_series(x, first), from_1 = has_series(q.high, second);
    is_series_ = from_0 || from_1;
    is_below_ = from_0 || (!from_1 && excess >= 0.0);
    own_ = select(is_below_, first, second);
    other_ = select(is_below_, second, first);
    point_ = select(is_below_, x, q.high);
    rest_ = select(is_below_, q.high, x);
    log_point_ = select(is_below_, log(x), log1p(-x));
    log_rest_ = select(is_below_, log1p(-x), log(x));
    excess_ = select(is_below_, excess, -excess);
    probability_ = exp(log_binomial_probability(first, second, p, q));
  }

  /// A derivative of E|X - x|, or the value.
  template <ShapeOrder order>
  constexpr T mean_distance() const {
    const T n = total_, c = own_ / n, d = other_ / n;
    T of_mean;
    if constexpr (order.in_a + order.in_b == 0) {
      of_mean = excess_ / n;
    } else {
      of_mean = chosen<order>({d / n, -c / n, -2.0 * d / n / n, (c - d) / n / n, 2.0 * c / n / n});
    }
    const T unit = select(is_huge_, 0x1p-20, like(n, 1.0));  // of the deviation
    return of_mean + 2.0 * unit * tail<1, order>();
  }

  /// A derivative of P(X < x) - P(X > x), or the value.
  template <ShapeOrder order>
  constexpr T sign() const {
    const T twice = 2.0 * tail<0, order>();
    const T below = order.in_a + order.in_b == 0 ? twice - 1.0 : twice;
    return select(is_below_, below, -below);
  }

 private:
  using Condition = std::remove_cvref_t<decltype(std::declval<T>() < std::declval<T>())>;

  static constexpr double kHuge = 1e300;

  /// If each term of a series is at most kRatio times the one before, kTerms terms are enough.
  static constexpr double kRatio = 0.8;
  static constexpr int kTerms = 170;

  /// Derivatives in the shapes c and d.
  struct Slopes {
    T c, d, cc, cd, dd;
  };

  constexpr Condition has_series(const T& w, const T& shape) const {
    return w <= kRatio && w * total_ <= kRatio * (shape + 1.0);
  }

  /// The derivative of the given order in the shapes of X.
  template <ShapeOrder order>
  constexpr T chosen(const Slopes& of) const {
    if constexpr (order.in_a == 1 && order.in_b == 1) {
      return of.cd;
    } else if constexpr (order.in_a + order.in_b == 1) {
      return order.in_a == 1 ? select(is_below_, of.c, of.d) : select(is_below_, of.d, of.c);
    } else {
      return order.in_a == 2 ? select(is_below_, of.cc, of.dd) : select(is_below_, of.dd, of.cc);
    }
  }

  /// The derivative of exp(f) divided by exp(f), from the derivatives of f.
  template <ShapeOrder order>
  constexpr T factor(const Slopes& of_log) const {
    if constexpr (order.in_a + order.in_b == 0) {
      return like(own_, 1.0);
    } else if constexpr (order.in_a + order.in_b == 1) {
      return chosen<order>(of_log);
    } else {
      constexpr ShapeOrder kFirst{order.in_a > 0, order.in_a == 0};
      constexpr ShapeOrder kSecond{order.in_b == 0, order.in_b > 0};
      return chosen<order>(of_log) + chosen<kFirst>(of_log) * chosen<kSecond>(of_log);
    }
  }

  /// A derivative of E[(w - Y)+^power], or the value. For power = 0 it is P(Y < w).
  template <int power, ShapeOrder order>
  constexpr T tail() const {
    return branch(
        is_series_, [&] { return series<power, order>(); },
        [&] { return quadrature<power, order>(); });
  }

  /// The derivatives of log(B d / n) with B = (c + d)! / (c! d!) w^c (1 - w)^d and n = c + d.
  constexpr Slopes leading_slopes() const {
    const T &c = own_, &d = other_, &n = total_;
    const T inverse_n = 1.0 / n, inverse_d = 1.0 / d, square_n = square(inverse_n);
    return {log_point_ + digamma_difference(c + 1.0, d) - inverse_n,
            log_rest_ + digamma_difference(d + 1.0, c) + c / n * inverse_d,
            trigamma_difference(c + 1.0, d) + square_n, trigamma(n + 1.0) + square_n,
            trigamma_difference(d + 1.0, c) + square_n - square(inverse_d)};
  }

  /// By a hypergeometric function with positive terms (DLMF 8.17.8): with r = `power`,
  /// B d/n [w (1 - w) / (c + 1)]^r times the sum of (n + r)_k / (c + 1 + r)_k (k + r)! / k! w^k.
  template <int power, ShapeOrder order>
  constexpr T series() const {
    constexpr double r = power;
    Slopes slopes = leading_slopes();
    T term = probability_ * (other_ / total_);
    if constexpr (power == 1) {
      const T inverse = 1.0 / (own_ + 1.0);
      term = term * point_ * rest_ * inverse;
      slopes.c = slopes.c - inverse;
      slopes.cc = slopes.cc + square(inverse);
    }
    T sum = term * factor<order>(slopes), largest = term;
    for (int k = 1; k <= kTerms; ++k) {
      const T rising = total_ + (r + k - 1), falling = 1.0 / (own_ + (r + k));
      term = term * (rising * falling) * (point_ * ((r + k) / k));
      if constexpr (order.in_a + order.in_b > 0) {
        const T inverse = 1.0 / rising, squared = square(inverse);
        slopes = {slopes.c + (inverse - falling), slopes.d + inverse,
                  slopes.cc + (square(falling) - squared), slopes.cd - squared,
                  slopes.dd - squared};
      }
      sum = sum + term * factor<order>(slopes);
      largest = max(largest, term);
      if (is_negligible(term, largest)) break;
    }
    return sum;
  }

  /// Whether a series can stop after `term`. A tensor's series always has kTerms terms.
  static constexpr bool is_negligible(const T& term, const T& largest) {
    if constexpr (std::is_same_v<T, double>) {
      return term <= 0x1p-60 * largest;
    } else {
      return false;
    }
  }

  /// With s as the distance in log odds below w, the density times Y (1 - Y) is B c d/n exp(-f(s)),
  /// where f(s) = c s + n log(1 + w expm1(-s)) is convex. It is integrated by Gauss's rule up to
  /// where exp(-f) is negligible. The factor w - Y is w (1 - w) (1 - exp(-s)) / (1 + w expm1(-s)).
  template <int power, ShapeOrder order>
  constexpr T quadrature() const {
    Slopes slopes = leading_slopes();
    const T inverse_c = 1.0 / own_;
    slopes.c = slopes.c + inverse_c;
    slopes.cc = slopes.cc - square(inverse_c);
    const T half = 0.5 * reach();
    T sum = half * 0.0;
    for (const double side : {-1.0, 1.0}) {
      for (std::size_t i = 0; i < std::size(kLegendreNodes); ++i) {
        const T s = half * (side * kLegendreNodes[i] + 1.0), change = expm1(-s);
        T value = kLegendreWeights[i] * exp(-exponent(s));
        if constexpr (power == 1) value = value * -change / (point_ * exp(-s) + rest_);
        if constexpr (order.in_a + order.in_b > 0) {
          const T of_d = log1p(point_ * change);
          value = value * factor<order>({slopes.c - (s + of_d), slopes.d - of_d, slopes.cc,
                                         slopes.cd, slopes.dd});
        }
        sum = sum + value;
      }
    }
    const T unit = power == 1 ? point_ * rest_ : like(point_, 1.0);
    return probability_ * unit * (own_ * (other_ / total_) * half) * sum;
  }

  /// f(s), as its slope at 0 times s, plus a positive rest that does not cancel.
  constexpr T exponent(const T& s) const {
    const auto bend = [](const T& w, const T& y) { return log1pmx(w * expm1(y)) + w * expm1mx(y); };
    return excess_ * s + total_ * branch(
                                      point_ <= 0.5, [&] { return bend(point_, -s); },
                                      [&] { return bend(rest_, s); });
  }

  /// A number s with exp(-f(s)) about exp(-42), by Newton's method from a parabola.
  constexpr T reach() const {
    constexpr double kNegligible = 42;
    constexpr int kSteps = 3;
    const T curvature = total_ * point_ * rest_;
    T s = 2.0 * kNegligible / (excess_ + sqrt(square(excess_) + 2.0 * kNegligible * curvature));
    for (int i = 0; i < kSteps; ++i) {
      const T slope = excess_ + curvature * expm1(s) / (rest_ * exp(s) + point_);
      s = s - (exponent(s) - kNegligible) / slope;
    }
    return s;
  }

  Condition is_huge_, is_series_, is_below_;
  T total_;         // n = a + b = c + d
  T own_, other_;   // c, d
  T point_, rest_;  // w, 1 - w
  T log_point_, log_rest_;
  T excess_;       // n (E[Y] - w)
  T probability_;  // B, a binomial probability
};

/// E|X - x|, or a derivative of it in the shapes.
template <ShapeOrder order>
struct BetaMeanDistanceOf {
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& a, const T& b) {
    return BetaTail<T>(x, a, b).template mean_distance<order>();
  }
};

/// P(X < x) - P(X > x), or a derivative of it in the shapes.
template <ShapeOrder order>
struct BetaSignOf {
  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& x, const T& a, const T& b) {
    return BetaTail<T>(x, a, b).template sign<order>();
  }
};

struct BetaMeanDistance : BetaMeanDistanceOf<ShapeOrder{0, 0}> {
  static constexpr const char* kName = "beta_mean_distance";
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return beta_sign(x, a, b);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    return beta_mean_distance_da(x, a, b);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    return beta_mean_distance_db(x, a, b);
  }
};

struct BetaMeanDistanceDa : BetaMeanDistanceOf<ShapeOrder{1, 0}> {
  static constexpr const char* kName = "the derivative of beta_mean_distance";
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return beta_sign_da(x, a, b);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    return beta_mean_distance_da_da(x, a, b);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    return beta_mean_distance_da_db(x, a, b);
  }
};

struct BetaMeanDistanceDb : BetaMeanDistanceOf<ShapeOrder{0, 1}> {
  static constexpr const char* kName = "the derivative of beta_mean_distance";
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return beta_sign_db(x, a, b);
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    return beta_mean_distance_da_db(x, a, b);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    return beta_mean_distance_db_db(x, a, b);
  }
};

struct BetaMeanDistanceDaDa : BetaMeanDistanceOf<ShapeOrder{2, 0}> {
  static constexpr const char* kName = "the second derivative of beta_mean_distance";
};
struct BetaMeanDistanceDaDb : BetaMeanDistanceOf<ShapeOrder{1, 1}> {
  static constexpr const char* kName = "the second derivative of beta_mean_distance";
};
struct BetaMeanDistanceDbDb : BetaMeanDistanceOf<ShapeOrder{0, 2}> {
  static constexpr const char* kName = "the second derivative of beta_mean_distance";
};

struct BetaSign : BetaSignOf<ShapeOrder{0, 0}> {
  static constexpr const char* kName = "beta_sign";
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return 2.0 * exp(beta_log_density(x, a, b));
  }
  static constexpr auto partial(Argument<1>, const auto& x, const auto& a, const auto& b) {
    return beta_sign_da(x, a, b);
  }
  static constexpr auto partial(Argument<2>, const auto& x, const auto& a, const auto& b) {
    return beta_sign_db(x, a, b);
  }
};

struct BetaSignDa : BetaSignOf<ShapeOrder{1, 0}> {
  static constexpr const char* kName = "the derivative of beta_sign";
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return 2.0 * exp(beta_log_density(x, a, b)) * beta_shape_score(log(x), a, b);
  }
};
struct BetaSignDb : BetaSignOf<ShapeOrder{0, 1}> {
  static constexpr const char* kName = "the derivative of beta_sign";
  static constexpr auto partial(Argument<0>, const auto& x, const auto& a, const auto& b) {
    return 2.0 * exp(beta_log_density(x, a, b)) * beta_shape_score(log1p(-x), b, a);
  }
};

}  // namespace torch::distributions::ops::special
