#pragma once

#include <limits>

/// Constants of special functions and formulas, to at least 20 digits.
namespace torch::distributions::ops {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kPi = 3.14159265358979323846;
constexpr double kLog2 = 0.69314718055994530942;
constexpr double kEuler = 0.57721566490153286061;  // Euler's constant gamma
constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kSqrt12 = 3.4641016151377545871;
constexpr double kLogSqrt12 = 1.2424533248940001551;        // log(12) / 2
constexpr double kSqrt2Pi = 2.506628274631000502416;        // sqrt(2 pi)
constexpr double kLogSqrt2Pi = 0.918938533204672741780;     // log(2 pi) / 2
constexpr double kNormalEntropy = 1.4189385332046727418;    // (1 + log(2 pi)) / 2
constexpr double kTwoOverSqrtPi = 1.128379167095512573896;  // 2 / sqrt(pi)
constexpr double kSqrtTwoOverPi = 0.797884560802865355880;  // sqrt(2 / pi)
constexpr double kPiOverSqrt6 = 1.2825498301618640955;      // pi / sqrt(6)
constexpr double kLogPiOverSqrt6 = 0.24885015123537267374;  // log(pi / sqrt(6))
constexpr double kLargestNumber = std::numeric_limits<double>::max();

}  // namespace torch::distributions::ops
