#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <string>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/geometric.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/multinomial.h>
#include <torch/distributions/negative_binomial.h>

#include "support/tensors.h"

// Divergences between distributions of counts, whose numbers of trials may differ.

namespace torch::distributions::test {
namespace {

/// The sum of P(k) log(P(k) / Q(k)) over the counts up to `last`.
Tensor by_sum(const Distribution& p, const Distribution& q, int64_t last) {
  const ValidateArgsGuard unchecked(false);
  const Tensor k = at::arange(last + 1, kDoubles).unsqueeze(-1);
  const Tensor log_p = p.log_prob(k);
  return (log_p.exp() * (log_p - q.log_prob(k))).sum(0);
}

TEST(KlCountsTest, NegativeBinomialsWithEqualCounts) {
  const Tensor r = doubles({0.5, 2, 7}), p = doubles({0.2, 0.5, 0.4}), q = doubles({0.3, 0.1, 0.4});
  const NegativeBinomial by_probs(r, p), other(r, q);
  const Tensor expected = by_sum(by_probs, other, 400);
  EXPECT_TRUE(kl_divergence(by_probs, other).allclose(expected, 1e-12, 1e-14));
  const NegativeBinomial by_logits(r, {.logits = p.logit()}),
      other_logits(r, {.logits = q.logit()});
  EXPECT_TRUE(kl_divergence(by_logits, other).allclose(expected, 1e-12, 1e-14));
  EXPECT_TRUE(kl_divergence(by_probs, other_logits).allclose(expected, 1e-12, 1e-14));
  EXPECT_TRUE(kl_divergence(by_logits, other_logits).allclose(expected, 1e-12, 1e-14));
  EXPECT_TRUE(kl_divergence(NegativeBinomial(1, p), NegativeBinomial(1, q))
                  .allclose(kl_divergence(Geometric(1 - p), Geometric(1 - q)), 1e-13, 0));
}

TEST(KlCountsTest, NegativeBinomialsWithDifferentCountsHaveNoRule) {
  const NegativeBinomial p(doubles({2, 3}), 0.5), q(doubles({2, 2.5}), 0.5);
  try {
    kl_divergence(p, q);
    FAIL();
  } catch (const c10::NotImplementedError& error) {
    EXPECT_THAT(error.what_without_backtrace(),
                ::testing::HasSubstr("p type NegativeBinomial and q type NegativeBinomial: "
                                     "their total_counts differ"));
  }
}

// The derivative in the count is that of both counts together.
TEST(KlCountsTest, TheCountOfNegativeBinomialsHasAGradient) {
  const Tensor r = doubles({2.5}).requires_grad_();
  const Tensor kl =
      kl_divergence(NegativeBinomial(r, doubles({0.25})), NegativeBinomial(r, doubles({0.5})));
  EXPECT_NEAR(torch::autograd::grad({kl}, {r})[0].item<double>(), kl.item<double>() / 2.5, 1e-15);
}

TEST(KlCountsTest, AMultinomialIsSeveralCategoricals) {
  const Tensor p = doubles({0.2, 0.3, 0.5}), q = doubles({0.25, 0.5, 0.25});
  const Tensor of_one = kl_divergence(Categorical(p), Categorical(q));
  EXPECT_TRUE(kl_divergence(Multinomial(7, p), Multinomial(7, q)).allclose(7 * of_one, 1e-14, 0));
  // In two categories the first count is binomial.
  const Tensor a = doubles({0.2, 0.8}), b = doubles({0.6, 0.4});
  EXPECT_TRUE(kl_divergence(Multinomial(9, a), Multinomial(9, {.logits = b.log()}))
                  .allclose(kl_divergence(Binomial(9, a[0]), Binomial(9, b[0])), 1e-13, 0));
  EXPECT_THROW(kl_divergence(Multinomial(7, a), Multinomial(7, p)), c10::ValueError);
}

TEST(KlCountsTest, MultinomialsWithDifferentCountsHaveNoValueInCommon) {
  const Tensor p = doubles({0.2, 0.8}).requires_grad_(), q = doubles({1, 0});
  const Tensor kl = kl_divergence(Multinomial(doubles({3, 3, 2, 0, 0}), p),
                                  Multinomial(doubles({3, 4, 1, 0, 1}), p.detach()));
  EXPECT_TRUE(kl.equal(doubles({0, kInfinity, kInfinity, 0, kInfinity}))) << kl;
  EXPECT_TRUE(torch::autograd::grad({kl[0]}, {p})[0].eq(0).all().item<bool>());
  // Without draws no category is impossible.
  EXPECT_EQ(kl_divergence(Multinomial(0, p), Multinomial(0, q)).item<double>(), 0);
  EXPECT_EQ(kl_divergence(Multinomial(1, p), Multinomial(1, q)).item<double>(), kInfinity);
}

TEST(KlCountsTest, ABernoulliIsABinomialOfOneTrial) {
  const Tensor p = doubles({0, 1e-9, 0.3, 0.9, 1}).unsqueeze(-1), q = doubles({1e-6, 0.4, 0.95});
  const Tensor expected = kl_divergence(Bernoulli(p), Bernoulli(q));
  EXPECT_TRUE(kl_divergence(Bernoulli(p), Binomial(1, q)).allclose(expected, 1e-14, 0));
  EXPECT_TRUE(kl_divergence(Binomial(1, p), Bernoulli(q)).allclose(expected, 1e-14, 0));
  // Of more trials, the sum over the outcomes 0 and 1.
  for (const int64_t n : {2, 5, 100}) {
    const Tensor kl = kl_divergence(Bernoulli(p), Binomial(n, q));
    const Tensor log_0 = n * (-q).log1p(), log_1 = std::log(n) + q.log() + (n - 1) * (-q).log1p();
    const Tensor sum = at::xlogy(p, p) - p * log_1 + at::xlogy(1 - p, 1 - p) - (1 - p) * log_0;
    EXPECT_TRUE(kl.allclose(sum, 1e-12, 1e-12)) << kl << sum;
    EXPECT_TRUE(kl_divergence(Binomial(n, p), Bernoulli(q))
                    .allclose(at::where(p == 0, -(-q).log1p(), kInfinity), 1e-15, 0));
  }
  // No trial has the outcome 0.
  EXPECT_TRUE(kl_divergence(Bernoulli(p), Binomial(0, q))
                  .equal(at::where(p == 0, at::zeros_like(q), kInfinity)));
  EXPECT_TRUE(kl_divergence(Binomial(0, p), Bernoulli(q)).allclose(-(-q).log1p().expand({5, 3})));
}

// More trials in q than in p.
TEST(KlCountsTest, BinomialsOfOneOrTwoValuesHaveADivergenceToMoreTrials) {
  const auto kl = [](double n, double p, double m, double q) {
    return kl_divergence(Binomial(number(n), number(p)), Binomial(number(m), number(q)))
        .item<double>();
  };
  // A point mass at 0, by its number of trials or its probability.
  EXPECT_EQ(kl(0, 0.5, 3, 0), 0);
  EXPECT_EQ(kl(2, 0, 3, 0), 0);
  EXPECT_EQ(kl(0, 1, 3, 0), 0);
  EXPECT_EQ(kl(0, 0.5, 3, 1), kInfinity);
  EXPECT_EQ(kl(2, 0, 3, 1), kInfinity);
  EXPECT_NEAR(kl(2, 0, 3, 0.25), -3 * std::log(0.75), 1e-15);
  EXPECT_NEAR(kl(0, 0.5, 3, 0.25), -3 * std::log(0.75), 1e-15);
  // A point mass at the number of trials.
  EXPECT_NEAR(kl(2, 1, 3, 0.25), -std::log(3 * 0.25 * 0.25 * 0.75), 1e-14);
  EXPECT_EQ(kl(2, 1, 3, 0), kInfinity);
  EXPECT_EQ(kl(2, 1, 3, 1), kInfinity);
  // Two values.
  EXPECT_NEAR(kl(1, 0.5, 4, 0.25),
              by_sum(Binomial(1, number(0.5)), Binomial(4, number(0.25)), 1).item<double>(), 1e-14);
  EXPECT_EQ(kl(1, 0.4, 1e6, 0), kInfinity);
  // As many trials, or fewer.
  EXPECT_EQ(kl(3, 0, 0, 0.5), 0);
  EXPECT_EQ(kl(3, 0, 0, 1), 0);
  EXPECT_EQ(kl(0, 0.5, 0, 1), 0);
  EXPECT_EQ(kl(3, 0.5, 0, 0.5), kInfinity);
  // Other values have none, whatever the rest of the batch.
  EXPECT_EQ(kl(2, 0.5, 3, 1), kInfinity);
  EXPECT_EQ(kl(2, 0.5, 3, 0), kInfinity);
  EXPECT_THROW(kl(2, 0.5, 3, 0.5), c10::NotImplementedError);
  EXPECT_THROW(
      kl_divergence(Binomial(doubles({2, 3}), doubles({0, 0.5})), Binomial(number(4), number(0.5))),
      c10::NotImplementedError);
}

TEST(KlCountsTest, BinomialsToMoreTrialsHaveGradients) {
  const Tensor p = doubles({0.3, 0.3, 0, 1}).requires_grad_(),
               q = doubles({0.2, 0.2, 0.2, 0.2}).requires_grad_();
  const Tensor n = doubles({1, 0, 4, 4}), m = doubles({3, 3, 6, 6});
  const Tensor kl = kl_divergence(Binomial(n, p), Binomial(m, q));
  // In q it is (m - E[K] / q) / (1 - q), since q is a member of an exponential family.
  EXPECT_TRUE(gradient(kl, q).allclose(((m - n * p / q) / (1 - q)).detach(), 1e-14, 0));
  const Tensor in_p = gradient(kl, p);
  EXPECT_TRUE(in_p.isfinite().all().item<bool>()) << in_p;
  const double slope = std::log(0.3 / 0.7) - std::log(3 * 0.2 / 0.8);
  EXPECT_NEAR(in_p[0].item<double>(), slope, 1e-14);
  EXPECT_EQ(in_p[1].item<double>(), 0);
}

TEST(KlCountsTest, NegativeBinomialsOfLargeLogitsHaveGradients) {
  const Tensor p = doubles({0, 3, -30, 0, -700}).requires_grad_(),
               q = doubles({1e16, 1e300, 1e16, 60, 1e18}).requires_grad_();
  const Tensor r = number(2), kl = kl_divergence(NegativeBinomial(r, {.logits = p}),
                                                 NegativeBinomial(r, {.logits = q}));
  // In p it is r exp(p) times the difference of the log probabilities of success.
  const Tensor slope = 2 * (p.exp() * ((-q).exp().log1p() - (-p).exp().log1p())).detach();
  EXPECT_TRUE(gradient(kl, p).allclose(slope, 1e-13, 0)) << gradient(kl, p) << slope;
  EXPECT_TRUE(gradient(kl, q).allclose(2 * (p.exp() + 1) * (q.sigmoid() - p.sigmoid()), 1e-14, 0));
}

}  // namespace
}  // namespace torch::distributions::test
