#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/exponential.h"
#include "ops/special/hyperbolic.h"
#include "ops/special/sigmoid.h"
#include "ops/special/xlogy.h"

/// Formulas of element-wise transforms: y(x), the inverse at y, and log |dy/dx| at x. A function
/// that LibTorch computes as fast by one operation has no formula.

namespace torch::distributions::ops::formulas {

struct Tanh {
  static constexpr std::size_t kParameters = 0;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {
      {kForward, kValue}, {kInverse, kValue}, {kLogAbsDetJacobian, kValue}};

  static constexpr auto forward() {
    return [](const auto& x) { return tanh(x); };
  }
  static constexpr auto inverse() {
    return [](const auto& y) { return atanh(y); };
  }
  static constexpr auto log_abs_det_jacobian() {
    return [](const auto& x) { return -2.0 * log_cosh(x); };
  }
};

struct Exp {
  static constexpr std::size_t kParameters = 0;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kForward, kValue}};

  static constexpr auto forward() {
    return [](const auto& x) { return exp(x); };
  }
};

struct Power {
  static constexpr std::size_t kParameters = 1;  // the exponent
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kLogAbsDetJacobian, kEveryParameter | kValue}};

  static constexpr auto log_abs_det_jacobian(const auto& exponent) {
    return [power = exponent - 1.0, log_factor = log(abs(exponent))](const auto& x) {
      return log_factor + xlogy(power, x);
    };
  }
};

struct Sigmoid {
  static constexpr std::size_t kParameters = 0;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {
      {kForward, kValue}, {kInverse, kValue}, {kLogAbsDetJacobian, kValue}};

  static constexpr auto forward() {
    return [](const auto& x) { return sigmoid(x); };
  }
  static constexpr auto inverse() {
    return [](const auto& y) { return log(y) - log1p(-y); };
  }
  static constexpr auto log_abs_det_jacobian() {
    return [](const auto& x) { return log_sigmoid(x) + log_sigmoid(-x); };
  }
};

struct Softplus {
  static constexpr std::size_t kParameters = 0;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {
      {kForward, kValue}, {kInverse, kValue}, {kLogAbsDetJacobian, kValue}};

  static constexpr auto forward() {
    return [](const auto& x) { return softplus(x); };
  }
  static constexpr auto inverse() {
    return [](const auto& y) { return y + log1mexp(-y); };
  }
  static constexpr auto log_abs_det_jacobian() {
    return [](const auto& x) { return log_sigmoid(x); };
  }
};

}  // namespace torch::distributions::ops::formulas
