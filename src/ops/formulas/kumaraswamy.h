#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/digamma.h"
#include "ops/special/exponential.h"
#include "ops/special/log_binomial.h"
#include "ops/special/log_power.h"

namespace torch::distributions {
class Kumaraswamy;
}

namespace torch::distributions::ops::formulas {

/// 1 - X^a is U^(1/b) for a uniform number U. The functions of a value x use log x and
/// log(1 - x^a), which have digits near 0 and near 1. See M. Wasserman and G. Mateos, "Stabilizing
/// the Kumaraswamy distribution" (2024).
struct Kumaraswamy {
  using Family = distributions::Kumaraswamy;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& a, const auto& b) { return a >= 0.0 && b >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(x < 0.0 || x > 1.0);
  }

  /// At x = 0 the second term of the density is -(b - 1) x^a; at x = 1 it is
  /// (b - 1) log(a (1 - x)). These have the value and the derivatives of the density there.
  static constexpr auto log_prob(const auto& a, const auto& b) {
    return [a, b, log_ab = log(a) + log(b)](const auto& x) {
      const auto density = [](const auto& y, const auto& c, const auto& d) {
        return of_log(
            [&](const auto& log_y) { return (c - 1.0) * log_y + (d - 1.0) * log1mexp(c * log_y); },
            y);
      };
      const auto interior = within(!(x == 0.0 || x == 1.0), 0.0, density, x, a, b);
      const auto at_zero = within(
          x == 0.0, 0.0, [](const auto& y, const auto& shape) { return log_power(shape, y); }, x,
          a);
      const auto slanting = within(
          x == 0.0 && a == 1.0, 0.0,
          [](const auto& y, const auto& shape) { return (1.0 - shape) * y; }, x, b);
      const auto at_one = within(
          x == 1.0, 0.0,
          [](const auto& y, const auto& c, const auto& d) {
            return log_power(d, 1.0 - y) + (d - 1.0) * log(c) + (c - 1.0) * (y - 1.0);
          },
          x, a, b);
      return log_ab + interior + at_zero + slanting + at_one;
    };
  }
  static constexpr auto cdf(const auto& a, const auto& b) {
    return [=](const auto& x) {
      const auto body = [](const auto& y, const auto& c, const auto& d) {
        return of_log([&](const auto& log_y) { return 0.0 - expm1(log_survival(log_y, c, d)); }, y);
      };
      const auto certain = is_certain(x, a, b);
      const auto inside = !(x <= 0.0 || x >= 1.0 || certain);
      return select(x >= 1.0 || certain, 1.0, within(inside, 0.0, body, x, a, b)) + start(a, b)(x) +
             end(a, b)(x);
    };
  }
  /// At p = 0 and p = 1 the slope of the quantile is 0, that of p / b or (p - 1) / a, or infinite.
  static constexpr auto icdf(const auto& a, const auto& b) {
    return [=](const auto& p) {
      constexpr double kVanishing = -1000;  // exp of it is 0 in double
      const auto logarithm = [](const auto& q, const auto& d) { return log1mexp(log1p(-q) / d); };
      const auto quantile = [](const auto& log_y, const auto& c) { return exp(log_y / c); };
      const auto inside = !(p == 0.0 || p == 1.0);
      const auto log_power_of_x = within(inside, 0.0, logarithm, p, b);
      const auto interior =
          within(inside && !(log_power_of_x < kVanishing * a), 0.0, quantile, log_power_of_x, a);
      const auto root = [](const auto& q) { return sqrt(q); };
      const auto ratio = [](const auto& q, const auto& c) { return q / c; };
      const auto at_one = within(
          p == 1.0, 0.0, [](const auto& q) { return 1.0 - q; }, p);
      return select(p == 1.0, 1.0, interior) +  //
             within(p == 0.0 && a > 1.0, 0.0, root, p) +
             within(p == 0.0 && a == 1.0, 0.0, ratio, p, b) -
             within(p == 1.0 && b > 1.0, 0.0, root, at_one) -
             within(p == 1.0 && b == 1.0, 0.0, ratio, at_one, a);
    };
  }
  static constexpr auto log_cdf(const auto& a, const auto& b) {
    return [=](const auto& x) {
      constexpr double kFar = -40;  // below, log(1 - y) is -y in double
      const auto inside = !(x <= 0.0 || x >= 1.0);
      const auto power = a * log(select(inside, x, 0.5));
      const auto far = inside && power < kFar && log(b) + power < kFar;
      const auto tail = [](const auto& y, const auto& c, const auto& d) {
        return log(d) + of_log([&](const auto& log_y) { return c * log_y; }, y);
      };
      const auto body = [](const auto& y, const auto& c, const auto& d) {
        return of_log([&](const auto& log_y) { return log1mexp(log_survival(log_y, c, d)); }, y);
      };
      const auto certain = is_certain(x, a, b);
      const auto others = within(inside && !far && !certain, -kInfinity, body, x, a, b);
      return select(x >= 1.0 || certain, 0.0,
                    select(far, within(far, -kInfinity, tail, x, a, b), others)) +
             end(a, b)(x);
    };
  }
  static constexpr auto survival_function(const auto& a, const auto& b) {
    return [=](const auto& x) {
      const auto body = [](const auto& y, const auto& c, const auto& d) {
        return of_log([&](const auto& log_y) { return exp(log_survival(log_y, c, d)); }, y);
      };
      const auto certain = is_certain(x, a, b);
      const auto inside = !(x <= 0.0 || x >= 1.0 || certain);
      return select(x >= 1.0 || certain, 0.0, within(inside, 1.0, body, x, a, b)) - start(a, b)(x) -
             end(a, b)(x);
    };
  }
  static constexpr auto log_survival_function(const auto& a, const auto& b) {
    return [=](const auto& x) {
      const auto body = [](const auto& y, const auto& c, const auto& d) {
        return of_log([&](const auto& log_y) { return log_survival(log_y, c, d); }, y);
      };
      const auto inside = !(x <= 0.0 || x >= 1.0);
      return select(x >= 1.0, -kInfinity, within(inside, 0.0, body, x, a, b)) - start(a, b)(x);
    };
  }
  /// E[X^n] is the reciprocal of the binomial coefficient C(b + n/a, b).
  static constexpr auto mean(const auto& a, const auto& b) {
    const auto body = [](const auto& c, const auto& d) { return exp(-log_binomial(1.0 / c, d)); };
    return within(!(log_binomial(1.0 / a, b) > kFar), 0.0, body, a, b);
  }
  /// If the density is infinite at one end, this end; if at both ends, or if it is constant, NaN.
  static constexpr auto mode(const auto& a, const auto& b) {
    const auto interior = [](const auto& c, const auto& d) {
      return exp(-log1p((d - 1.0) * (c / (c - 1.0))) / c);
    };
    const auto at_most = within(!(a <= 1.0 || b < 1.0), 1.0, interior, a, b);
    const auto is_constant = a == 1.0 && b == 1.0;
    const auto has_none = (a < 1.0 && b < 1.0) || is_constant;
    return select(has_none, kNaN, select(a <= 1.0 && b >= 1.0, 0.0, at_most));
  }
  static constexpr auto variance(const auto& a, const auto& b) {
    const auto body = [](const auto& c, const auto& d) {
      const auto u = 1.0 / c;
      return exp(-log_binomial(2.0 * u, d)) * -expm1(-log_binomial_gap(u, d));
    };
    return within(!(log_binomial(2.0 / a, b) > kFar), 0.0, body, a, b);
  }
  static constexpr auto entropy(const auto& a, const auto& b) {
    return (1.0 - 1.0 / b) + (1.0 - 1.0 / a) * digamma_difference(like(b, 1.0), b) -
           (log(a) + log(b));
  }

 private:
  static constexpr double kFar = 800;  // exp(-kFar) is 0 in double

  /// log(1 - F(x)) = b log(1 - x^a)
  static constexpr auto log_survival(const auto& log_x, const auto& a, const auto& b) {
    return b * log1mexp(a * log_x);
  }

  /// Whether the cdf is 1 in double at an x below 1. There the slope of log(1 - x^a) may overflow.
  static constexpr auto is_certain(const auto& x, const auto& a, const auto& b) {
    const auto inside = x > 0.0 && x < 1.0;
    return inside && log_survival(log(select(inside, x, 0.5)), a, b) < -kFar;
  }

  /// A term of the cdf that is 0, but whose derivative in x at x = 0 is the density there:
  /// infinite, b, or 0.
  static constexpr auto start(const auto& a, const auto& b) {
    return [=](const auto& x) {
      const auto steep = x == 0.0 && a < 1.0, slanting = x == 0.0 && a == 1.0;
      return within(
                 steep, 0.0, [](const auto& y) { return sqrt(y); }, x) +
             within(
                 slanting, 0.0, [](const auto& y, const auto& d) { return d * y; }, x, b);
    };
  }
  /// The same at x = 1: infinite, a, or 0.
  static constexpr auto end(const auto& a, const auto& b) {
    return [=](const auto& x) {
      const auto steep = x == 1.0 && b < 1.0, slanting = x == 1.0 && b == 1.0;
      return within(
                 slanting, 0.0, [](const auto& y, const auto& c) { return c * (y - 1.0); }, x, a) -
             within(
                 steep, 0.0, [](const auto& y) { return sqrt(1.0 - y); }, x);
    };
  }
};

/// The logarithm of the draw that a uniform number u in (0, 1] gives: P(X > x) = u. It does not go
/// through a power of u, which may round to 0 or 1. A draw in float needs no double.
struct KumaraswamyLogDraw {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kInverse, kEveryParameter}, {kLogProb, kEveryParameter}};

  static constexpr auto inverse(const auto& a, const auto& b) {
    return [=](const auto& u) { return log1mexp(log(u) / b) / a; };
  }
  /// The log density of this draw x: log(1 - x^a) is log(u) / b.
  static constexpr auto log_prob(const auto& a, const auto& b) {
    return [a, b, log_ab = log(a) + log(b)](const auto& u) {
      const auto log_u = log(u);
      const auto log_rest = log_u / b;
      const auto log_power = log1mexp(log_rest);
      return log_ab + (log_power - log_power / a) + (log_u - log_rest);
    };
  }
};

}  // namespace torch::distributions::ops::formulas
