#pragma once

#include <ATen/core/Tensor.h>

#include <limits>

namespace torch::distributions {

/// The limits of a floating dtype; zeros for other dtypes.
struct FloatLimits {
  double epsilon;       // the distance from 1 to the next number
  double least;         // the least positive number
  double least_normal;  // the least positive normal number
  double largest;       // the largest finite number

  /// The largest number below 1.
  double below_one() const { return 1 - epsilon / 2; }
};

inline FloatLimits float_limits(at::ScalarType dtype) {
  const auto of = []<class T>(T) -> FloatLimits {
    using Limits = std::numeric_limits<T>;
    return {static_cast<double>(Limits::epsilon()), static_cast<double>(Limits::denorm_min()),
            static_cast<double>(Limits::min()), static_cast<double>(Limits::max())};
  };
  switch (dtype) {
    case at::kDouble:
      return of(double{});
    case at::kFloat:
      return of(float{});
    case at::kHalf:
      return of(c10::Half{});
    case at::kBFloat16:
      return of(c10::BFloat16{});
    default:
      return {};
  }
}

}  // namespace torch::distributions
