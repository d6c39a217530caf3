#pragma once

#include "ops/formulas/cauchy.h"
#include "ops/formulas/formula.h"
#include "ops/special/angle.h"
#include "ops/special/student_t.h"

namespace torch::distributions {
class HalfCauchy;
}

namespace torch::distributions::ops::formulas {

/// The distribution of |X| for X ~ Cauchy(0, scale). Its cdf is `angle_share(x, scale)`.
struct HalfCauchy {
  using Family = distributions::HalfCauchy;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& scale) { return scale >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto&) { return !(x < 0.0); }

  static constexpr auto log_prob(const auto& scale) {
    constexpr double kLogHalfPi = 0.45158270528945486473;
    return [scale, log_normalizer = log(scale) + kLogHalfPi](const auto& x) {
      return -student_t_drop(x, scale, 1.0) - log_normalizer;
    };
  }
  static constexpr auto cdf(const auto& scale) {
    return [=](const auto& x) {
      const auto share = [](const auto& y, const auto& s) { return angle_share(y, s); };
      return select(x == kInfinity, 1.0, within(is_inside(x), 0.0, share, x, scale));
    };
  }
  /// The tangent is that of a small angle, and towards p = 1 the quantile is its reciprocal.
  static constexpr auto icdf(const auto& scale) {
    return [=](const auto& p) {
      const auto lower = p <= 0.5;
      const auto tangent = tan((0.5 * kPi) * select(lower, p, 1.0 - p));
      const auto far = within(
          !lower, 0.0, [](const auto& t) { return 1.0 / t; }, tangent);
      return scale * select(lower, tangent, far);
    };
  }
  static constexpr auto log_cdf(const auto& scale) {
    return [=](const auto& x) {
      const auto share = [](const auto& y, const auto& s) { return log_angle_share(y, s); };
      const auto uncertain = is_inside(x) && x != 0.0;
      return select(x == kInfinity, 0.0, within(uncertain, -kInfinity, share, x, scale));
    };
  }
  static constexpr auto survival_function(const auto& scale) {
    return [=](const auto& x) {
      const auto share = [](const auto& y, const auto& s) { return angle_share(s, y); };
      return select(x == kInfinity, 0.0, within(is_inside(x), 1.0, share, x, scale));
    };
  }
  static constexpr auto log_survival_function(const auto& scale) {
    return [=](const auto& x) {
      const auto share = [](const auto& y, const auto& s) { return log_angle_share(s, y); };
      return select(x == kInfinity, -kInfinity, within(is_inside(x), 0.0, share, x, scale));
    };
  }
  static constexpr auto mean(const auto& scale) { return select(isnan(scale), scale, kInfinity); }
  static constexpr auto mode(const auto& scale) { return select(isnan(scale), scale, 0.0); }
  static constexpr auto variance(const auto& scale) { return mean(scale); }
  static constexpr auto stddev(const auto& scale) { return mean(scale); }
  static constexpr auto entropy(const auto& scale) {
    constexpr double kLog2Pi = 1.8378770664093454836;
    return log(scale) + kLog2Pi;
  }

 private:
  /// Whether the cdf is not constant at x. True for NaN.
  static constexpr auto is_inside(const auto& x) { return !(x < 0.0 || x == kInfinity); }
};

template <>
struct Kl<HalfCauchy, HalfCauchy> : Between<HalfCauchy, HalfCauchy> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// That of the Cauchy distributions, which are symmetric.
  static constexpr auto kl(const auto& scale_p, const auto& scale_q) {
    const auto zero = like(scale_p, 0.0);
    return Kl<Cauchy, Cauchy>::kl(zero, scale_p, zero, scale_q);
  }
};

}  // namespace torch::distributions::ops::formulas
