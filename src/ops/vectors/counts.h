#pragma once

namespace torch::distributions::ops {

/// Counts are summed in double. Sums up to this number are exact.
inline constexpr double kExactSums = 0x1p53;

/// How much rounding may have changed a sum of `columns` counts: a tensor or a double.
template <class Sum>
Sum rounding_of_sum(const Sum& sum, double columns) {
  return sum * (sum > kExactSums) * (columns / kExactSums);
}

}  // namespace torch::distributions::ops
