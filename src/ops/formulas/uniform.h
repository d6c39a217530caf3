#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"
#include "ops/special/beta_log_density.h"
#include "ops/special/elementary.h"
#include "ops/special/gamma_log_density.h"
#include "ops/special/log_mean_gap.h"
#include "ops/special/rounding.h"
#include "ops/special/sigmoid.h"

namespace torch::distributions {
class Uniform;
}

namespace torch::distributions::ops::formulas {

struct Beta;
struct Exponential;
struct Gamma;

/// The uniform distribution on [low, high].
struct Uniform {
  using Family = distributions::Uniform;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kEntropy, kEveryParameter}};

  static constexpr auto in_range(const auto& low, const auto& high) { return low <= high; }

  static constexpr auto is_possible(const auto& x, const auto& low, const auto& high) {
    return !(x < low || x > high);
  }

  static constexpr auto log_prob(const auto& low, const auto& high) {
    return [log_density = 0.0 - log_width(low, high)](const auto& x) {
      return select(isnan(x), x, log_density);
    };
  }
  static constexpr auto cdf(const auto& low, const auto& high) {
    return [=](const auto& x) {
      const auto fraction = [](const auto& y, const auto& a, const auto& b) {
        const auto wide = is_wide(a, b);
        const auto start = halved_where(wide, a);
        return (halved_where(wide, y) - start) / (halved_where(wide, b) - start);
      };
      return select(x > high, 1.0, within(is_possible(x, low, high), 0.0, fraction, x, low, high));
    };
  }
  static constexpr auto icdf(const auto& low, const auto& high) {
    return [=](const auto& p) {
      const auto wide = is_wide(low, high);
      const auto start = halved_where(wide, low);
      const auto quantile = start + p * (halved_where(wide, high) - start);
      return select(wide, 2.0 * quantile, quantile);
    };
  }
  static constexpr auto log_cdf(const auto& low, const auto& high) {
    return [=](const auto& x) {
      constexpr double kTiny = 1e-290;  // below, the fraction may underflow
      const auto p = cdf(low, high)(x), q = survival_function(low, high)(x);
      const auto upper = p > 0.5, is_tiny = p < kTiny;
      const auto lower = !(x <= low || upper);
      const auto log_fraction = [](const auto& y, const auto& a, const auto& b) {
        const auto wide = is_wide(a, b);
        return log(halved_where(wide, y) - halved_where(wide, a)) -
               log(halved_where(wide, b) - halved_where(wide, a));
      };
      const auto tiny = within(lower && is_tiny, -kInfinity, log_fraction, x, low, high);
      const auto of_p = within(
          lower && !is_tiny, -kInfinity, [](const auto& f) { return log(f); }, p);
      const auto of_q = within(
          upper, 0.0, [](const auto& f) { return log1p(0.0 - f); }, q);
      return select(upper, of_q, select(is_tiny, tiny, of_p));
    };
  }
  // P(X > x) is the cdf at -x of the distribution of -X.
  static constexpr auto survival_function(const auto& low, const auto& high) {
    return [=](const auto& x) { return cdf(-high, -low)(-x); };
  }
  static constexpr auto log_survival_function(const auto& low, const auto& high) {
    return [=](const auto& x) { return log_cdf(-high, -low)(-x); };
  }
  static constexpr auto mean(const auto& low, const auto& high) { return 0.5 * low + 0.5 * high; }
  static constexpr auto mode(const auto&, const auto&) { return kNaN; }  // every point is a mode
  static constexpr auto variance(const auto& low, const auto& high) {
    return square(stddev(low, high));
  }
  static constexpr auto stddev(const auto& low, const auto& high) {
    const auto wide = is_wide(low, high);
    const auto result = (halved_where(wide, high) - halved_where(wide, low)) / kSqrt12;
    return select(wide, 2.0 * result, result);
  }
  static constexpr auto entropy(const auto& low, const auto& high) { return log_width(low, high); }

  /// Whether high - low overflows.
  static constexpr auto is_wide(const auto& low, const auto& high) {
    return high - low == kInfinity;
  }

  static constexpr auto log_width(const auto& low, const auto& high) {
    const auto wide = is_wide(low, high);
    const auto result = log(halved_where(wide, high) - halved_where(wide, low));
    return select(wide, result + kLog2, result);
  }

  /// The same for an interval that contains [0, 1], without cancellation if both are nearly equal.
  static constexpr auto log_width_around_unit(const auto& low, const auto& high) {
    const auto wide = is_wide(low, high);
    const auto beyond = (halved_where(wide, high) - 1.0) - halved_where(wide, low);
    return log1p(beyond) + select(wide, kLog2, like(beyond, 0.0));
  }
};

/// The logit of a uniform number: the logistic distribution if low = 0 and high = 1. A logarithm
/// far out does not go through the number itself, which rounds to 0 or 1.
struct LogitOfUniform {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;

  static constexpr auto cdf(const auto& low, const auto& high) {
    return [=](const auto& y) { return Uniform::cdf(low, high)(sigmoid(y)); };
  }
  static constexpr auto log_cdf(const auto& low, const auto& high) {
    return [=](const auto& y) {
      const auto q = survival_function(low, high)(y);
      const auto upper = q < 0.5, from_zero = low == 0.0;
      const auto of_q = within(
          upper, 0.0, [](const auto& tail) { return log1p(0.0 - tail); }, q);
      const auto of_logit = within(
          !upper && from_zero, 0.0,
          [](const auto& v, const auto& a, const auto& b) {
            // The second term is 0. It has the derivative in `low`, as far as that is
            // representable.
            constexpr double kLargestExponent = 700;
            const auto log_u = log_sigmoid(v);
            return log_u + log1p(-a * exp(-max(log_u, -kLargestExponent))) - log(b - a);
          },
          y, low, high);
      const auto of_number = within(
          !upper && !from_zero, 0.0,
          [](const auto& v, const auto& a, const auto& b) {
            return Uniform::log_cdf(a, b)(sigmoid(v));
          },
          y, low, high);
      return of_q + of_logit + of_number;
    };
  }
  // P(Y > y) is the cdf at -y of the logit of 1 - X.
  static constexpr auto survival_function(const auto& low, const auto& high) {
    return [=](const auto& y) { return cdf(1.0 - high, 1.0 - low)(-y); };
  }
  static constexpr auto log_survival_function(const auto& low, const auto& high) {
    return [=](const auto& y) { return log_cdf(1.0 - high, 1.0 - low)(-y); };
  }
};

// KL(Uniform || Q) is -log(high - low) minus the average of log q over the interval. That average
// is log q at the midpoint minus the Jensen gaps of the logarithms in log q (log_mean_gap).

template <>
struct Kl<Uniform, Beta> : Between<Uniform, Beta> {
  static constexpr auto kl(const auto& low_p, const auto& high_p, const auto& a, const auto& b) {
    const auto covered = low_p >= 0.0 && high_p <= 1.0;
    const auto low = select(covered, low_p, 0.0), high = select(covered, high_p, 1.0);
    const auto value = (a - 1.0) * log_mean_gap(low, high) +
                       (b - 1.0) * log_mean_gap(1.0 - high, 1.0 - low) -
                       beta_log_density(0.5 * (low + high), a, b) - log(high - low);
    return select(covered, nonnegative(value), kInfinity);
  }
};

template <>
struct Kl<Uniform, Gamma> : Between<Uniform, Gamma> {
  static constexpr auto kl(const auto& low_p, const auto& high_p, const auto& a, const auto& rate) {
    const auto covered = low_p >= 0.0;
    const auto low = select(covered, low_p, 0.0), high = select(covered, high_p, 1.0);
    const auto value = (a - 1.0) * log_mean_gap(low, high) -
                       gamma_log_density(Uniform::mean(low, high), a, rate) -
                       Uniform::log_width(low, high);
    return select(covered, nonnegative(value), kInfinity);
  }
};

template <>
struct Kl<Uniform, Exponential> : Between<Uniform, Exponential> {
  static constexpr auto kl(const auto& low, const auto& high, const auto& rate) {
    const auto divergence = [](const auto& a, const auto& b, const auto& r) {
      return r * Uniform::mean(a, b) - log(r) - Uniform::log_width(a, b);
    };
    return within(low >= 0.0 && rate < kInfinity, kInfinity, divergence, low, high, rate);
  }
};

template <>
struct Kl<Uniform, Normal> : Between<Uniform, Normal> {
  static constexpr auto kl(const auto& low, const auto& high, const auto& loc, const auto& scale) {
    return (kNormalEntropy - kLogSqrt12) +
           Kl<Normal, Normal>::kl(Uniform::mean(low, high), Uniform::stddev(low, high), loc, scale);
  }
};

template <>
struct Kl<Uniform, Uniform> : Between<Uniform, Uniform> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& low_p, const auto& high_p, const auto& low_q,
                           const auto& high_q) {
    const auto divergence = [](const auto& a, const auto& b, const auto& low, const auto& high) {
      const auto wide = Uniform::is_wide(low, high);
      const auto start = halved_where(wide, a);
      const auto end = halved_where(wide, b);
      const auto beyond = (start - halved_where(wide, low)) + (halved_where(wide, high) - end);
      return log1p(beyond / (end - start));
    };
    const auto covered = low_q <= low_p && high_q >= high_p;
    return within(covered, kInfinity, divergence, low_p, high_p, low_q, high_q);
  }
};

}  // namespace torch::distributions::ops::formulas
