#include <torch/distributions/transforms/compose.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

TEST(ComposeTransform, IsWhatTheOraclesSay) { test::expect_golden("ComposeTransform"); }

TEST(ComposeTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-1.0, -0.1, 0.2, 0.9, 0.5, 0.0}, at::kDouble).view({2, 3});
  const ComposeTransform scalar({TanhTransform(), AffineTransform(0, 2), ExpTransform()});
  test::expect_bijection(scalar, x);
  test::expect_differentiable(scalar, x);
  const ComposeTransform vector(
      {ExpTransform(), AffineTransform(0.1, 0.5, 1), StickBreakingTransform()});
  test::expect_bijection(vector, x);
  test::expect_differentiable(vector, x);
  test::expect_bijection(
      ComposeTransform({ExpTransform(), IndependentTransform(TanhTransform(), 2)}), x);
  test::expect_bijection(ComposeTransform({AffineTransform(1, 2, 1), AffineTransform(1, 2)}), x);
}

TEST(ComposeTransform, RaisesTheEventToWhatItsPartsNeed) {
  const auto event_dims = [](std::vector<TransformPtr> parts) {
    const ComposeTransform t(std::move(parts));
    return std::pair(t.domain()->event_dim(), t.codomain()->event_dim());
  };
  EXPECT_EQ(event_dims({}), std::pair(0L, 0L));
  EXPECT_EQ(event_dims({ExpTransform(), AffineTransform(0, 1, 2)}), std::pair(2L, 2L));
  EXPECT_EQ(event_dims({AffineTransform(0, 1, 2), ExpTransform()}), std::pair(2L, 2L));
  EXPECT_EQ(event_dims({StickBreakingTransform(), ExpTransform()}), std::pair(1L, 1L));
  EXPECT_EQ(format_as(ComposeTransform({ExpTransform(), AffineTransform(0, 1, 2)}).domain()),
            "IndependentConstraint(Real(), 2)");
  EXPECT_EQ(ComposeTransform({ExpTransform(), StickBreakingTransform()}).event_dim(), 1);
}

TEST(ComposeTransform, InverseOfTheInverseIsTheTransform) {
  const ComposeTransform t({ExpTransform(), AffineTransform(1, 2)});
  EXPECT_TRUE(t.inv()->inv() == t);
  EXPECT_FALSE(t.inv() == t);
  EXPECT_EQ(format_as(t.inv()),
            "ComposeTransform(\n    _InverseTransform(AffineTransform()),\n    "
            "_InverseTransform(ExpTransform())\n)");
  EXPECT_FALSE(t == ComposeTransform({ExpTransform()}));
  EXPECT_FALSE(t == ComposeTransform({ExpTransform(), AffineTransform(1, 3)}));
  EXPECT_FALSE(ComposeTransform({SoftmaxTransform()}).bijective());
  EXPECT_FALSE(ComposeTransform({SoftmaxTransform()}).inv()->bijective());
}

TEST(ComposeTransform, ItsPartsCache) {
  const ComposeTransform t({TanhTransform(), AffineTransform(0, 3)}, 1);
  EXPECT_EQ(t.cache_size(), 1);
  for (const TransformPtr& part : t.parts()) EXPECT_EQ(part->cache_size(), 1);
  const Tensor x = at::tensor({-40.0, 40.0});
  const Tensor y = t(x);
  EXPECT_TRUE(t(x).is_same(y));
  EXPECT_TRUE(t.inv()(y).is_same(x));
  EXPECT_EQ(t.inv()->cache_size(), 1);
  EXPECT_EQ(t.with_cache(0)->cache_size(), 0);
  EXPECT_FALSE(t.with_cache(0)->inv()(y).is_same(x));
  EXPECT_THROW(t.with_cache(2), c10::ValueError);
  EXPECT_THROW(ComposeTransform({}, 2), c10::ValueError);
}

TEST(ComposeTransform, KeepsTheCachesOfItsParts) {
  const ComposeTransform t({TanhTransform(1), AffineTransform(0, 3, 0, 1)});
  const Tensor x = at::tensor({-40.0, 40.0});
  EXPECT_TRUE(t.inv()(t(x)).is_same(x));
}

TEST(ComposeTransform, MovesItsParts) {
  const ComposeTransform t({ExpTransform(), AffineTransform(at::zeros({2}), 1)});
  EXPECT_EQ(t.to(at::kDouble)(at::zeros({2})).scalar_type(), at::kDouble);
}

TEST(ComposeTransform, ShapesPassThroughAllParts) {
  const ComposeTransform t({StickBreakingTransform(), StickBreakingTransform(),
                            AffineTransform(at::zeros({7, 1, 1}), 1)});
  EXPECT_THAT(t.forward_shape({2, 3}), ElementsAre(7, 2, 5));
  EXPECT_THAT(t.inverse_shape({7, 2, 5}), ElementsAre(7, 2, 3));
}

}  // namespace
}  // namespace torch::distributions
