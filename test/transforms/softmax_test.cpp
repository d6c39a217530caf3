#include <torch/distributions/transforms/softmax.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(SoftmaxTransform, IsWhatTheOraclesSay) { test::expect_golden("SoftmaxTransform"); }

TEST(SoftmaxTransform, IsAPseudoinverseWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5, 0.0}, at::kDouble).view({2, 3});
  const SoftmaxTransform t;
  EXPECT_TRUE(t(t.inv()(t(x))).allclose(t(x)));
  EXPECT_FALSE(t.bijective());
  test::expect_differentiable(t, x);
}

TEST(SoftmaxTransform, NeedsAVector) {
  EXPECT_THROW(SoftmaxTransform().forward_shape({}), c10::ValueError);
  EXPECT_THROW(SoftmaxTransform().inverse_shape({}), c10::ValueError);
  EXPECT_EQ(SoftmaxTransform().event_dim(), 1);
  EXPECT_TRUE(SoftmaxTransform() == SoftmaxTransform());
}

}  // namespace
}  // namespace torch::distributions
