#include <torch/distributions/transforms/softplus.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(SoftplusTransform, IsWhatTheOraclesSay) { test::expect_golden("SoftplusTransform"); }

TEST(SoftplusTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5}, at::kDouble).view({5, 1});
  test::expect_bijection(SoftplusTransform(), x);
  test::expect_differentiable(SoftplusTransform(), x);
}

TEST(SoftplusTransform, EqualsItsKind) {
  EXPECT_TRUE(SoftplusTransform() == SoftplusTransform(1));
  EXPECT_TRUE(TransformPtr(SoftplusTransform()) == SoftplusTransform());
  EXPECT_FALSE(*SoftplusTransform().inv() == SoftplusTransform());
}

TEST(SoftplusTransform, NeverSwitchesToAnotherFunction) {
  // LibTorch returns x itself above 20, with a derivative of exactly 1.
  const Tensor x = at::tensor({25.0}, at::kDouble).requires_grad_();
  const Tensor y = SoftplusTransform()(x);
  EXPECT_GT(y.item<double>(), 25.0);
  EXPECT_TRUE(SoftplusTransform().inv()(y).allclose(x, 1e-15, 0));
  SoftplusTransform().log_abs_det_jacobian(x, y).backward();
  EXPECT_NEAR(x.grad().item<double>() / std::exp(-25.0), 1, 1e-10);
}

}  // namespace
}  // namespace torch::distributions
