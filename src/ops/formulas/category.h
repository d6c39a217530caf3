#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/log_of_probability.h"
#include "ops/special/xlogy.h"

/// What one category adds to the entropy of a categorical distribution, and to the divergence of
/// two.

namespace torch::distributions::ops::formulas {

struct CategoryLogits;

struct Category {  // of its probability
  using Logits = CategoryLogits;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kEntropy, kEveryParameter}};

  static constexpr auto entropy(const auto& p) { return -xlogy(p, p); }

  static constexpr auto logits(const auto& p) { return log_of_probability(p); }
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

// The divergence of a category is p log(p / q) - p + q. The last two add up to nothing over the
// categories, but with them no part is negative, and probabilities that add up to one only within
// rounding do not matter.

template <>
struct Kl<Category, Category> : Between<Category, Category> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) { return deviance(p, q, p - q); }
};

template <>
struct Kl<CategoryLogits, CategoryLogits> : Between<CategoryLogits, CategoryLogits> {
  static constexpr Functions kInDouble = kNone;  // parts that are not negative, each to a few units
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) { return exp_divergence(q, p); }
};

}  // namespace torch::distributions::ops::formulas
