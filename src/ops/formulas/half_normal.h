#pragma once

#include "ops/formulas/formula.h"
#include "ops/formulas/normal.h"
#include "ops/special/half_normal.h"
#include "ops/special/mean_distance.h"
#include "ops/special/normal.h"

namespace torch::distributions {
class HalfNormal;
}

namespace torch::distributions::ops::formulas {

/// The distribution of |X| for X ~ Normal(0, scale). Its cdf is E[sign(X + x)], `normal_sign`.
struct HalfNormal {
  using Family = distributions::HalfNormal;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kCdf | kIcdf | kTails;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kCdf, kEveryParameter | kValue}};

  static constexpr auto in_range(const auto& scale) { return scale >= 0.0; }

  static constexpr auto is_possible(const auto& x, const auto&) { return !(x < 0.0); }

  static constexpr auto log_prob(const auto& scale) {
    return [scale, log_normalizer = log(scale) + (kLogSqrt2Pi - kLog2)](const auto& x) {
      return -0.5 * square(x / scale) - log_normalizer;
    };
  }
  static constexpr auto cdf(const auto& scale) {
    return [=](const auto& x) {
      const auto certain = is_certain(x, scale);
      const auto share = [](const auto& y, const auto& s) { return normal_sign(y, s); };
      return select(certain, 1.0, within(!(x < 0.0 || certain), 0.0, share, x, scale));
    };
  }
  static constexpr auto icdf(const auto& scale) {
    return [=](const auto& p) { return scale * half_normal_quantile(p); };
  }
  static constexpr auto log_cdf(const auto& scale) {
    return [=](const auto& x) {
      constexpr double kTiny = 1e-290;  // below, it is linear in x / scale, which may underflow
      const auto z = x / scale;
      const auto certain = is_certain(x, scale), inside = !(x <= 0.0 || certain);
      const auto tiny = within(
          z < kTiny && inside, -kInfinity,
          [](const auto& y, const auto& s) { return log(y) - log(s) - (kLogSqrt2Pi - kLog2); }, x,
          scale);
      const auto lower = within(
          !(z < kTiny || z > 1.0) && inside, -kInfinity,
          [](const auto& y, const auto& s) { return log(normal_sign(y, s)); }, x, scale);
      const auto upper = within(
          z > 1.0 && inside, 0.0,
          [](const auto& y, const auto& s) { return log1p(-2.0 * ndtr(-(y / s))); }, x, scale);
      return select(z < kTiny && !certain, tiny, select(z > 1.0, upper, lower));
    };
  }
  static constexpr auto survival_function(const auto& scale) {
    return [=](const auto& x) {
      const auto certain = is_certain(x, scale);
      const auto tail = [](const auto& y, const auto& s) { return 2.0 * ndtr(-(y / s)); };
      return select(certain, 0.0, within(!(x < 0.0 || certain), 1.0, tail, x, scale));
    };
  }
  static constexpr auto log_survival_function(const auto& scale) {
    return [=](const auto& x) {
      const auto z = x / scale;
      const auto finite = z < kInfinity, near = !(z > 1.0);
      const auto lower = within(
          near && !(x < 0.0), 0.0,
          [](const auto& y, const auto& s) { return log1p(0.0 - normal_sign(y, s)); }, x, scale);
      const auto upper = within(
          !near && finite, -kInfinity,
          [](const auto& y, const auto& s) { return kLog2 + log_ndtr(-(y / s)); }, x, scale);
      return select(near, lower, upper);
    };
  }
  static constexpr auto mean(const auto& scale) { return kSqrtTwoOverPi * scale; }
  static constexpr auto mode(const auto& scale) { return select(isnan(scale), scale, 0.0); }
  static constexpr auto variance(const auto& scale) { return square(stddev(scale)); }
  static constexpr auto stddev(const auto& scale) {
    constexpr double kRatio = 0.60281027498908697425;  // sqrt(1 - 2 / pi)
    return kRatio * scale;
  }
  static constexpr auto entropy(const auto& scale) { return log(scale) + (kNormalEntropy - kLog2); }

 private:
  /// Whether the cdf is 1 in double, and its complement 0.
  static constexpr auto is_certain(const auto& x, const auto& scale) {
    constexpr double kCertain = 40;
    return x / scale > kCertain;
  }
};

template <>
struct Kl<HalfNormal, HalfNormal> : Between<HalfNormal, HalfNormal> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// That of the normal distributions.
  static constexpr auto kl(const auto& scale_p, const auto& scale_q) {
    const auto zero = like(scale_p, 0.0);
    return Kl<Normal, Normal>::kl(zero, scale_p, zero, scale_q);
  }
};

}  // namespace torch::distributions::ops::formulas
