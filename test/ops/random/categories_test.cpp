#include "ops/random/categories.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/PhiloxRNGEngine.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
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

/// How many are drawn at once, and in how many rows with the same weights, makes no difference.
TEST(FillCategories, DependOnTheElementAndItsWeightsAlone) {
  constexpr int64_t kCount = 20000;
  for (const Tensor& given : tables()) {
    if (given.dim() > 1) continue;
    const Tensor expected = drawn(kCount, given);
    for (const int64_t count : {1, 7, 8, 100, 3000}) {
      EXPECT_TRUE(drawn(count, given).equal(expected.slice(0, 0, count))) << count;
      const Tensor rows = given.expand({count, -1}).contiguous();
      EXPECT_TRUE(drawn(1, rows).view(-1).equal(expected.slice(0, 0, count))) << count;
      EXPECT_TRUE(drawn(2, rows).view(-1).equal(expected.slice(0, 0, 2 * count))) << count;
    }
  }
}

/// The word of an element, of which the next attempt has another.
double word_of(int64_t element, std::uint64_t attempt) {
  const auto block = static_cast<std::uint64_t>(element / 256 * 64 + element % 64);
  at::Philox4_32 philox(17, 3, block | attempt << 48);
  for (int64_t i = element % 256 / 64; i > 0; --i) philox();
  return philox();
}

/// If the first word of an element does not decide, the next one does: the first of two categories
/// has the probability (word + f) / 2^32.
TEST(FillCategories, OpenWordsAreDecidedByTheNextOne) {
  constexpr int64_t kCount = 700;
  for (const double fraction : {0.0, 0x1p-20, 0.25, 0.5, 0.75, 1 - 0x1p-20}) {
    std::vector<double> weights;
    std::vector<int64_t> expected;
    for (int64_t i = 0; i < kCount; ++i) {
      const double share = word_of(i, 0) + fraction;
      weights.insert(weights.end(), {share, 0, 0x1p32 - share, 0});
      expected.push_back(word_of(i, 1) < fraction * 0x1p32 ? 0 : 2);
    }
    const Tensor rows = doubles(weights).view({kCount, 4});
    EXPECT_TRUE(drawn(1, rows)[0].equal(at::tensor(expected))) << fraction;
    for (const int64_t i : {0, 1, 63, 64, 300, 699}) {
      const int64_t right = expected[static_cast<size_t>(i)];
      EXPECT_EQ(drawn(kCount, rows[i])[i].item<int64_t>(), right) << fraction;
      EXPECT_EQ(drawn(i + 1, rows[i])[i].item<int64_t>(), right) << fraction;
    }
    // Several draws for each row.
    EXPECT_TRUE(drawn(2, rows)[0].equal(at::tensor(expected))) << fraction;
  }
}

/// All 64 bits count: the first category has as many numbers as its probability times 2^64.
TEST(FillCategories, HaveTheirProbabilityTo64Bits) {
  int checked = 0;
  for (int64_t i = 0; i < 20000; ++i) {
    const double word = word_of(i, 0);
    if (word >= 0x1p20) continue;  // so that a double has the digits of both words
    ++checked;
    const double share = word + word_of(i, 1) * 0x1p-32;
    const auto category = [&](double first) {
      const Tensor weights = doubles({first, 0, 0x1p32 - first});
      const int64_t shared = drawn(i + 1, weights)[i].item<int64_t>();
      const Tensor rows = weights.expand({i + 1, -1}).contiguous();
      EXPECT_EQ(drawn(1, rows)[0][i].item<int64_t>(), shared);
      return shared;
    };
    EXPECT_EQ(category(share), 2) << i;
    EXPECT_EQ(category(share + 0x1p-32), 0) << i;
  }
  EXPECT_GT(checked, 2);
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
    expect_law((at::arange(500., at::kDouble) - 250).abs_().clamp_min_(50) - 50);
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
