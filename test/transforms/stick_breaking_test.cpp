#include <torch/distributions/transforms/stick_breaking.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/constraints/simplex.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

TEST(StickBreakingTransform, IsWhatTheOraclesSay) { test::expect_golden("StickBreakingTransform"); }

TEST(StickBreakingTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5, 0.0}, at::kDouble).view({2, 3});
  test::expect_bijection(StickBreakingTransform(), x);
  test::expect_differentiable(StickBreakingTransform(), x);
}

TEST(StickBreakingTransform, KeepsItsDigitsThereAndBack) {
  const StickBreakingTransform t;
  for (const double size : {40.0, 150.0}) {
    const Tensor x = at::tensor({size, size, size, -size, 1.0}, at::kDouble);
    EXPECT_TRUE(t.inv()(t(x)).allclose(x, 1e-12, 0)) << t.inv()(t(x));
  }
  const Tensor y = t(at::tensor({90.0, 0.0}, at::kDouble));
  EXPECT_GT(y[2].item<double>(), 0);
  EXPECT_NEAR(y[2].item<double>() / std::exp(-90.0), 1, 1e-12);
}

TEST(StickBreakingTransform, AddsOneNumber) {
  const StickBreakingTransform t;
  EXPECT_THAT(t.forward_shape({2, 3}), ElementsAre(2, 4));
  EXPECT_THAT(t.inverse_shape({2, 3}), ElementsAre(2, 2));
  EXPECT_THROW(t.forward_shape({}), c10::ValueError);
  EXPECT_THROW(t.inverse_shape({}), c10::ValueError);
  EXPECT_THROW(t.inverse_shape({0}), c10::ValueError);
  for (const int64_t size : {INT64_MAX, INT64_MIN, int64_t{-1}}) {
    EXPECT_THROW(t.forward_shape({size}), c10::ValueError) << size;
    EXPECT_THROW(t.inverse_shape({size}), c10::ValueError) << size;
    EXPECT_THROW(t.forward_shape({size, 2}), c10::ValueError) << size;
    EXPECT_THROW(t.inverse_shape({size, 2}), c10::ValueError) << size;
  }
  EXPECT_TRUE(t(at::empty({2, 0})).equal(at::ones({2, 1})));
  EXPECT_EQ(t.inv()(at::ones({2, 1})).sizes(), IntArrayRef({2, 0}));
  EXPECT_EQ(t.event_dim(), 1);
}

TEST(StickBreakingTransform, KeepsNarrowDtypes) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const Tensor x = at::tensor({-1.0, 0.5}).to(dtype);
    const Tensor y = StickBreakingTransform()(x);
    EXPECT_EQ(y.scalar_type(), dtype);
    EXPECT_EQ(StickBreakingTransform().inv()(y).scalar_type(), dtype);
    EXPECT_EQ(StickBreakingTransform().log_abs_det_jacobian(x, y).scalar_type(), dtype);
    const Tensor many = at::linspace(-3, 3, 701).to(dtype);
    EXPECT_FALSE(constraints::simplex.first_violation(StickBreakingTransform()(many)));
  }
}

TEST(StickBreakingTransform, TheEndsOfTheSimplexGiveNoNan) {
  const Tensor x = StickBreakingTransform().inv()(
      at::tensor({1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0}).view({3, 3}));
  EXPECT_FALSE(x.isnan().any().item<bool>()) << x;
}

}  // namespace
}  // namespace torch::distributions
