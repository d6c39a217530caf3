#include <gmock/gmock.h>

#include <cmath>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>

namespace torch::distributions {
namespace {

TEST(Exponential, IsAGammaOfShapeOne) {
  const Tensor x = at::tensor({0.0, 0.5, 3.0}, at::kDouble),
               rate = at::scalar_tensor(2.0, at::kDouble);
  EXPECT_TRUE(Exponential(rate).log_prob(x).allclose(Gamma(1, rate).log_prob(x), 1e-14, 1e-14));
  EXPECT_TRUE(Exponential(rate).cdf(x).allclose(Gamma(1, rate).cdf(x), 1e-14, 1e-14));
}

TEST(Exponential, KeepsSmallProbabilities) {
  EXPECT_FLOAT_EQ(Exponential(1).cdf(at::full({}, 1e-8)).item<float>(), 1e-8F);
  EXPECT_FLOAT_EQ(Exponential(1).icdf(at::full({}, 1e-8)).item<float>(), 1e-8F);
}

TEST(Exponential, AProductThatUnderflowsHasALogarithm) {
  const Tensor small = at::full({}, 1e-200, at::kDouble);
  const Tensor rate = small.clone().requires_grad_();
  const Tensor log_cdf = Exponential(rate).log_cdf(small);
  EXPECT_NEAR(log_cdf.item<double>() / -921.03403719761827364, 1, 1e-15);
  EXPECT_NEAR(torch::autograd::grad({log_cdf}, {rate})[0].item<double>() / 1e200, 1, 1e-14);
}

TEST(Exponential, TailsAtTheEnds) {
  const Tensor rate = at::full({}, 2.0, at::kDouble).requires_grad_();
  const Tensor x = at::tensor({-1.0, 0.0, INFINITY}, at::kDouble);
  const Exponential d(rate, false);
  EXPECT_TRUE(d.log_cdf(x).equal(at::tensor({-INFINITY, -INFINITY, 0.0}, at::kDouble)));
  EXPECT_TRUE(d.survival_function(x).equal(at::tensor({1.0, 1.0, 0.0}, at::kDouble)));
  EXPECT_TRUE(d.log_survival_function(x).equal(at::tensor({0.0, 0.0, -INFINITY}, at::kDouble)));
  for (const Tensor& tail : {d.log_cdf(x), d.survival_function(x), d.log_survival_function(x)})
    EXPECT_EQ(torch::autograd::grad({tail.sum()}, {rate})[0].item<double>(), 0);
  // The hazard is the rate, from the end of the support on.
  const Tensor zero = at::zeros({}, at::kDouble).requires_grad_();
  const Tensor tail = d.log_survival_function(zero);
  EXPECT_EQ(torch::autograd::grad({tail}, {zero})[0].item<double>(), -2);
}

TEST(Exponential, WhatIsNoRateIsDrawnAsNaN) {
  const Tensor draws = Exponential(at::tensor({-1.0, double{NAN}, 0.0}), false).sample({5});
  EXPECT_TRUE(draws.slice(1, 0, 2).isnan().all().item<bool>()) << draws;
  EXPECT_TRUE(draws.select(1, 2).eq(INFINITY).all().item<bool>()) << draws;
}

TEST(Exponential, HasNoMassBelowZero) {
  const Exponential unchecked(2, false);
  EXPECT_EQ(unchecked.log_prob(at::full({}, -5.0)).item<double>(), -INFINITY);
  EXPECT_EQ(unchecked.cdf(at::full({}, -1.0)).item<double>(), 0);
}

TEST(Exponential, BelowZeroThereIsNoSignedZero) {
  const Tensor cdf = Exponential(1.0).cdf(at::tensor({-1.0, -INFINITY, 0.0}));
  EXPECT_TRUE(cdf.eq(0).all().item<bool>());
  EXPECT_FALSE(cdf.signbit().any().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
