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

TEST(Normal, IntegerParametersBecomeFloating) {
  EXPECT_EQ(Normal(at::ones({}, at::kLong), 0.5).scale().item<double>(), 0.5);
}

}  // namespace
}  // namespace torch::distributions
