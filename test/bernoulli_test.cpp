#include <gmock/gmock.h>

#include <cmath>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/bernoulli.h>

namespace torch::distributions {
namespace {

TEST(Bernoulli, CertaintyIsExact) {
  const Bernoulli bernoulli(at::tensor({0.0, 1.0}));
  EXPECT_TRUE(bernoulli.log_prob(at::ones({})).equal(at::tensor({-INFINITY, 0.0F})));
  const Bernoulli logits({.logits = at::tensor({-INFINITY, INFINITY})});
  EXPECT_TRUE(logits.log_prob(at::ones({})).equal(at::tensor({-INFINITY, 0.0F})));
  EXPECT_TRUE(logits.entropy().equal(at::zeros({2})));
}

TEST(Bernoulli, ARareEventKeepsItsProbability) {
  EXPECT_NEAR(Bernoulli(1e-12).log_prob(at::ones({})).item<double>(), -27.6310211, 2e-6);
}

// A uniform number of 24 bits is below 1e-9 in 8 of 2^27 draws. 0.13 are expected.
TEST(Bernoulli, ARareEventIsRarelyDrawn) {
  at::manual_seed(0);
  double hits = 0;
  for (int i = 0; i < 16; ++i) hits += Bernoulli(1e-9F).sample({1 << 23}).sum().item<double>();
  EXPECT_LE(hits, 2);
  const double often = Bernoulli(at::full({}, 1e-4F)).sample({1 << 22}).sum().item<double>();
  EXPECT_NEAR(often, 419.4, 6 * std::sqrt(419.4));
}

TEST(Bernoulli, GradientsAtTheEndsAreFinite) {
  const Tensor probs = at::tensor({0.0, 1.0}).requires_grad_();
  const Tensor gradient =
      torch::autograd::grad({Bernoulli(probs).log_prob(at::tensor({0.0, 1.0})).sum()}, {probs})[0];
  EXPECT_TRUE(gradient.equal(at::tensor({-1.0, 1.0})));
}

TEST(Bernoulli, WhatIsNoProbabilityIsDrawnAsNaN) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor probs = at::tensor({1.5, -0.5, double{NAN}, 1.0, 0.0}, at::kDouble).to(dtype);
    const Tensor draws = Bernoulli(probs, false).sample({7});
    EXPECT_EQ(draws.scalar_type(), dtype);
    EXPECT_TRUE(draws.slice(1, 0, 3).isnan().all().item<bool>()) << draws;
    EXPECT_TRUE(draws.select(1, 3).eq(1).all().item<bool>());
    EXPECT_TRUE(draws.select(1, 4).eq(0).all().item<bool>());
    EXPECT_TRUE(Bernoulli({.logits = at::full({2}, NAN, dtype)}, false)
                    .sample()
                    .isnan()
                    .all()
                    .item<bool>());
  }
}

TEST(Bernoulli, GreyValuesAreToldWhatTheyNeed) {
  const auto message = [](const Bernoulli& bernoulli, const Tensor& value) {
    try {
      bernoulli.log_prob(value);
    } catch (const c10::ValueError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  const auto hint = ::testing::HasSubstr("binary_cross_entropy, or the ContinuousBernoulli");
  EXPECT_THAT(message(Bernoulli(0.5), at::tensor({0.0, 0.25})), hint);
  EXPECT_THAT(message(Bernoulli(logits(at::zeros({2}))), at::tensor({0.25, 1.0})), hint);
  EXPECT_THAT(message(Bernoulli(0.5), at::tensor({0.0, 2.0})), ::testing::Not(hint));
}

TEST(Bernoulli, TheModeOfAFairCoinIsNaN) {
  EXPECT_TRUE(Bernoulli(0.5).mode().isnan().item<bool>());
  EXPECT_TRUE(Bernoulli({.logits = 0.0}).mode().isnan().item<bool>());
}

TEST(Bernoulli, WhatIsNoProbabilityHasNaNInEveryFunction) {
  const Bernoulli none(at::tensor({1.5, -0.5}), false);
  for (const Tensor& result :
       {none.log_prob(at::ones({2})), none.entropy(), none.variance(), none.stddev()})
    EXPECT_TRUE(result.isnan().all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
