#include <gmock/gmock.h>

#include <utility>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/normal.h>

namespace torch::distributions {
namespace {

TEST(Normal, CdfKeepsItsRelativeAccuracyInTheTail) {
  EXPECT_NEAR(Normal(0, 1).cdf(at::full({}, -6.0)).item<double>() / 9.865876450376946e-10, 1, 4e-7);
  const double far = Normal(0, 1).cdf(at::full({}, -37.0, at::kDouble)).item<double>();
  EXPECT_NEAR(far / 5.725571222524577e-300, 1, 1e-13);
}

// By mpmath: log(erfc(-z / sqrt(2)) / 2).
TEST(Normal, TailsKeepTheirDigitsHoweverFarOut) {
  const Normal normal(at::zeros({}, at::kDouble), 1.0);
  for (const auto& [z, log_tail] : {std::pair{-38.5, -745.69527029041108133},
                                    {-1e6, -500000000014.73444909},
                                    {-1e150, -4.9999999999999998084e299}}) {
    const Tensor x = at::full({}, z, at::kDouble);
    EXPECT_NEAR(normal.log_cdf(x).item<double>() / log_tail, 1, 1e-15);
    EXPECT_NEAR(normal.log_survival_function(-x).item<double>() / log_tail, 1, 1e-15);
  }
  const Tensor upper = at::full({}, 8.0, at::kDouble);
  EXPECT_NEAR(normal.log_cdf(upper).item<double>() / -6.2209605742717860585e-16, 1, 1e-14);
  EXPECT_NEAR(normal.survival_function(upper).item<double>() / 6.2209605742717841235e-16, 1, 1e-14);
  const Tensor far = at::full({}, -1e15);  // a float
  EXPECT_FLOAT_EQ(Normal(0, 1).log_cdf(far).item<float>(), -5e29F);
}

TEST(Normal, TailsHaveFiniteSlopesFarOut) {
  const Tensor x = at::tensor({-1e200, -1e6, 40.0, 1e200}, at::kDouble).requires_grad_();
  const auto slopes = [&](const Tensor& y) { return torch::autograd::grad({y.sum()}, {x})[0]; };
  const Normal normal(at::zeros({}, at::kDouble), 1.0);
  const Tensor lower = slopes(normal.log_cdf(x)), upper = slopes(normal.log_survival_function(x));
  EXPECT_NEAR(lower[0].item<double>() / 1e200, 1, 1e-15);
  EXPECT_NEAR(lower[1].item<double>() / (1e6 + 1e-6), 1, 1e-15);
  EXPECT_NEAR(upper[2].item<double>() / -40.024968847207263724, 1, 1e-14);  // mpmath
  EXPECT_NEAR(upper[3].item<double>() / -1e200, 1, 1e-15);
  EXPECT_EQ(lower[3].item<double>(), 0);
  EXPECT_EQ(upper[0].item<double>(), 0);
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
