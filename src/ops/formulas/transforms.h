#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/hyperbolic.h"
#include "ops/special/sigmoid.h"

/// Formulas of transforms: the inverse at y, and log |dy/dx| at x. They have no parameters.

namespace torch::distributions::ops::formulas {

struct Tanh {
  static constexpr std::size_t kParameters = 0;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kInverse, kValue}, {kLogAbsDetJacobian, kValue}};

  static constexpr auto inverse() {
    return [](const auto& y) { return atanh(y); };
  }
  static constexpr auto log_abs_det_jacobian() {
    return [](const auto& x) { return -2.0 * log_cosh(x); };
  }
};

struct Sigmoid {
  static constexpr std::size_t kParameters = 0;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kLogAbsDetJacobian, kValue}};

  static constexpr auto log_abs_det_jacobian() {
    return [](const auto& x) { return log_sigmoid(x) + log_sigmoid(-x); };
  }
};

struct Softplus {
  static constexpr std::size_t kParameters = 0;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kLogAbsDetJacobian, kValue}};

  static constexpr auto log_abs_det_jacobian() {
    return [](const auto& x) { return log_sigmoid(x); };
  }
};

}  // namespace torch::distributions::ops::formulas
