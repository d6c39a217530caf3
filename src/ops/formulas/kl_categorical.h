#pragma once

#include "ops/formulas/category.h"
#include "ops/formulas/formula.h"
#include "ops/special/deviance.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/log_of_probability.h"

/// What one category adds to KL(Categorical || Categorical), by the form in which each was given: p
/// log(p / q) - p + q. The last two add up to nothing, but with them no part is negative, and
/// probabilities that add up to one only within rounding do not matter.

namespace torch::distributions::ops::formulas {

struct CategoryCategory {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};
  static constexpr auto kl(const auto& p, const auto& q) { return deviance(p, q, p - q); }
};

struct CategoryLogitsCategoryLogits {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kNone;  // parts that are not negative, each to a few units
  static constexpr KernelOf kKernels[] = {{kKl, kEveryParameter}};
  static constexpr auto kl(const auto& p, const auto& q) { return exp_divergence(q, p); }
};

struct CategoryCategoryLogits {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr auto kl(const auto& p, const auto& q) {
    return exp_divergence(q, log_of_probability(p));
  }
};

struct CategoryLogitsCategory {
  static constexpr std::size_t kParameters = 2;
  static constexpr Functions kInDouble = kEvery;
  static constexpr auto kl(const auto& p, const auto& q) {
    return exp_divergence(log_of_probability(q), p);
  }
};

}  // namespace torch::distributions::ops::formulas
