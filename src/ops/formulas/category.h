#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/xlogy.h"

/// What one category adds to the entropy of a categorical distribution.

namespace torch::distributions::ops::formulas {

struct Category {  // of its probability
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kEntropy, kEveryParameter}};

  static constexpr auto entropy(const auto& p) { return -xlogy(p, p); }
};

struct CategoryLogits {  // of the logarithm of its probability
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kEntropy, kEveryParameter}};

  /// 0 log 0 = 0: masked before it is multiplied.
  static constexpr auto entropy(const auto& log_p) {
    return -(exp(log_p) * select(log_p == -kInfinity, 0.0, log_p));
  }
};

}  // namespace torch::distributions::ops::formulas
