#include <gmock/gmock.h>

#include <cmath>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/continuous_bernoulli.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/pareto.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

ContinuousBernoulli continuous_bernoulli_of(double logits) {
  return ContinuousBernoulli({.logits = number(logits)});
}

TEST(ContinuousBernoulli, IsAnExponentialDistributionThatIsCutOff) {
  const Tensor x = at::tensor({0.01, 0.3, 0.9}, at::kDouble);
  const Exponential whole(number(3));
  const ContinuousBernoulli part = continuous_bernoulli_of(-3);
  const Tensor below_one = whole.cdf(number(1));
  EXPECT_TRUE(part.log_prob(x).allclose(whole.log_prob(x) - below_one.log(), 1e-14, 1e-14));
  EXPECT_TRUE(part.cdf(x).allclose(whole.cdf(x) / below_one, 1e-14, 1e-14));
}

TEST(ContinuousBernoulli, IsUniformInTheMiddle) {
  const Tensor half = number(0.5).requires_grad_(), x = at::tensor({0.0, 0.3, 1.0}, at::kDouble);
  const ContinuousBernoulli d(half);
  EXPECT_TRUE(d.log_prob(x).eq(0).all().item<bool>());
  EXPECT_TRUE(d.cdf(x).equal(x));
  EXPECT_TRUE(d.icdf(x).equal(x));
  EXPECT_EQ(d.mean().item<double>(), 0.5);
  EXPECT_DOUBLE_EQ(d.variance().item<double>(), 1.0 / 12);
  EXPECT_EQ(d.entropy().item<double>(), 0);
  // Python takes these for constants.
  const auto slope = [&](const Tensor& y) {
    return torch::autograd::grad({y}, {half})[0].item<double>();
  };
  EXPECT_NEAR(slope(d.icdf(number(0.3))), 4 * 0.3 * 0.7 / 2, 1e-15);
  EXPECT_NEAR(slope(d.cdf(number(0.3))), -4 * 0.3 * 0.7 / 2, 1e-15);
  EXPECT_NEAR(slope(d.log_prob(number(0.3))), 4 * (0.3 - 0.5), 1e-15);
  EXPECT_NEAR(slope(d.mean()), 4.0 / 12, 1e-15);
}

TEST(ContinuousBernoulli, KeepsItsDigitsBesideTheMiddle) {
  const ContinuousBernoulli d(at::tensor({0.499F, 0.4991F, 0.501F}));
  EXPECT_TRUE(d.variance().allclose(at::full({3}, 1.0 / 12), 1e-5, 0));
  EXPECT_NEAR(d.entropy()[0].item<double>() / -6.6666e-7, 1, 1e-4);
  EXPECT_NEAR(d.log_prob(at::full({}, 0.5F))[0].item<double>(), -6.6666e-7, 1e-10);
  const double t = 1e-7;  // the entropy is -t^2 / 24
  EXPECT_NEAR(continuous_bernoulli_of(t).entropy().item<double>() / (-t * t / 24), 1, 1e-12);
}

TEST(ContinuousBernoulli, TakesLogitsWhoseProbabilityRounds) {
  EXPECT_NEAR(continuous_bernoulli_of(-1000).log_prob(number(1e-3)).item<double>(),
              std::log(1000) - 1, 1e-14);
  EXPECT_EQ(continuous_bernoulli_of(-1e200).mean().item<double>(), 1e-200);
  EXPECT_EQ(continuous_bernoulli_of(-1e200).stddev().item<double>(), 1e-200);
  EXPECT_EQ(continuous_bernoulli_of(1e6).log_survival_function(number(0.5)).item<double>(), 0);
  EXPECT_EQ(continuous_bernoulli_of(1e6).log_cdf(number(0.5)).item<double>(), -5e5);
  EXPECT_NEAR(continuous_bernoulli_of(-1e6).log_survival_function(number(0.5)).item<double>(), -5e5,
              1e-9);
}

TEST(ContinuousBernoulli, ACertainOutcomeHasAllMass) {
  const Tensor ends = at::tensor({0.0, 1.0}, at::kDouble), x = ends.unsqueeze(1);
  const ContinuousBernoulli d(ends);
  const double inf = INFINITY;
  EXPECT_TRUE(d.log_prob(x).equal(at::tensor({inf, -inf, -inf, inf}, at::kDouble).view({2, 2})));
  EXPECT_TRUE(d.cdf(x).equal(at::tensor({1.0, 0.0, 1.0, 1.0}, at::kDouble).view({2, 2})));
  EXPECT_TRUE(d.icdf(number(0.3)).equal(ends));
  EXPECT_TRUE(d.mean().equal(ends));
  EXPECT_TRUE(d.variance().eq(0).all().item<bool>());
  EXPECT_TRUE(d.sample({5}).eq(ends).all().item<bool>());
  EXPECT_EQ(kl_divergence(ContinuousBernoulli(0.0), ContinuousBernoulli(0.0)).item<double>(), 0);
  EXPECT_EQ(kl_divergence(ContinuousBernoulli(0.0), ContinuousBernoulli(1.0)).item<double>(), inf);
}

TEST(ContinuousBernoulli, TheModeIsTheLikelierEnd) {
  const Tensor mode = ContinuousBernoulli({0.2, 0.5, 0.7}).mode();
  EXPECT_EQ(mode[0].item<double>(), 0);
  EXPECT_TRUE(mode[1].isnan().item<bool>());
  EXPECT_EQ(mode[2].item<double>(), 1);
}

TEST(ContinuousBernoulli, LimsHaveNoEffect) {
  const ContinuousBernoulli d(0.45), wide(0.45, {0.1, 0.9}, true);
  const Tensor x = at::tensor({0.1, 0.5});
  EXPECT_TRUE(d.log_prob(x).equal(wide.log_prob(x)));
  EXPECT_TRUE(d.icdf(x).equal(wide.icdf(x)));
  EXPECT_THROW(wide.log_prob(at::tensor(1.5)), c10::ValueError);
}

TEST(ContinuousBernoulli, DivergencesKeepTheirDigits) {
  const double t = 1e-6;  // the variance is 1/12
  EXPECT_NEAR(kl_divergence(continuous_bernoulli_of(0), continuous_bernoulli_of(t)).item<double>() /
                  (t * t / 24),
              1, 1e-12);
  EXPECT_NEAR(kl_divergence(continuous_bernoulli_of(t), Uniform(number(0), 1.0)).item<double>() /
                  (t * t / 24),
              1, 1e-12);
  EXPECT_NEAR(kl_divergence(Uniform(number(0), 1.0), continuous_bernoulli_of(t)).item<double>() /
                  (t * t / 24),
              1, 1e-12);
  EXPECT_NEAR(
      kl_divergence(Beta(number(1), 1.0), continuous_bernoulli_of(t)).item<double>() / (t * t / 24),
      1, 1e-12);
  // As that of the exponential distributions, since 1 is far out.
  EXPECT_NEAR(
      kl_divergence(continuous_bernoulli_of(-1e6), continuous_bernoulli_of(-1e6 - 1))
              .item<double>() /
          kl_divergence(Exponential(number(1e6)), Exponential(number(1e6 + 1))).item<double>(),
      1, 1e-9);
  EXPECT_NEAR(kl_divergence(continuous_bernoulli_of(-700), Exponential(number(700))).item<double>(),
              0, 1e-300);
}

// Python mixes clamped probabilities and logits here: -16.7.
TEST(ContinuousBernoulli, DivergencesOfFarLogitsArePositive) {
  const double kl =
      kl_divergence(continuous_bernoulli_of(-500), continuous_bernoulli_of(20)).item<double>();
  EXPECT_NEAR(kl, std::log(500) - 1 + 20 - std::log(20) - 20.0 / 500, 1e-8);
}

TEST(ContinuousBernoulli, TheUniformNumberOfADrawIsNotZero) {
  const Tensor logits = at::full({1 << 22}, 1e6F);
  EXPECT_GT(ContinuousBernoulli({.logits = logits}).sample().min().item<float>(), 0.99F);
}

TEST(ContinuousBernoulli, WhatIsNoProbabilityIsDrawnAsNaN) {
  const ContinuousBernoulli d(at::tensor({-0.5, double{NAN}, 1.5, 0.5}), {0.499, 0.501}, false);
  const Tensor draws = d.sample({5});
  EXPECT_TRUE(draws.slice(1, 0, 3).isnan().all().item<bool>()) << draws;
  EXPECT_FALSE(draws.select(1, 3).isnan().any().item<bool>()) << draws;
}

}  // namespace
}  // namespace torch::distributions
