#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/bessel.h"
#include "ops/special/versine.h"

namespace torch::distributions {
class VonMises;
}

namespace torch::distributions::ops::formulas {

struct VonMises {
  using Family = distributions::VonMises;
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kLogProb, kEveryParameter, kValue},
                                          {kEntropy, parameter(1)}};

  static constexpr auto in_range(const auto& loc, const auto& k) { return loc == loc && k >= 0.0; }

  /// An infinite number is no angle.
  static constexpr auto is_possible(const auto& x, const auto&, const auto&) {
    return !(abs(x) == kInfinity);
  }

  /// k cos d - log(2 pi I0(k)) for the angle d = x - loc. Both terms contain k, which is left out:
  /// they are k - k (1 - cos d) and log(2 pi) + log i0e(k) + k.
  static constexpr auto log_prob(const auto& loc, const auto& k) {
    return [loc, k, log_normalizer = log_i0e(k) + kLog2Pi](const auto& x) {
      return -k * versine_of_half(0.5 * x - 0.5 * loc) - log_normalizer;
    };
  }
  static constexpr auto mean(const auto& loc, const auto&) { return loc; }
  static constexpr auto mode(const auto& loc, const auto&) { return loc; }
  static constexpr auto variance(const auto&, const auto& k) { return circular_variance(k); }
  /// At an infinite k, k times the variance is 1/2, which does not matter beside an infinity.
  static constexpr auto entropy(const auto&, const auto& k) {
    return log_i0e(k) + min(k, kLargestNumber) * circular_variance(k) + kLog2Pi;
  }

 private:
  static constexpr double kLog2Pi = 2 * kLogSqrt2Pi;
};

template <>
struct Kl<VonMises, VonMises> : Between<VonMises, VonMises> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  /// E[cos(X - loc_p)] = I1(k_p) / I0(k_p) is the mean of p as an exponential family, whose log
  /// normalizer is log I0. So the divergence is the Bregman divergence of log I0 for equal
  /// locations, and E[cos(X - loc_p) - cos(X - loc_q)] k_q is added for different ones.
  static constexpr auto kl(const auto& loc_p, const auto& k_p, const auto& loc_q, const auto& k_q) {
    return log_i0_divergence(k_q, k_p) +
           k_q * (mean_cosine(k_p) * versine_of_half(0.5 * loc_p - 0.5 * loc_q));
  }
};

}  // namespace torch::distributions::ops::formulas
