#include <gmock/gmock.h>

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
