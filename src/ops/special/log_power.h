#pragma once

#include "ops/special/xlogy.h"

namespace torch::distributions::ops::special {

/// (a - 1) log x, and 0 if `a` is 1: the log density of a component of a Dirichlet distribution,
/// without its constant. Its derivative in `a` is log x even at a = 1, x = 0, unlike that of xlogy:
/// there the density jumps from infinity to 0 as `a` passes 1.
struct LogPower;
inline constexpr Function<LogPower> log_power{};

struct LogPower {
  static constexpr const char* kName = "log_power";
  static constexpr auto value(const auto& a, const auto& x) { return xlogy(a - 1.0, x); }
  static auto of_tensor(const auto& a, const auto& x) { return (a - 1).xlogy(x); }
  static constexpr auto partial(Argument<0>, const auto&, const auto& x) { return log(x); }
  static constexpr auto partial(Argument<1>, const auto& a, const auto& x) {
    return ratio_or_zero(a - 1.0, x);
  }
};

}  // namespace torch::distributions::ops::special
