#include <gmock/gmock.h>

#include <torch/distributions/beta.h>
#include <torch/distributions/uniform.h>

namespace torch::distributions {
namespace {

TEST(Beta, OfOneAndOneIsUniform) {
  EXPECT_TRUE(Beta(1, 1).log_prob(at::tensor({0.0, 0.5, 1.0})).equal(at::zeros({3})));
}

TEST(Beta, TheModeIsNaNWhereItIsNotUnique) {
  EXPECT_TRUE(
      Beta(at::tensor({1.0, 0.5}), at::tensor({1.0, 0.5})).mode().isnan().all().item<bool>());
  EXPECT_TRUE(Beta(at::tensor({0.5, 2.0, 2.0, 1.0, 0.5}), at::tensor({2.0, 0.5, 2.0, 3.0, 1.0}))
                  .mode()
                  .equal(at::tensor({0.0, 1.0, 0.5, 0.0, 0.0})));
}

TEST(Beta, TinyShapesPileUpAtTheEndsAndNowhereElse) {
  at::manual_seed(0);
  const Tensor draws = Beta(1e-3, 1e-3).sample({100000});
  EXPECT_LT(((draws > 0.1) & (draws < 0.9)).to(at::kDouble).mean().item<double>(),
            0.004);  // exactly 0.0022
  EXPECT_NEAR((draws > 0.5).to(at::kDouble).mean().item<double>(), 0.5, 0.01);
}

TEST(Beta, TheSumOfTheShapesMayOverflow) {
  const Beta huge(at::full({}, 1e308, at::kDouble), 1e308);
  EXPECT_EQ(huge.mean().item<double>(), 0.5);
  EXPECT_EQ(huge.mode().item<double>(), 0.5);
}

// The value is mpmath's.
TEST(Beta, TheStandardDeviationDoesNotUnderflow) {
  const Beta tiny(at::full({}, 5e-324, at::kDouble), 2.5);
  EXPECT_NEAR(tiny.stddev().item<double>() / 7.5142960574494005658e-163, 1, 1e-15);
}

}  // namespace
}  // namespace torch::distributions
