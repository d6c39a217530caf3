#include "ops/random/categories.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "ops/engine/instruction_set.h"

#include "support/tensors.h"

namespace torch::distributions::ops::random {
namespace {

using at::Tensor;
using distributions::test::doubles;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Of shape [count, rows ...].
Tensor drawn(int64_t count, const Tensor& weights, bool are_logits = false,
             const Draw& draw = {.key = 17, .number = 3}) {
  std::vector<int64_t> shape = weights.sizes().vec();
  shape.pop_back();
  shape.insert(shape.begin(), count);
  const Tensor to = at::empty(shape, at::kLong);
  EXPECT_TRUE(fill_categories(to, draw, weights, are_logits));
  return to;
}

std::vector<Tensor> tables() {
  std::vector<Tensor> result;
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    for (const at::IntArrayRef shape : {at::IntArrayRef{1},
                                        {2},
                                        {10},
                                        {33},
                                        {512},
                                        {513},
                                        {3000},
                                        {7, 10},
                                        {3, 4, 40},
                                        {5, 1100}}) {
      at::manual_seed(1);
      result.push_back(at::rand(shape, dtype).pow_(3));
    }
  }
  return result;
}

TEST(FillCategories, HasTheSameBitsEverywhere) {
  for (const Tensor& weights : tables()) {
    for (const int64_t count : {1, 2, 300, 3000}) {
      for (const bool are_logits : {false, true}) {
        const Tensor given = are_logits ? weights.log() : weights;
        const Tensor expected = drawn(count, given, are_logits);
        const auto best = engine::best_instruction_set();
        for (int set = 0; set <= static_cast<int>(best); ++set) {
          engine::set_instruction_set(static_cast<engine::InstructionSet>(set));
          EXPECT_TRUE(drawn(count, given, are_logits).equal(expected)) << set;
        }
        const int threads = at::get_num_threads();
        for (const int n : {1, 2, 7}) {
          at::set_num_threads(n);
          EXPECT_TRUE(drawn(count, given, are_logits).equal(expected)) << n;
        }
        at::set_num_threads(threads);
        const Tensor one = drawn(count, given, are_logits, {.key = 17, .number = 3, .shard = 1});
        const Tensor both = drawn(2 * count, given, are_logits);
        EXPECT_TRUE(at::cat({expected, one}).equal(both)) << given.sizes() << " " << count;
      }
    }
  }
}

TEST(FillCategories, ManyRowsAreShardedLikeOneBatch) {
  const Tensor weights = at::arange(1., 41.).view({4, 10});
  const Tensor to = at::empty({1, 2}, at::kLong), whole = drawn(1, weights);
  EXPECT_TRUE(
      fill_categories(to, {.key = 17, .number = 3, .shard = 1}, weights.slice(0, 2), false));
  EXPECT_TRUE(to.equal(whole.slice(1, 2)));
}

/// The statistic of the chi-squared test, as a standard normal number (Wilson and Hilferty).
double deviation(const Tensor& draws, const Tensor& probs) {
  const Tensor expected = probs.to(at::kDouble) * draws.numel();
  const Tensor counts = at::bincount(draws.flatten(), {}, probs.numel()).to(at::kDouble);
  const Tensor possible = expected > 0;
  EXPECT_EQ(counts.masked_select(possible.logical_not()).sum().item<double>(), 0);
  const Tensor terms = ((counts - expected).square() / expected).masked_select(possible);
  const double n = static_cast<double>(terms.numel() - 1), variance = 2 / (9 * n);
  return (std::cbrt(terms.sum().item<double>() / n) - (1 - variance)) / std::sqrt(variance);
}

TEST(FillCategories, FollowTheWeights) {
  constexpr int64_t kCount = 1'000'000;
  constexpr double kMost = 5.5;  // exceeded with a probability of 2e-8
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const auto expect_law = [&](const Tensor& weights) {
      const Tensor given = weights.to(dtype), probs = weights / weights.sum();
      EXPECT_LT(deviation(drawn(kCount, given), probs), kMost) << weights.sizes();
      EXPECT_LT(deviation(drawn(kCount, given.log(), true), probs), kMost) << weights.sizes();
      // One draw for each of many rows.
      const Tensor rows = given.expand({20'000, -1}).contiguous();
      EXPECT_LT(deviation(drawn(1, rows), probs), kMost) << weights.sizes();
    };
    expect_law(doubles({0.3, 0.7}));
    expect_law(doubles({0, 0, 1, 2, 0, 3, 0}));
    expect_law(doubles({1e-3, 1, 1e-4, 7, 0.5}));
    expect_law(at::arange(1., 34., at::kDouble));
    expect_law(at::arange(600., at::kDouble));
    expect_law((at::arange(1500., at::kDouble) - 700).abs_());
  }
}

TEST(FillCategories, TakeAMillionFloatWeights) {
  const Tensor draws = drawn(1'000'000, at::full({1'000'000}, 0.25f));
  const Tensor bins = at::floor_divide(draws, 10'000);
  EXPECT_LT(deviation(bins, at::full({100}, 0.01)), 5.5);
}

TEST(FillCategories, RefuseRowsWithoutWeights) {
  const Tensor to = at::empty({1}, at::kLong);
  for (const Tensor& weights : {doubles({0, 0}), doubles({1, -1}), doubles({1, NAN}),
                                doubles({kInfinity, 1}), doubles({-0.5, 0.2})}) {
    EXPECT_FALSE(fill_categories(to, {}, weights, false)) << weights;
    EXPECT_FALSE(fill_categories(to, {}, weights.to(at::kFloat), false)) << weights;
  }
  EXPECT_FALSE(fill_categories(to, {}, doubles({-kInfinity, -kInfinity}), true));
  EXPECT_FALSE(fill_categories(to, {}, doubles({NAN, 0}), true));
  const Tensor two = at::empty({1, 2}, at::kLong);
  EXPECT_FALSE(fill_categories(two, {}, doubles({1, 2, 0, 0}).view({2, 2}), false));
}

}  // namespace
}  // namespace torch::distributions::ops::random
