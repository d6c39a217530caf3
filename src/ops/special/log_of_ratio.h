#pragma once

#include "ops/special/stirling.h"

namespace torch::distributions::ops::special {

/// log(x / y) for x, y > 0, without cancellation if they are close, even if x / y overflows. The
/// derivatives are finite. Error: relative, 2 units; gradient the same.
struct LogOfRatio;
inline constexpr Function<LogOfRatio> log_of_ratio{};

struct LogOfRatio {
  static constexpr const char* kName = "log_of_ratio";
  static constexpr auto value(const auto& x, const auto& y) { return log_ratio(x, y); }
  static constexpr auto partial(Argument<0>, const auto& x, const auto&) {
    return 1.0 / max(x, kLeast);
  }
  static constexpr auto partial(Argument<1>, const auto&, const auto& y) {
    return -(1.0 / max(y, kLeast));
  }

 private:
  static constexpr double kLeast = 0x1p-1023;  // whose reciprocal is finite
};

}  // namespace torch::distributions::ops::special
