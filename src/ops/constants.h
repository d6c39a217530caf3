#pragma once

#include <limits>

/// Constants of the formulas, to 20 digits.
namespace torch::distributions::ops {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLog2 = 0.69314718055994530942;
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSqrt12 = 3.4641016151377545871;
constexpr double kLogSqrt12 = 1.2424533248940001551;      // log(12) / 2
constexpr double kLogSqrt2Pi = 0.91893853320467274178;    // log(2 pi) / 2
constexpr double kNormalEntropy = 1.4189385332046727418;  // (1 + log(2 pi)) / 2

}  // namespace torch::distributions::ops
