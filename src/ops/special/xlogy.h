#pragma once

#include "ops/special/elementary.h"

namespace torch::distributions::ops::special {

struct Xlog1py;
struct Xlogy;

/// x log y, and 0 if x is 0. At x = 0, y <= 0 both derivatives are 0. Error: relative, 2 units;
/// gradient the same.
inline constexpr Function<Xlogy> xlogy{};

/// x log(1 + y), and 0 if x is 0. At x = 0, y <= -1 both derivatives are 0. Error: relative, 2
/// units; gradient the same.
inline constexpr Function<Xlog1py> xlog1py{};

/// x / y, and 0 if both are 0: the derivative of x log y in y.
[[gnu::always_inline]] constexpr auto ratio_or_zero(const auto& x, const auto& y) {
  return x / select(x == 0.0 && y == 0.0, 1.0, y);
}

// At a singularity the argument of the logarithm is replaced rather than its result, so that second
// derivatives are finite as well.

struct Xlogy {
  static constexpr const char* kName = "xlogy";
  [[gnu::always_inline]] static constexpr auto value(const auto& x, const auto& y) {
    return select(x == 0.0 && y == y, 0.0, x * log(y));
  }
  static auto of_tensor(const auto& x, const auto& y) { return x.xlogy(y); }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x, const auto& y) {
    return log(select(x == 0.0 && y <= 0.0, 1.0, y));
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<1>, const auto& x, const auto& y) {
    return ratio_or_zero(x, y);
  }
};

struct Xlog1py {
  static constexpr const char* kName = "xlog1py";
  [[gnu::always_inline]] static constexpr auto value(const auto& x, const auto& y) {
    return select(x == 0.0 && y == y, 0.0, x * log1p(y));
  }
  template <class Tensor>
  static Tensor of_tensor(const Tensor& x, const Tensor& y) {
    return LibTorch<Tensor>::xlog1py(x, y);
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<0>, const auto& x, const auto& y) {
    return log1p(select(x == 0.0 && y <= -1.0, 0.0, y));
  }
  [[gnu::always_inline]] static constexpr auto partial(Argument<1>, const auto& x, const auto& y) {
    return x / (select(x == 0.0 && y == -1.0, 0.0, y) + 1.0);
  }
};

}  // namespace torch::distributions::ops::special
