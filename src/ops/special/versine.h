#pragma once

#include "ops/special/elementary.h"

namespace torch::distributions::ops::special {

struct VersineOfHalf;

/// 1 - cos(d) = 2 sin^2(h) of the angle d = 2 h, whose half does not overflow where d does. Error:
/// relative, 4 units; gradient the same, but 0 where 2 h overflows.
inline constexpr Function<VersineOfHalf> versine_of_half{};

struct VersineOfHalf {
  static constexpr const char* kName = "versine_of_half";
  static constexpr auto value(const auto& h) { return 2.0 * square(sin(h)); }
  static constexpr auto partial(Argument<0>, const auto& h) {
    const auto overflows = abs(2.0 * h) == kInfinity;
    return 2.0 * sin(2.0 * select(overflows, 0.0, h));
  }
};

}  // namespace torch::distributions::ops::special
