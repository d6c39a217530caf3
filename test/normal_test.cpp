#include <gmock/gmock.h>

#include <torch/distributions/normal.h>

namespace torch::distributions {
namespace {

TEST(Normal, CdfKeepsItsRelativeAccuracyInTheTail) {
  EXPECT_NEAR(Normal(0, 1).cdf(at::full({}, -6.0)).item<double>() / 9.865876450376946e-10, 1, 4e-7);
  const double far = Normal(0, 1).cdf(at::full({}, -37.0, at::kDouble)).item<double>();
  EXPECT_NEAR(far / 5.725571222524577e-300, 1, 1e-13);
}

TEST(Normal, AScaleWhoseSquareOverflowsOrVanishesIsFine) {
  EXPECT_NEAR(Normal(0, 1e-25).log_prob(at::zeros({})).item<double>(), 56.6456888, 1e-5);
  EXPECT_TRUE(Normal(at::zeros({}, at::kDouble), 1e160)
                  .log_prob(at::zeros({}, at::kDouble))
                  .isfinite()
                  .item<bool>());
}

TEST(Normal, WhatAreNoParametersAreDrawnAsNaN) {
  const Tensor loc = at::tensor({double{NAN}, 0.0, 0.0, 1.0}),
               scale = at::tensor({1.0, double{NAN}, -1.0, 0.0});
  const Normal normal(loc, scale, false);
  for (const Tensor& draws : {normal.sample({20}), normal.rsample({20})}) {
    EXPECT_TRUE(draws.slice(1, 0, 3).isnan().all().item<bool>()) << draws;
    EXPECT_TRUE(draws.select(1, 3).eq(1).all().item<bool>()) << draws;
  }
}

TEST(Normal, DrawsHaveTheDtypeOfTheMean) {
  const auto dtypes = {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble};
  for (const auto of_loc : dtypes) {
    for (const auto of_scale : dtypes) {
      const Normal normal(at::zeros({2}, of_loc), at::ones({2}, of_scale));
      const auto dtype = normal.mean().scalar_type();
      EXPECT_EQ(dtype, at::promote_types(of_loc, of_scale));
      at::manual_seed(4);
      const Tensor sample = normal.sample({2});
      at::manual_seed(4);
      EXPECT_TRUE(normal.rsample({2}).equal(sample));
      EXPECT_EQ(sample.scalar_type(), dtype);
      EXPECT_EQ(normal.log_prob(sample).scalar_type(), dtype);
    }
  }
}

TEST(Normal, IntegerParametersBecomeFloating) {
  EXPECT_EQ(Normal(at::ones({}, at::kLong), 0.5).scale().item<double>(), 0.5);
}

}  // namespace
}  // namespace torch::distributions
