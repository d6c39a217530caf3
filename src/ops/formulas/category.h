#pragma once

#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/log_of_probability.h"
#include "ops/special/xlogy.h"

/// The terms of one category in the entropy of a categorical distribution and in the divergence of
/// two.

namespace torch::distributions::ops::formulas {

struct CategoryLogits;

struct Category {  // parameter: its probability
  using Logits = CategoryLogits;
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kEntropy, kEveryParameter}};

  static constexpr auto entropy(const auto& p) { return -xlogy(p, p); }

  static constexpr auto logits(const auto& p) { return log_of_probability(p); }
};

struct CategoryLogits {  // parameter: the logarithm of its probability
  static constexpr std::size_t kParameters = 1;
  static constexpr Functions kInDouble = kNone;
  static constexpr KernelOf kKernels[] = {{kEntropy, kEveryParameter}};

  /// 0 log 0 = 0. An infinite log_p is masked before the product.
  static constexpr auto entropy(const auto& log_p) {
    return -(exp(log_p) * select(log_p == -kInfinity, 0.0, log_p));
  }
};

// The term of a category is p log(p / q) - p + q. The sum of -p + q over the categories is 0, but
// makes every term nonnegative. It also corrects for probabilities that sum to 1 only up to
// rounding.

template <>
struct Kl<Category, Category> : Between<Category, Category> {
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) { return deviance(p, q, p - q); }
};

template <>
struct Kl<CategoryLogits, CategoryLogits> : Between<CategoryLogits, CategoryLogits> {
  static constexpr Functions kInDouble = kNone;  // nonnegative terms, each accurate to a few units
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};

  static constexpr auto kl(const auto& p, const auto& q) { return exp_divergence(q, p); }
};

}  // namespace torch::distributions::ops::formulas
