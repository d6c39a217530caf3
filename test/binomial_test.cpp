#include <gmock/gmock.h>

#include <torch/distributions/binomial.h>

namespace torch::distributions {
namespace {

TEST(Binomial, KeepsItsAccuracyForLargeCounts) {
  EXPECT_NEAR(Binomial(1000000, 0.3).log_prob(at::full({}, 3e5)).item<double>(), -7.0463703, 1e-5);
  EXPECT_NEAR(Binomial(1, {.logits = 90.5}).log_prob(at::ones({})).item<double>(), 0, 1e-38);
}

TEST(Binomial, TheEntropyTakesSeveralCountsAtOnce) {
  const Tensor counts = at::tensor({1.0, 10.0, 1e6}, at::kDouble),
               probs = at::full({3}, 0.3, at::kDouble);
  const Tensor entropy = Binomial(counts, probs).entropy();
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(entropy[i].item<double>(), Binomial(counts[i], probs[i]).entropy().item<double>(),
                1e-14);
  }
  EXPECT_NEAR(entropy[0].item<double>(), 0.6108643020548934, 1e-15);
  EXPECT_NEAR(entropy[2].item<double>(), 7.546372, 1e-5);
}

TEST(Binomial, EnumeratesOneCountOnly) {
  EXPECT_EQ(Binomial(at::full({2}, 3.0), at::full({2}, 0.5)).enumerate_support().size(0), 4);
  EXPECT_THROW(Binomial(at::tensor({3.0, 4.0}), at::full({2}, 0.5)).enumerate_support(),
               c10::NotImplementedError);
  // An empty batch has no count: the result is the value 0, which every count has.
  const Binomial empty(at::zeros({0}), .5), empty_batches(at::zeros({2, 0}), .5);
  EXPECT_TRUE(empty.has_enumerate_support());
  EXPECT_EQ(empty.enumerate_support().sizes(), IntArrayRef({1, 0}));
  EXPECT_TRUE(empty.enumerate_support(false).equal(at::zeros({1, 1})));
  EXPECT_EQ(empty_batches.enumerate_support().sizes(), IntArrayRef({1, 2, 0}));
  EXPECT_EQ(empty.log_prob(empty.enumerate_support()).sizes(), IntArrayRef({1, 0}));
}

// LibTorch's sampler hangs on some of these.
TEST(Binomial, WhatAreNoParametersAreDrawnAsNaN) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const auto tensor = [&](std::vector<double> v) { return at::tensor(v, at::kDouble).to(dtype); };
    const Tensor count = tensor({NAN, 3, 3, 3, -2, INFINITY, 2.5, 3}),
                 probs = tensor({0.5, NAN, 1.5, -0.25, 0.5, 0.5, 0.5, 1});
    for (const auto& shape : {at::DimVector{}, at::DimVector{4}}) {
      const Tensor draws = Binomial(count, probs, false).sample(shape);
      EXPECT_EQ(draws.scalar_type(), dtype);
      EXPECT_TRUE(draws.slice(-1, 0, 7).isnan().all().item<bool>()) << draws;
      EXPECT_TRUE(draws.select(-1, 7).eq(3).all().item<bool>()) << draws;
    }
    EXPECT_TRUE(Binomial(count, {.logits = tensor({0, NAN, NAN, NAN, 0, 0, 0, NAN})}, false)
                    .sample()
                    .isnan()
                    .all()
                    .item<bool>());
  }
  // The count is valid in double and infinite in half.
  const Binomial halves = Binomial(at::full({}, 1e6, at::kDouble), 0.5, false).to(at::kHalf);
  EXPECT_TRUE(halves.sample().isnan().item<bool>());
}

TEST(Binomial, HugeCountsAreDrawn) {
  for (const double count : {1e17, 1e200, 1.7e308}) {
    const Tensor draw = Binomial(at::full({}, count, at::kDouble), 0.5).sample();
    EXPECT_NEAR(draw.item<double>() / count, 0.5, 1e-7) << count;
  }
}

TEST(Binomial, DrawsHaveTheDtypeOfTheMean) {
  for (const auto of_count : {at::kHalf, at::kFloat, at::kDouble, at::kLong}) {
    for (const auto of_probs : {at::kHalf, at::kFloat, at::kDouble}) {
      const Binomial b(at::full({2}, 3, of_count), at::full({2}, 0.5, of_probs));
      EXPECT_EQ(b.sample().scalar_type(), b.mean().scalar_type()) << of_count << of_probs;
    }
  }
}

TEST(Binomial, TheVarianceOfLargeSamplesIsRight) {
  at::manual_seed(0);
  const Tensor draws = Binomial(100000000, 0.3).sample({20000}).to(at::kDouble);
  EXPECT_NEAR(draws.var().item<double>() / 2.1e7, 1, 0.06);
}

TEST(Binomial, WhatAreNoParametersHaveNaNInEveryFunctionAndEnd) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  EXPECT_TRUE(Binomial(number(-3), 0.5, false).log_prob(number(1)).isnan().item<bool>());
  for (const double p : {65536.0, 9.3e18, -1.0, double{NAN}})
    EXPECT_TRUE(Binomial(16777216.0, number(p), false).entropy().isnan().item<bool>()) << p;
}

}  // namespace
}  // namespace torch::distributions
