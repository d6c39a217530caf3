#pragma once

#include "ops/special/elementary.h"

namespace torch::distributions::ops::special {

struct LogOfProbability;

/// log p. At p = 0 it is -inf, with a gradient of 0. Error: 1 unit; gradient the same.
inline constexpr Function<LogOfProbability> log_of_probability{};

struct LogOfProbability {
  static constexpr const char* kName = "log_of_probability";
  [[gnu::always_inline]] static constexpr auto value(const auto& p) { return log(p); }
  static auto of_tensor(const auto& p) { return p.log(); }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& p) {
    const auto none = p == 0.0;
    return select(none, 0.0, 1.0 / select(none, 1.0, p));
  }
};

}  // namespace torch::distributions::ops::special
