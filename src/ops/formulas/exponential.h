#pragma once

#include "ops/formulas/formula.h"

namespace torch::distributions::ops::formulas {

struct Exponential {
  static constexpr std::size_t kParameters = 1;
  static constexpr InDouble kInDouble = InDouble::kNever;

  static auto log_prob(const auto& rate) {
    return [rate, log_rate = log(rate)](const auto& x) {
      return select(x < 0.0, -kInfinity, log_rate - rate * x);
    };
  }
  static auto cdf(const auto& rate) {
    return [=](const auto& x) { return -expm1(-rate * max(x, 0.0)); };
  }
  static auto icdf(const auto& rate) {
    return [=](const auto& p) { return -log1p(-p) / rate; };
  }
  static auto mean(const auto& rate) { return 1.0 / rate; }
  static auto mode(const auto&) { return 0.0; }
  static auto variance(const auto& rate) { return square(1.0 / rate); }
  static auto stddev(const auto& rate) { return 1.0 / rate; }
  static auto entropy(const auto& rate) { return 1.0 - log(rate); }
};

}  // namespace torch::distributions::ops::formulas
