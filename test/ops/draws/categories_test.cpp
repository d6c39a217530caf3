#include "ops/draws/categories.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace torch::distributions::ops {
namespace {

constexpr auto kProbs = Weights::kProbs, kLogits = Weights::kLogits;

TEST(SampleCategoricalTest, IsTheStreamOfMultinomial) {
  const Tensor few = at::tensor({0.2f, 0.3f, 0.5f, 0.7f, 0.2f, 0.1f}).view({2, 3});
  const Tensor many = at::rand({3000, 7});
  for (const Tensor& probs :
       {few, few.to(at::kDouble), many, many.to(at::kDouble), at::rand({20, 33})}) {
    for (const int64_t count : {1, 2, 1000}) {
      if (probs.numel() * count > 100000) continue;
      at::manual_seed(count);
      const Tensor expected = at::multinomial(probs, count, /*replacement=*/true).t();
      const Tensor next = at::rand({2});
      at::manual_seed(count);
      EXPECT_TRUE(sample_categorical(probs, kProbs, count, std::nullopt).equal(expected)) << count;
      EXPECT_TRUE(at::rand({2}).equal(next));
      at::manual_seed(count);
      const Tensor logits = (probs / probs.sum(-1, true)).log();
      EXPECT_TRUE(sample_categorical(logits, kLogits, count, std::nullopt).equal(expected))
          << count;
    }
  }
}

// In float, 1 + 2e-8 is 1, so at::multinomial never draws any of the million small weights, which
// have 2 % of the mass.
TEST(SampleCategoricalTest, ManySmallWeightsAreDrawn) {
  constexpr int64_t kSmall = int64_t{1} << 20, kDraws = 100000;
  const Tensor weights = at::cat({at::ones({1}), at::full({kSmall}, 2e-8)});
  const double expected = 2e-8 * kSmall / (1 + 2e-8 * kSmall);
  at::manual_seed(0);
  const Tensor index = sample_categorical(weights, kProbs, kDraws, std::nullopt);
  EXPECT_NEAR((index > 0).to(at::kDouble).mean().item<double>(), expected,
              5 * std::sqrt(expected / kDraws));
}

TEST(SampleCategoricalTest, MoreThanMultinomialTakes) {
  constexpr int64_t kCategories = (int64_t{1} << 24) + 3, kDraws = 10000;
  Tensor weights = at::ones({kCategories});
  weights.slice(0, 0, kCategories / 2).zero_();
  weights.slice(0, -2).zero_();
  for (const int64_t count : {int64_t{1}, kDraws}) {
    const Tensor index = sample_categorical(weights, kProbs, count, std::nullopt);
    EXPECT_GE(index.min().item<int64_t>(), kCategories / 2);
    EXPECT_LT(index.max().item<int64_t>(), kCategories - 2);
  }
  const Tensor upper =
      sample_categorical(weights, kProbs, kDraws, std::nullopt) >= kCategories / 4 * 3;
  EXPECT_NEAR(upper.to(at::kDouble).mean().item<double>(), 0.5, 5 * 0.5 / std::sqrt(kDraws));
}

TEST(SampleCategoricalTest, ZeroWeightsAreNeverDrawn) {
  for (const int64_t count : {1, 10000}) {
    const Tensor weights = at::tensor({0.0, 1.0, 0.0, 0.0, 0.0, 1.0}).view({2, 3});
    const Tensor expected = at::tensor({1, 2}).expand({count, 2});
    EXPECT_TRUE(sample_categorical(weights, kProbs, count, std::nullopt).equal(expected)) << count;
    EXPECT_TRUE(sample_categorical(weights.log(), kLogits, count, std::nullopt).equal(expected))
        << count;
  }
  // The smallest float would underflow in the division by an exponential draw.
  const Tensor smallest = at::tensor({0.0f, 1e-45f, 0.0f}).repeat({1000, 1});
  EXPECT_TRUE(sample_categorical(smallest, kProbs, 1, std::nullopt).eq(1).all().item<bool>());
}

TEST(SampleCategoricalTest, RefusesWhatAreNoWeights) {
  for (const double bad : {-1.0, double{INFINITY}, std::nan("")}) {
    const Tensor weights = at::tensor({1.0, 1.0, 1.0, bad}).view({2, 2});
    EXPECT_THROW(sample_categorical(weights, kProbs, 1, std::nullopt), c10::Error) << bad;
    if (bad < 0) continue;
    EXPECT_THROW(sample_categorical(weights, kLogits, 1, std::nullopt), c10::Error) << bad;
  }
  EXPECT_THROW(sample_categorical(at::zeros({2, 2}), kProbs, 1, std::nullopt), c10::Error);
}

}  // namespace
}  // namespace torch::distributions::ops
