#pragma once

#include "ops/random/counts.h"
#include "ops/special/poisson_log_density.h"

namespace torch::distributions::ops::random {
namespace {

/// Draws of Poisson(rate). W. Hoermann, "The transformed rejection method for generating Poisson
/// random variables", 1993: algorithm PTRS. The logarithm of the density that decides is right to
/// 1e-8, and for large rates to 1e-15.
struct Poisson {
  static constexpr int kParameters = 1, kNumbers = 2, kResults = 1, kStates = 3;

  static constexpr auto is_valid(const auto& rate) { return rate >= 0.0 && rate < kInfinity; }
  static constexpr auto is_small(const auto& rate) { return rate < kSmallMean; }

  static constexpr auto first(const auto& rate) { return exp(-rate); }
  template <class T>
  static constexpr auto ratio(const Lanes<T>& rate) {
    return [=](double, double inverse) { return rate * inverse; };
  }
  static constexpr auto count(const auto&) {
    return [](const auto& k) { return k; };
  }

  template <class T>
  static constexpr auto proposal(const Lanes<T>& rate) {
    const Hat<T> hat(rate);
    const Lanes<T> most = 0.9277 - 3.6224 / (hat.b - 2.0), shift = rate + 0.43;
    return [=](const std::array<BitLanes<T>, kNumbers>& bits) {
      const Lanes<T> u = open_uniform<T>(bits[0]) - 0.5, v = open_uniform<T>(bits[1]);
      const Lanes<T> distance = 0.5 - abs(u);
      const Lanes<T> k = floor((2.0 * hat.a / distance + hat.b) * u + shift);
      const Mask<T> succeeds = distance >= 0.07 && v <= most;
      const Mask<T> is_possible = k >= 0.0 && !(distance < 0.013 && v > distance);
      return Proposal<T, kResults, kStates>{{k}, {k, v, distance}, succeeds, is_possible};
    };
  }

  template <class T>
  static constexpr auto test(const Lanes<T>& rate) {
    const Hat<T> hat(rate);
    const Lanes<T> factor = 1.1239 + 1.1328 / (hat.b - 3.4);
    const auto log_density = special::PoissonLogDensity::ForFloatResult::prepare(rate);
    return [=](const std::array<Lanes<T>, kStates>& states) {
      const auto& [k, v, distance] = states;
      return log(v * factor / (hat.a / (distance * distance) + hat.b)) <= log_density.value(k);
    };
  }

 private:
  template <class T>
  struct Hat {
    Lanes<T> b, a;

    constexpr explicit Hat(const Lanes<T>& rate)
        : b(0.931 + 2.53 * sqrt(rate)), a(0.02483 * b - 0.059) {}
  };
};

}  // namespace
}  // namespace torch::distributions::ops::random
