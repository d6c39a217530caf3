#include <torch/distributions/transforms/tanh.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(TanhTransform, IsWhatTheOraclesSay) { test::expect_golden("TanhTransform"); }

TEST(TanhTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5}, at::kDouble).view({5, 1});
  test::expect_bijection(TanhTransform(), x);
  test::expect_differentiable(TanhTransform(), x);
}

TEST(TanhTransform, EqualsItsKind) {
  EXPECT_TRUE(TanhTransform() == TanhTransform(1));
  EXPECT_TRUE(TransformPtr(TanhTransform()) == TanhTransform());
  EXPECT_FALSE(*TanhTransform().inv() == TanhTransform());
}

TEST(TanhTransform, InvertsItsOwnSaturatedResultThroughTheCache) {
  const Tensor x = at::tensor({-40.0, 12.0, 40.0});
  const TanhTransform cached(1);
  EXPECT_TRUE(cached.inv()(cached(x)).is_same(x));
  EXPECT_TRUE(TanhTransform().inv()(TanhTransform()(x)).isinf().any().item<bool>());
  EXPECT_TRUE(
      cached.log_abs_det_jacobian(x, cached(x)).allclose(-2 * x.abs() + 2 * std::log(2.0), 1e-6));
}

}  // namespace
}  // namespace torch::distributions
