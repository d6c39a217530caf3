#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/exponential.h"
#include "ops/special/generalized_pareto.h"

namespace torch::distributions::ops::formulas {

struct GeneralizedPareto {
  static constexpr std::size_t kParameters = 3;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue},
                                          {kIcdf, kEveryParameter},
                                          {kEntropy, parameter(1) | parameter(2)}};

  static constexpr auto in_range(const auto& loc, const auto& scale, const auto& c) {
    return loc == loc && scale >= 0.0 && c == c;
  }

  static constexpr auto is_possible(const auto& x, const auto& loc, const auto& scale,
                                    const auto& c) {
    return !(x < loc || x > upper(loc, scale, c) || x == kInfinity);
  }

  /// -(1 + c) hazard - log s. At the upper end the density is 0, 1 / s for c = -1, or infinite.
  static constexpr auto log_prob(const auto& loc, const auto& scale, const auto& c) {
    return [=, log_scale = log(scale)](const auto& x) {
      const auto ends = is_end(x, loc, scale, c);
      const auto body = [](const auto& y, const auto& m, const auto& s, const auto& k) {
        return (k + 1.0) * pareto_hazard(y - m, s, k);
      };
      const auto zero = like(c, 0.0);
      const auto at_end = select(c > -1.0, kInfinity, select(c < -1.0, -kInfinity, zero));
      return 0.0 -
             (within(!ends, 0.0, body, x, loc, scale, c) + select(ends, at_end, zero) + log_scale);
    };
  }
  static constexpr auto cdf(const auto& loc, const auto& scale, const auto& c) {
    return [=](const auto& x) {
      const auto certain = is_certain(x, loc, scale, c);
      const auto body = [](const auto&... inputs) { return 0.0 - expm1(-hazard(inputs...)); };
      return select(certain, 1.0, within(!(certain || x < loc), 0.0, body, x, loc, scale, c));
    };
  }
  static constexpr auto icdf(const auto& loc, const auto& scale, const auto& c) {
    return [=](const auto& p) { return loc + scale * pareto_quantile(p, c); };
  }
  static constexpr auto log_cdf(const auto& loc, const auto& scale, const auto& c) {
    return [=](const auto& x) {
      constexpr double kTiny = 1e-290;  // below, it is (x - loc) / s, which may underflow
      const auto certain = is_certain(x, loc, scale, c);
      const auto inside = !(x <= loc || certain), is_tiny = (x - loc) / scale < kTiny;
      const auto of_tiny = [](const auto& y, const auto& m, const auto& s) {
        return log(y - m) - log(s);
      };
      const auto of_others = [](const auto&... inputs) { return log1mexp(-hazard(inputs...)); };
      const auto tiny = within(inside && is_tiny, -kInfinity, of_tiny, x, loc, scale);
      const auto others = within(inside && !is_tiny, -kInfinity, of_others, x, loc, scale, c);
      return select(certain, 0.0, select(is_tiny, tiny, others));
    };
  }
  static constexpr auto log_survival_function(const auto& loc, const auto& scale, const auto& c) {
    return [=](const auto& x) {
      const auto above = is_above(x, loc, scale, c);
      const auto body = [](const auto&... inputs) { return 0.0 - hazard(inputs...); };
      return select(above, -kInfinity, within(!(above || x < loc), 0.0, body, x, loc, scale, c));
    };
  }
  static constexpr auto mean(const auto& loc, const auto& scale, const auto& c) {
    const auto of_finite = [](const auto& m, const auto& s, const auto& k) {
      return m + s / (1.0 - k);
    };
    return within(c < 1.0, kNaN, of_finite, loc, scale, c);
  }
  /// The lower end, or the upper one if the density is infinite there.
  static constexpr auto mode(const auto& loc, const auto& scale, const auto& c) {
    const auto width = [](const auto& s, const auto& k) { return s / k; };
    return loc - within(c < -1.0, 0.0, width, scale, c);
  }
  static constexpr auto variance(const auto&, const auto& scale, const auto& c) {
    const auto of_finite = [](const auto& s, const auto& k) {
      const auto excess = s / (1.0 - k);
      return excess / (1.0 - 2.0 * k) * excess;
    };
    return within(c < 0.5, kNaN, of_finite, scale, c);
  }
  static constexpr auto stddev(const auto&, const auto& scale, const auto& c) {
    const auto of_finite = [](const auto& s, const auto& k) {
      return s / (1.0 - k) / sqrt(1.0 - 2.0 * k);
    };
    return within(c < 0.5, kNaN, of_finite, scale, c);
  }
  static constexpr auto entropy(const auto&, const auto& scale, const auto& c) {
    return log(scale) + (c + 1.0);
  }

 private:
  static constexpr auto hazard(const auto& x, const auto& loc, const auto& scale, const auto& c) {
    return pareto_hazard(x - loc, scale, c);
  }
  static constexpr auto upper(const auto& loc, const auto& scale, const auto& c) {
    return select(c < 0.0, loc - scale / c, kInfinity);
  }
  /// Whether x is the upper end, or so far out that its survival function is 0 for c = 0.
  static constexpr auto is_end(const auto& x, const auto& loc, const auto& scale, const auto& c) {
    return x == upper(loc, scale, c) || (c == 0.0 && (x - loc) / scale == kInfinity);
  }
  static constexpr auto is_above(const auto& x, const auto& loc, const auto& scale, const auto& c) {
    return x > upper(loc, scale, c) || is_end(x, loc, scale, c);
  }
  /// Whether the cdf is 1 in double.
  static constexpr auto is_certain(const auto& x, const auto& loc, const auto& scale,
                                   const auto& c) {
    constexpr double kCertain = 800;
    return is_above(x, loc, scale, c) || (x > loc && hazard(x, loc, scale, c) > kCertain);
  }
};

/// The log density of the quantile of u, a draw made of a uniform number: its hazard is -log(1 - u).
/// If the concentration is infinite, there is no such draw.
struct GeneralizedParetoDraw {
  static constexpr std::size_t kParameters = 2;  // the scale and the concentration
  static constexpr Functions kInDouble = kNone;

  static constexpr auto in_range(const auto&, const auto& c) { return c - c == 0.0; }

  static constexpr auto log_prob(const auto& scale, const auto& c) {
    return [c, log_scale = log(scale)](const auto& u) { return (c + 1.0) * log1p(-u) - log_scale; };
  }
};

}  // namespace torch::distributions::ops::formulas
