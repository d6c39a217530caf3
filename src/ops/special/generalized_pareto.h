#pragma once

#include "ops/special/exponential.h"
#include "ops/special/xlogy.h"

/// The generalized Pareto distribution with concentration c, which is exponential at c = 0. Every
/// function has a limit there, and a series near it in a product with c: not in c alone, since the
/// other factor may be large.

namespace torch::distributions::ops::special {

struct ParetoHazard;
struct ParetoHazardDc;
struct ParetoHazardDcDc;
struct ParetoQuantile;
struct ParetoQuantileDc;
struct ParetoQuantileDcDc;

/// log(1 + c d/s) / c for s > 0: minus the logarithm of P(X > d) for the scale s. At the end of the
/// support, 1 + c d/s = 0, and beyond, it is that of the nearest number inside. Error: relative, 4
/// units for c >= 0; gradient the same.
inline constexpr Function<ParetoHazard> pareto_hazard{};
/// Its first and second derivatives in c. The third throws c10::NotImplementedError.
inline constexpr Function<ParetoHazardDc> pareto_hazard_dc{};
inline constexpr Function<ParetoHazardDcDc> pareto_hazard_dc_dc{};

/// ((1 - p)^-c - 1) / c, the quantile for the scale 1. Error: relative, 4 units times
/// max(1, |c log(1 - p)|).
inline constexpr Function<ParetoQuantile> pareto_quantile{};
/// Its first and second derivatives in c. The third throws c10::NotImplementedError.
inline constexpr Function<ParetoQuantileDc> pareto_quantile_dc{};
inline constexpr Function<ParetoQuantileDcDc> pareto_quantile_dc_dc{};

/// With z = d/s and w = c z, the hazard is log(1 + w) / c. It is the integral of 1 / (1 + c t) over
/// t from 0 to z, and its derivatives in c are integrals as well: with v = z / (1 + w), the
/// integral of u^n / (1 - c u) over u from 0 to v is
///     I_n = v^(n + 1) (1 / (n + 1) + c v / (n + 2) + (c v)^2 / (n + 3) + ...),
///     I_n = (I_(n - 1) - v^n / n) / c,
/// and d/dc I_n = -(n + 1) I_(n + 1), starting from I_0, the hazard.
struct ParetoHazard {
  static constexpr const char* kName = "pareto_hazard";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& d, const T& s, const T& c) {
    const T z = d / s, w = relative(z, c);
    return branch(
        abs(w) < kFlat, [&] { return z; },
        [&] {
          return branch(
                     w < kFar, [&] { return log1p(w); },
                     [&] { return log(c) + (log(d) - log(s)); }) /
                 c;
        });
  }
  static constexpr auto partial(Argument<0>, const auto& d, const auto& s, const auto& c) {
    return 1.0 / sum(d, s, c);
  }
  static constexpr auto partial(Argument<1>, const auto& d, const auto& s, const auto& c) {
    return -shrunk(d, s, c) / s;
  }
  static constexpr auto partial(Argument<2>, const auto& d, const auto& s, const auto& c) {
    return pareto_hazard_dc(d, s, c);
  }

  static constexpr double kFlat = 1e-17;  // below, log(1 + w) = w
  static constexpr double kFar = 1e290;   // beyond, w may overflow

  /// w, and at least the number after -1.
  static constexpr auto relative(const auto& z, const auto& c) {
    constexpr double kLeast = -1 + 0x1p-53;
    return max(select(c == 0.0, 0.0, c * z), kLeast);
  }
  /// s + c d, and at least a rounding of s.
  static constexpr auto sum(const auto& d, const auto& s, const auto& c) {
    return max(c * d + s, s * 0x1p-53);
  }
  /// v, which is 1 / c where c d may overflow.
  static constexpr auto shrunk(const auto& d, const auto& s, const auto& c) {
    const auto is_far = c * d > kFar;
    const auto e = select(is_far, 0.0, d), concentration = select(is_far, c, 1.0);
    return select(is_far, 1.0 / concentration, e / sum(e, s, c));
  }
};

struct ParetoHazardDc {
  static constexpr const char* kName = "pareto_hazard_dc";

  template <class T>
  [[gnu::noinline, gnu::pure]] static constexpr T value(const T& d, const T& s, const T& c) {
    constexpr double kNear = 1e-8;  // below, two terms of the series are enough
    const T z = d / s, w = ParetoHazard::relative(z, c), share = w / (w + 1.0);  // c v
    return branch(
        abs(w) < kNear,
        [&] {
          const T v = z / (w + 1.0);
          return -v * v * (w * (1. / 3) + 0.5);
        },
        [&] {
          return branch(
                     abs(w - 0.25) <= 0.75, [&] { return log1pmx(-share); },
                     [&] {
                       return branch(
                           w < ParetoHazard::kFar, [&] { return share - log1p(w); },
                           [&] { return 1.0 - c * ParetoHazard::value(d, s, c); });
                     }) /
                 c / c;
        });
  }
  static constexpr auto partial(Argument<0>, const auto& d, const auto& s, const auto& c) {
    return -ParetoHazard::shrunk(d, s, c) / ParetoHazard::sum(d, s, c);
  }
  static constexpr auto partial(Argument<1>, const auto& d, const auto& s, const auto& c) {
    return square(ParetoHazard::shrunk(d, s, c)) / s;
  }
  static constexpr auto partial(Argument<2>, const auto& d, const auto& s, const auto& c) {
    return pareto_hazard_dc_dc(d, s, c);
  }
};

struct ParetoHazardDcDc {
  static constexpr const char* kName = "pareto_hazard_dc_dc";

  template <class T>
  static constexpr T value(const T& d, const T& s, const T& c) {
    constexpr int kTerms = 48;
    const T z = d / s, w = ParetoHazard::relative(z, c);
    const T v = ParetoHazard::shrunk(d, s, c);
    return branch(
        abs(w) <= 0.3,
        [&] {
          const T share = w / (w + 1.0);
          T sum = like(w, 1.0 / (3 + kTerms));
          for (int k = kTerms - 1; k >= 0; --k) sum = sum * share + 1.0 / (3 + k);
          return 2.0 * v * v * v * sum;
        },
        [&] { return (-2.0 * ParetoHazardDc::value(d, s, c) - v * v) / c; });
  }
  static constexpr auto partial(Argument<0>, const auto& d, const auto& s, const auto& c) {
    return 2.0 * square(ParetoHazard::shrunk(d, s, c)) / ParetoHazard::sum(d, s, c);
  }
  static constexpr auto partial(Argument<1>, const auto& d, const auto& s, const auto& c) {
    const auto v = ParetoHazard::shrunk(d, s, c);
    return -2.0 * v * square(v) / s;
  }
};

/// With t = -log(1 - p) and w = c t, the quantile is expm1(w) / c, the integral of exp(c u) over u
/// from 0 to t. Its nth derivative in c is that of u^n exp(c u).
struct ParetoQuantile {
  static constexpr const char* kName = "pareto_quantile";

  template <class T>
  static constexpr T value(const T& p, const T& c) {
    const T t = exponential(p), w = c * t;
    return branch(
        c == 0.0 || abs(w) < 1e-17, [&] { return t; }, [&] { return expm1(w) / c; });
  }
  static constexpr auto partial(Argument<0>, const auto& p, const auto& c) { return slope(p, c); }
  static constexpr auto partial(Argument<1>, const auto& p, const auto& c) {
    return pareto_quantile_dc(p, c);
  }

  /// t
  static constexpr auto exponential(const auto& p) { return 0.0 - log1p(-p); }
  /// (1 - p)^(-c - 1)
  static constexpr auto slope(const auto& p, const auto& c) { return exp(-xlog1py(c + 1.0, -p)); }
  /// w, and at least a number from which on exp(w) is 0.
  template <class T>
  static constexpr T exponent(const T& t, const T& c) {
    constexpr double kLeast = -800;
    return max(select(c == 0.0, 0.0, c * t), kLeast);
  }
  /// The sum of w^k / (k! (n + 1 + k)) for |w| <= 1.
  template <class T>
  static constexpr T series(int n, const T& w) {
    constexpr int kTerms = 20;
    T sum = like(w, 0.0), term = like(w, 1.0);
    for (int k = 0; k < kTerms; ++k) {
      sum = sum + term / double(n + 1 + k);
      term = term * w / double(k + 1);
    }
    return sum;
  }
};

struct ParetoQuantileDc {
  static constexpr const char* kName = "pareto_quantile_dc";

  template <class T>
  static constexpr T value(const T& p, const T& c) {
    const T t = ParetoQuantile::exponential(p), w = ParetoQuantile::exponent(t, c);
    return branch(
        abs(w) <= 1.0, [&] { return t * t * ParetoQuantile::series(1, w); },
        [&] { return (exp(w) * (w - 1.0) + 1.0) / c / c; });
  }
  static constexpr auto partial(Argument<0>, const auto& p, const auto& c) {
    return ParetoQuantile::exponential(p) * ParetoQuantile::slope(p, c);
  }
  static constexpr auto partial(Argument<1>, const auto& p, const auto& c) {
    return pareto_quantile_dc_dc(p, c);
  }
};

struct ParetoQuantileDcDc {
  static constexpr const char* kName = "pareto_quantile_dc_dc";

  template <class T>
  static constexpr T value(const T& p, const T& c) {
    const T t = ParetoQuantile::exponential(p), w = ParetoQuantile::exponent(t, c);
    return branch(
        abs(w) <= 1.0, [&] { return t * t * t * ParetoQuantile::series(2, w); },
        [&] { return (exp(w) * ((w - 2.0) * w + 2.0) - 2.0) / c / c / c; });
  }
  static constexpr auto partial(Argument<0>, const auto& p, const auto& c) {
    return square(ParetoQuantile::exponential(p)) * ParetoQuantile::slope(p, c);
  }
};

}  // namespace torch::distributions::ops::special
