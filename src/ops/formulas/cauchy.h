#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/student_t.h"
#include "ops/special/angle.h"
#include "ops/special/normal.h"
#include "ops/special/student_t.h"

namespace torch::distributions {
class Cauchy;
}

namespace torch::distributions::ops::formulas {

/// Student's t-distribution with one degree of freedom. `angle_share(scale, d)` is the probability
/// of a distance of more than d from `loc`.
struct Cauchy {
  using Family = distributions::Cauchy;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto&, const auto& scale) { return scale >= 0.0; }

  static constexpr auto log_prob(const auto& loc, const auto& scale) {
    constexpr double kLogPi = 1.1447298858494001741;
    return [loc, scale, log_normalizer = log(scale) + kLogPi](const auto& x) {
      const auto drop = [](const auto& distance, const auto& s) {
        return student_t_drop(distance, s, 1.0);
      };
      return -of_distance(drop, x, loc, scale) - log_normalizer;
    };
  }
  static constexpr auto cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      const auto of_finite = [](const auto& distance, const auto& s) {
        const auto lower = distance < 0.0;
        const auto smaller = 0.5 * angle_share(s, select(lower, -distance, distance));
        return select(lower, smaller, 1.0 - smaller);
      };
      return with_limits(of_finite, 0.0, 1.0, x, loc, scale);
    };
  }
  /// The tangent is that of a small angle: at p = 1/2 it is 0, and towards the ends the quantile is
  /// the reciprocal of a tangent, which is 0 at the end.
  static constexpr auto icdf(const auto& loc, const auto& scale) {
    return [=](const auto& p) {
      const auto lower = p <= 0.5, central = abs(p - 0.5) < 0.25;
      const auto far = 1.0 / tan(kPi * select(lower, p, 1.0 - p));
      const auto z = select(central, tan(kPi * (p - 0.5)), select(lower, -far, far));
      return loc + scale * z;
    };
  }
  static constexpr auto log_cdf(const auto& loc, const auto& scale) {
    return [=](const auto& x) {
      const auto of_finite = [](const auto& distance, const auto& s) {
        const auto lower = distance < 0.0;
        const auto size = select(lower, -distance, distance);
        return select(lower, log_angle_share(s, size) - kLog2,
                      log1p(0.0 - 0.5 * angle_share(s, size)));
      };
      return with_limits(of_finite, -kInfinity, 0.0, x, loc, scale);
    };
  }
  // The distribution is symmetric: P(X > x) is the cdf at `loc` of the distribution around x.
  static constexpr auto survival_function(const auto& loc, const auto& scale) {
    return [=](const auto& x) { return cdf(x, scale)(loc); };
  }
  static constexpr auto log_survival_function(const auto& loc, const auto& scale) {
    return [=](const auto& x) { return log_cdf(x, scale)(loc); };
  }
  static constexpr auto mean(const auto& loc, const auto&) { return select(isnan(loc), loc, kNaN); }
  static constexpr auto mode(const auto& loc, const auto&) { return loc; }
  static constexpr auto variance(const auto&, const auto& scale) {
    return select(isnan(scale), scale, kInfinity);
  }
  static constexpr auto stddev(const auto& loc, const auto& scale) { return variance(loc, scale); }
  static constexpr auto entropy(const auto&, const auto& scale) {
    constexpr double kLog4Pi = 2.5310242469692907930;
    return log(scale) + kLog4Pi;
  }

 private:
  /// f(x - loc, scale), and its limits at an infinite distance.
  static constexpr auto with_limits(const auto& f, double lowest, double highest, const auto& x,
                                    const auto& loc, const auto& scale) {
    const auto infinite =
        abs(x - loc) == kInfinity && (abs(x) == kInfinity || abs(loc) == kInfinity);
    const auto of_all = [&](const auto&... inputs) { return of_distance(f, inputs...); };
    return select(infinite && x > loc, highest, within(!infinite, lowest, of_all, x, loc, scale));
  }
};

template <>
struct Kl<Cauchy, Cauchy> : Between<Cauchy, Cauchy> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// log(1 + (a^2 + b^2) / (scale_p scale_q)), where a and b are half the differences of the scales
  /// and of the locations (F. Chyzak and F. Nielsen, "A closed-form formula for the
  /// Kullback-Leibler divergence between Cauchy distributions", 2019).
  static constexpr auto kl(const auto& loc_p, const auto& scale_p, const auto& loc_q,
                           const auto& scale_q) {
    constexpr double kFar = 1e17;  // beyond, log(1 + w) = log(w) in double
    const auto of_near = [](const auto& m, const auto& s, const auto& n, const auto& t) {
      return log1p(sum_of_squares(m, s, n, t));
    };
    const auto of_far = [](const auto& m, const auto& s, const auto& n, const auto& t) {
      const auto a = abs(0.5 * s - 0.5 * t);
      const auto b = abs(0.5 * m - 0.5 * n);
      const auto larger = select(a > b, a, b), smaller = select(a > b, b, a);
      return 2.0 * log(larger) - (log(s) + log(t)) + log1p(square(smaller / larger));
    };
    const auto near = !(sum_of_squares(loc_p, scale_p, loc_q, scale_q) > kFar);
    return select(near, within(near, 0.0, of_near, loc_p, scale_p, loc_q, scale_q),
                  within(!near, 0.0, of_far, loc_p, scale_p, loc_q, scale_q));
  }

 private:
  /// (a^2 + b^2) / (s t), which may overflow.
  static constexpr auto sum_of_squares(const auto& m, const auto& s, const auto& n, const auto& t) {
    const auto unit = sqrt(s) * sqrt(t);
    return square((0.5 * s - 0.5 * t) / unit) + square(0.5 * standardized(m, n, unit));
  }
};

}  // namespace torch::distributions::ops::formulas
