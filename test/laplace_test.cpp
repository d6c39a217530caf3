#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/exponential.h>
#include <torch/distributions/laplace.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

TEST(Laplace, TheDistanceFromTheMeanIsExponential) {
  const Tensor x = at::tensor({-3.0, 0.5, 2.0, 7.0}, at::kDouble), distance = (x - 0.5).abs();
  const Laplace laplace(number(0.5), 2);
  const Exponential exponential(number(0.5));
  EXPECT_TRUE(laplace.log_prob(x).allclose(exponential.log_prob(distance) - std::log(2.0), 1e-14));
  const Tensor within = laplace.cdf(0.5 + distance) - laplace.cdf(0.5 - distance);
  EXPECT_TRUE(within.allclose(exponential.cdf(distance), 1e-14, 1e-15));
}

TEST(Laplace, KeepsItsDigitsInBothTails) {
  // mpmath: exp(-50) / 2
  EXPECT_NEAR(Laplace(0, 1).cdf(number(-50)).item<double>() / 9.643749239819589e-23, 1, 1e-14);
  // mpmath: log(2e-15)
  EXPECT_NEAR(Laplace(0, 1).icdf(number(1e-15)).item<double>() / -33.845629214350740, 1, 1e-15);
  EXPECT_FLOAT_EQ(Laplace(0, 1).icdf(at::full({}, 1e-15)).item<float>(), -33.84563F);
  EXPECT_EQ(Laplace(0, 1).icdf(number(0)).item<double>(), -INFINITY);
  EXPECT_EQ(Laplace(0, 1).icdf(number(1)).item<double>(), INFINITY);
}

TEST(Laplace, TheLogarithmOfATailIsLinear) {
  const Tensor x = at::tensor({-1e200, -1e3, -1.0}, at::kDouble).requires_grad_();
  const Laplace laplace(number(0), 1);
  const Tensor lower = laplace.log_cdf(x), upper = laplace.log_survival_function(-x);
  EXPECT_TRUE(lower.equal(x - std::log(2.0)));
  EXPECT_TRUE(upper.equal(lower));
  EXPECT_TRUE(test::gradient(lower, x).equal(at::ones({3}, at::kDouble)));
  EXPECT_TRUE(test::gradient(upper, x).equal(at::ones({3}, at::kDouble)));
}

TEST(Laplace, ADifferenceThatOverflowsIsNoObstacle) {
  const Laplace laplace(number(-1e308), 1e308);
  // mpmath: -2.5 - log(2e308)
  EXPECT_NEAR(laplace.log_prob(number(1.5e308)).item<double>(), -712.38935582272611, 1e-12);
  EXPECT_NEAR(laplace.cdf(number(1.5e308)).item<double>(), 1 - 0.5 * std::exp(-2.5), 1e-15);
}

TEST(Laplace, WhatAreNoParametersAreDrawnAsNaN) {
  const Tensor loc = at::tensor({double{NAN}, 0.0, 0.0, 1.0}),
               scale = at::tensor({1.0, double{NAN}, -1.0, 0.0});
  const Laplace laplace(loc, scale, false);
  for (const Tensor& draws : {laplace.sample({20}), laplace.rsample({20})}) {
    EXPECT_TRUE(draws.slice(1, 0, 3).isnan().all().item<bool>()) << draws;
    EXPECT_TRUE(draws.select(1, 3).eq(1).all().item<bool>()) << draws;
  }
}

TEST(Laplace, DrawsHaveTheDtypeOfTheMean) {
  const auto dtypes = {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble};
  for (const auto of_loc : dtypes) {
    for (const auto of_scale : dtypes) {
      const Laplace laplace(at::zeros({2}, of_loc), at::ones({2}, of_scale));
      const auto dtype = laplace.mean().scalar_type();
      EXPECT_EQ(dtype, at::promote_types(of_loc, of_scale));
      at::manual_seed(4);
      const Tensor sample = laplace.sample({2});
      at::manual_seed(4);
      EXPECT_TRUE(laplace.rsample({2}).equal(sample));
      EXPECT_EQ(sample.scalar_type(), dtype);
      EXPECT_EQ(laplace.log_prob(sample).scalar_type(), dtype);
    }
  }
}

// A uniform number of 24 bits ends the tails at 15.94, beyond which 8 of 2^26 draws lie.
TEST(Laplace, TailsOfFloatDrawsAreNotCutOff) {
  at::manual_seed(0);
  double far = 0, half_as_far = 0;
  for (int i = 0; i < 16; ++i) {
    const Tensor size = Laplace(at::zeros({}), 1).sample({1 << 22}).abs_();
    far += size.gt(16).sum().item<double>();
    half_as_far += size.gt(14).sum().item<double>();
  }
  EXPECT_NEAR(far, 7.55, 6 * std::sqrt(7.55) + 1);
  EXPECT_GE(far, 1);
  EXPECT_NEAR(half_as_far, 55.8, 6 * std::sqrt(55.8));
}

// In half |u| <= 1 - 1e-3 for a uniform u in (-1, 1), so that -log(1 - |u|) would not exceed 6.9.
TEST(Laplace, HalfTypesAreDrawnAsFloats) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    at::manual_seed(6);
    const Tensor draws = Laplace(at::zeros({}, dtype), 1).sample({100000});
    at::manual_seed(6);
    EXPECT_TRUE(draws.equal(Laplace(at::zeros({}), 1).sample({100000}).to(dtype)));
    EXPECT_GT(draws.max().item<double>(), 9);
    EXPECT_LT(draws.min().item<double>(), -9);
  }
}

}  // namespace
}  // namespace torch::distributions
