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
}

TEST(Binomial, TheVarianceOfLargeSamplesIsRight) {
  at::manual_seed(0);
  const Tensor draws = Binomial(100000000, 0.3).sample({20000}).to(at::kDouble);
  EXPECT_NEAR(draws.var().item<double>() / 2.1e7, 1, 0.06);
}

}  // namespace
}  // namespace torch::distributions
