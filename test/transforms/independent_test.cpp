#include <torch/distributions/transforms/independent.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

TEST(IndependentTransform, IsWhatTheOraclesSay) { test::expect_golden("IndependentTransform"); }

TEST(IndependentTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5, 0.0}, at::kDouble).view({2, 3});
  for (const int64_t n : {0, 1, 2})
    test::expect_bijection(IndependentTransform(TanhTransform(), n), x);
  test::expect_bijection(IndependentTransform(AffineTransform(0, 2, 1), 1), x);
  test::expect_differentiable(IndependentTransform(ExpTransform(), 1), x);
}

TEST(IndependentTransform, NeedsTheDimensions) {
  const IndependentTransform t(ExpTransform(), 1);
  EXPECT_THROW(t(at::ones({})), c10::ValueError);
  EXPECT_THROW(t.inv()(at::ones({})), c10::ValueError);
  EXPECT_THROW(IndependentTransform(ExpTransform(), -1), c10::ValueError);
}

TEST(IndependentTransform, HasTheBasesNature) {
  const IndependentTransform t(StickBreakingTransform(), 2);
  EXPECT_EQ(t.event_dim(), 3);
  EXPECT_EQ(t.reinterpreted_batch_ndims(), 2);
  EXPECT_TRUE(t.base_transform() == StickBreakingTransform());
  EXPECT_TRUE(t == IndependentTransform(StickBreakingTransform(), 2));
  EXPECT_FALSE(t == IndependentTransform(StickBreakingTransform(), 1));
  EXPECT_FALSE(t == IndependentTransform(ExpTransform(), 2));
}

TEST(IndependentTransform, ItsBaseCaches) {
  const IndependentTransform t(TanhTransform(), 1, 1);
  const Tensor x = at::tensor({-40.0, 40.0});
  const Tensor y = t(x);
  EXPECT_EQ(t.cache_size(), 1);
  EXPECT_TRUE(t(x).is_same(y));
  EXPECT_TRUE(t.inv()(y).is_same(x));
  EXPECT_EQ(t.with_cache(0)->cache_size(), 0);
  EXPECT_EQ(IndependentTransform(TanhTransform(1), 1).cache_size(), 1);
}

TEST(IndependentTransform, MovesItsBase) {
  const IndependentTransform t(AffineTransform(at::zeros({2}), 1), 1);
  EXPECT_EQ(t.to(at::kDouble)(at::zeros({2})).scalar_type(), at::kDouble);
}

}  // namespace
}  // namespace torch::distributions
