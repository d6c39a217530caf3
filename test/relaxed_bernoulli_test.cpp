#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/relaxed_bernoulli.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/uniform.h>

#include "support/counted_transform.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

TEST(LogitRelaxedBernoulli, IsAShiftedAndScaledLogisticVariable) {
  const double temperature = 0.5, logits = 0.3;
  const TransformedDistribution logistic(
      Uniform(number(0), 1.0),
      {SigmoidTransform().inv(), AffineTransform(logits / temperature, 1 / temperature)});
  const LogitRelaxedBernoulli d(temperature, {.logits = number(logits)});
  const Tensor y = at::tensor({-3.0, 0.1, 2.0}, at::kDouble);
  EXPECT_TRUE(d.log_prob(y).allclose(logistic.log_prob(y), 1e-13, 1e-13));
  EXPECT_TRUE(d.cdf(y).allclose(logistic.cdf(y), 1e-13, 1e-13));
  EXPECT_TRUE(d.log_survival_function(y).allclose(logistic.log_survival_function(y), 1e-13, 1e-13));
}

TEST(LogitRelaxedBernoulli, TemperaturesAreNumbersOrTensors) {
  const Tensor p = at::tensor({0.3F, 0.9F}), y = at::full({}, 0.4F);
  const Tensor want = LogitRelaxedBernoulli(at::full({}, 0.5F), {.probs = p}).log_prob(y);
  EXPECT_TRUE(LogitRelaxedBernoulli(0.5, {.probs = p}).log_prob(y).equal(want));
  EXPECT_NEAR(want[0].item<double>(), -2.341964327717192693752, 1e-6);
  // Unlike in Python, the temperature has a part in the shape.
  const LogitRelaxedBernoulli d(at::full({3, 1}, 0.5F), {.probs = p});
  EXPECT_EQ(d.batch_shape(), IntArrayRef({3, 2}));
  EXPECT_EQ(d.sample().sizes(), IntArrayRef({3, 2}));
  EXPECT_EQ(d.expand({4, 3, 2}).temperature().sizes(), IntArrayRef({4, 3, 2}));
  EXPECT_EQ(d.to(at::kDouble).temperature().scalar_type(), at::kDouble);
}

TEST(LogitRelaxedBernoulli, LogProbFarOutDoesNotOverflow) {
  const Tensor logits = at::full({}, 89.F).requires_grad_();
  const Tensor log_prob = LogitRelaxedBernoulli(1, {.logits = logits}).log_prob(at::zeros({}));
  EXPECT_EQ(log_prob.item<double>(), -89);
  EXPECT_EQ(torch::autograd::grad({log_prob}, {logits})[0].item<double>(), -1);
  EXPECT_EQ(LogitRelaxedBernoulli(1, {.logits = number(1000)}).log_prob(number(0)).item<double>(),
            -1000);
}

TEST(LogitRelaxedBernoulli, TheTemperatureMustBePositive) {
  EXPECT_THROW(LogitRelaxedBernoulli(0.0, {.probs = 0.5}), c10::ValueError);
  EXPECT_THROW(RelaxedBernoulli(at::tensor({0.5, -1.0}), {.probs = 0.5}), c10::ValueError);
  EXPECT_THROW(LogitRelaxedBernoulli(number(1e-30), {.probs = 0.5}).to(at::kHalf), c10::ValueError);
  EXPECT_THROW(RelaxedBernoulli(number(1e-30), {.probs = 0.5}).to(at::kHalf), c10::ValueError);
  EXPECT_TRUE(RelaxedBernoulli(-1.0, {.probs = 0.5}, false).sample({3}).isnan().all().item<bool>());
}

TEST(LogitRelaxedBernoulli, DrawsThatOverflowAreFinite) {
  const Tensor temperature = at::full({}, 1e-38F).requires_grad_(),
               logits = at::full({}, 30.F).requires_grad_();
  const Tensor draws = LogitRelaxedBernoulli(temperature, {.logits = logits}).rsample({100});
  EXPECT_TRUE(draws.eq(std::numeric_limits<float>::max()).any().item<bool>());
  EXPECT_TRUE(draws.isfinite().all().item<bool>());
  for (const Tensor& slope : torch::autograd::grad({draws.sum()}, {temperature, logits}))
    EXPECT_FALSE(slope.isnan().item<bool>());
}

TEST(RelaxedBernoulli, IsTheSigmoidOfItsBase) {
  const RelaxedBernoulli d(number(0.7), {.probs = 0.3});
  const TransformedDistribution composed(LogitRelaxedBernoulli(number(0.7), {.probs = 0.3}),
                                         SigmoidTransform());
  const Tensor x = at::tensor({1e-9, 0.1, 0.5, 0.99}, at::kDouble);
  EXPECT_TRUE(d.log_prob(x).allclose(composed.log_prob(x), 1e-13, 1e-13));
  EXPECT_TRUE(d.cdf(x).allclose(composed.cdf(x), 1e-13, 0));
  EXPECT_TRUE(d.icdf(x).allclose(composed.icdf(x), 1e-13, 0));
  ASSERT_EQ(d.transforms().size(), 1u);
  EXPECT_TRUE(*d.transforms()[0] == SigmoidTransform());
  EXPECT_TRUE(d.base_dist().as<LogitRelaxedBernoulli>().temperature().equal(d.temperature()));
}

TEST(RelaxedBernoulli, CallsNoTransform) {
  const Tensor x = at::tensor({0.0, 1e-9, 0.3, 1.0}, at::kDouble);
  const RelaxedBernoulli d(number(0.7), {.probs = 0.3});
  const test::WithCountedTransforms<RelaxedBernoulli> counted(d);
  const int before = counted.calls();
  EXPECT_TRUE(counted.log_prob(x).equal(d.log_prob(x)));
  EXPECT_TRUE(counted.cdf(x).equal(d.cdf(x)));
  EXPECT_TRUE(counted.icdf(x).equal(d.icdf(x)));
  EXPECT_TRUE(counted.log_cdf(x).equal(d.log_cdf(x)));
  EXPECT_TRUE(counted.survival_function(x).equal(d.survival_function(x)));
  EXPECT_TRUE(counted.log_survival_function(x).equal(d.log_survival_function(x)));
  EXPECT_EQ(counted.calls(), before);
}

// The density at an end is infinite, exp(-l) or exp(l), or 0.
TEST(RelaxedBernoulli, EndsHaveTheirLimits) {
  const Tensor ends = at::tensor({0.0, 1.0}, at::kDouble);
  const auto at_ends = [&](double temperature) {
    return RelaxedBernoulli(temperature, {.logits = number(0.5)}).log_prob(ends);
  };
  EXPECT_TRUE(at_ends(0.5).eq(INFINITY).all().item<bool>());
  EXPECT_TRUE(at_ends(1).allclose(at::tensor({-0.5, 0.5}, at::kDouble), 1e-15, 1e-15));
  EXPECT_TRUE(at_ends(2).eq(-INFINITY).all().item<bool>());
  const Tensor x = ends.clone().requires_grad_();
  const RelaxedBernoulli d(1, {.logits = number(0.5)});
  const Tensor slope = torch::autograd::grad({d.log_prob(x).sum()}, {x})[0];
  EXPECT_NEAR(slope[0].item<double>(), 2 * (1 - std::exp(-0.5)), 1e-15);
  EXPECT_NEAR(slope[1].item<double>(), -2 * (1 - std::exp(0.5)), 1e-15);
  for (const auto& [f, sign] :
       {std::pair(&Distribution::cdf, 1.0), std::pair(&Distribution::survival_function, -1.0)}) {
    const Tensor density = torch::autograd::grad({(d.*f)(x).sum()}, {x})[0];
    EXPECT_NEAR(density[0].item<double>(), sign * std::exp(-0.5), 1e-15);
    EXPECT_NEAR(density[1].item<double>(), sign * std::exp(0.5), 1e-15);
  }
  const Tensor of_quantile = torch::autograd::grad({d.icdf(x).sum()}, {x})[0];
  EXPECT_NEAR(of_quantile[0].item<double>(), std::exp(0.5), 1e-15);
  EXPECT_NEAR(of_quantile[1].item<double>(), std::exp(-0.5), 1e-15);
}

TEST(RelaxedBernoulli, KeepsItsDigitsNearTheEnds) {
  const RelaxedBernoulli d(number(1), {.logits = 0});  // uniform
  const Tensor x = at::tensor({1e-300, 1e-20, 0.5, 1 - 0x1p-53}, at::kDouble);
  EXPECT_TRUE(d.log_prob(x).abs().le(1e-15).all().item<bool>()) << d.log_prob(x);
  EXPECT_TRUE(d.cdf(x).allclose(x, 1e-15, 0));
  EXPECT_TRUE(d.survival_function(x).allclose(1 - x, 1e-15, 0));
  EXPECT_TRUE(d.icdf(x).allclose(x, 1e-15, 0));
  const Tensor y = x.clone().requires_grad_();
  for (const auto& f : {&Distribution::cdf, &Distribution::icdf}) {
    const Tensor slope = torch::autograd::grad({(d.*f)(y).sum()}, {y})[0];
    EXPECT_TRUE(slope.allclose(at::ones_like(x), 2e-15, 0)) << slope;
  }
}

// P(Y <= y) = q / (q + p exp(-T y)) and x / (1 - x) = (u / (1 - u) p / q)^(1 / T) for q = 1 - p.
TEST(RelaxedBernoulli, ACertainProbabilityHasASlope) {
  const Tensor p = at::tensor({0.0, 1.0}, at::kDouble).requires_grad_();
  const auto slope = [&](const Tensor& result) {
    return torch::autograd::grad({result.sum()}, {p})[0];
  };
  const auto expect_slopes = [&](const Tensor& result, double at_zero, double at_one) {
    EXPECT_TRUE(slope(result).allclose(at::tensor({at_zero, at_one}, at::kDouble), 1e-14, 0))
        << slope(result);
  };
  const LogitRelaxedBernoulli logit(number(2), {.probs = p});
  const Tensor y = number(0.7);
  expect_slopes(logit.cdf(y), -std::exp(-1.4), -std::exp(1.4));
  expect_slopes(logit.survival_function(y), std::exp(-1.4), std::exp(1.4));
  EXPECT_NEAR(slope(logit.log_cdf(y))[0].item<double>(), -std::exp(-1.4), 1e-14);
  EXPECT_NEAR(slope(logit.log_survival_function(y))[1].item<double>(), std::exp(1.4), 1e-14);
  const auto relaxed = [&](double temperature) {
    return RelaxedBernoulli(number(temperature), {.probs = p});
  };
  expect_slopes(relaxed(2).cdf(number(0.8)), -1.0 / 16, -16);
  expect_slopes(relaxed(1).icdf(number(0.8)), 4, 0.25);
  expect_slopes(relaxed(0.5).icdf(number(0.8)), 0, 0);
  EXPECT_TRUE(slope(relaxed(2).icdf(number(0.8))).eq(INFINITY).all().item<bool>());
}

TEST(RelaxedBernoulli, DrawsAreNotTheEnds) {
  const RelaxedBernoulli cold(at::full({}, 0.01F), {.probs = at::tensor({0.3F, 0.5F})});
  const Tensor draws = cold.sample({10000});
  EXPECT_TRUE(draws.gt(0).logical_and(draws.lt(1)).all().item<bool>());
  EXPECT_NEAR(draws.gt(0.5).to(at::kFloat).mean(0)[0].item<double>(), 0.3, 0.03);
}

TEST(RelaxedBernoulli, ACertainOutcomeHasAllMass) {
  const Tensor ends = at::tensor({0.0, 1.0}, at::kDouble).requires_grad_();
  const Tensor temperature = number(0.5).requires_grad_();
  const RelaxedBernoulli d(temperature, {.probs = ends});
  const Tensor draws = d.rsample({5});
  EXPECT_TRUE(draws.eq(ends).all().item<bool>());
  for (const Tensor& slope : torch::autograd::grad({draws.sum()}, {temperature, ends}))
    EXPECT_TRUE(slope.eq(0).all().item<bool>());
  EXPECT_TRUE(d.icdf(number(0.3)).equal(ends));
  EXPECT_TRUE(d.log_prob(number(0.3)).eq(-INFINITY).all().item<bool>());
  EXPECT_TRUE(d.log_prob(ends).eq(INFINITY).all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
