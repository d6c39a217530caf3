#include <torch/distributions/transforms/sigmoid.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(SigmoidTransform, IsWhatTheOraclesSay) { test::expect_golden("SigmoidTransform"); }

TEST(SigmoidTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5}, at::kDouble).view({5, 1});
  test::expect_bijection(SigmoidTransform(), x);
  test::expect_differentiable(SigmoidTransform(), x);
}

TEST(SigmoidTransform, EqualsItsKind) {
  EXPECT_TRUE(SigmoidTransform() == SigmoidTransform(1));
  EXPECT_TRUE(TransformPtr(SigmoidTransform()) == SigmoidTransform());
  EXPECT_FALSE(*SigmoidTransform().inv() == SigmoidTransform());
}

TEST(SigmoidTransform, StaysStrictlyBetweenZeroAndOne) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor x = at::tensor({-5e4, -200.0, -20.0, 20.0, 200.0, 5e4}).to(dtype);
    const Tensor y = SigmoidTransform()(x);
    EXPECT_EQ(y.scalar_type(), dtype);
    EXPECT_TRUE(y.gt(0).bitwise_and(y.lt(1)).all().item<bool>()) << y;
    EXPECT_TRUE(
        SigmoidTransform().inv()(at::tensor({0.0, 1.0}).to(dtype)).isfinite().all().item<bool>());
  }
}

TEST(SigmoidTransform, ItsSlopeOutlivesItsRounding) {
  const Tensor x = at::tensor({-50.0, 50.0}, at::kDouble).requires_grad_();
  SigmoidTransform()(x).sum().backward();
  EXPECT_TRUE(x.grad().allclose(at::full({2}, std::exp(-50.0), at::kDouble), 1e-12, 0));
}

}  // namespace
}  // namespace torch::distributions
