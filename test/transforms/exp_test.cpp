#include <torch/distributions/transforms/exp.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(ExpTransform, IsWhatTheOraclesSay) { test::expect_golden("ExpTransform"); }

TEST(ExpTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5}, at::kDouble).view({5, 1});
  test::expect_bijection(ExpTransform(), x);
  test::expect_differentiable(ExpTransform(), x);
}

TEST(ExpTransform, EqualsItsKind) {
  EXPECT_TRUE(ExpTransform() == ExpTransform(1));
  EXPECT_TRUE(TransformPtr(ExpTransform()) == ExpTransform());
  EXPECT_FALSE(*ExpTransform().inv() == ExpTransform());
}

TEST(ExpTransform, KeepsNarrowDtypes) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const Tensor x = at::tensor({-1.0, 0.5}).to(dtype);
    EXPECT_EQ(ExpTransform()(x).scalar_type(), dtype);
    EXPECT_TRUE(ExpTransform().log_abs_det_jacobian(x, x).equal(x));
  }
}

}  // namespace
}  // namespace torch::distributions
