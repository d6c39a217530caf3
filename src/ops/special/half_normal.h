#pragma once

#include "ops/special/normal.h"

namespace torch::distributions::ops::special {

struct HalfNormalQuantile;

/// The quantile of |X| for a standard normal X, for 0 <= p <= 1: sqrt 2 times the inverse of erf.
/// Error: relative, 4 units; gradient 8 + 2 log.
inline constexpr Function<HalfNormalQuantile> half_normal_quantile{};

/// Up to the median by LibTorch's inverse of erf, which is inaccurate towards 1.
struct HalfNormalQuantile {
  static constexpr const char* kName = "half_normal_quantile";
  template <class Tensor>
  static Tensor of_tensor(const Tensor& p) {
    return in_double(p, [](const Tensor& q) {
      return (q.erfinv() / kSqrtHalf).where(q < 0.5, -LibTorch<Tensor>::ndtri(0.5 * (1 - q)));
    });
  }
  template <class T>
  static constexpr T partial(Argument<0>, const Value<T>& z, const T&) {
    return (0.5 * kSqrt2Pi) * exp(0.5 * square(z.of));
  }
};

}  // namespace torch::distributions::ops::special
