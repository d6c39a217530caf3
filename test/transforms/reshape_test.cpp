#include <torch/distributions/transforms/reshape.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

TEST(ReshapeTransform, IsWhatTheOraclesSay) { test::expect_golden("ReshapeTransform"); }

TEST(ReshapeTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::arange(24, at::kDouble).view({2, 3, 4});
  for (const ReshapeTransform& t :
       {ReshapeTransform({4}, {2, 2}), ReshapeTransform({3, 4}, {12}),
        ReshapeTransform({3, 4}, {2, 1, 6}), ReshapeTransform({}, {1})}) {
    test::expect_bijection(t, x);
    test::expect_differentiable(t, x);
  }
}

TEST(ReshapeTransform, ChangesTheShapeOfEventsOnly) {
  const ReshapeTransform t({2, 3}, {3, 2});
  EXPECT_THAT(t.in_shape(), ElementsAre(2, 3));
  EXPECT_THAT(t.out_shape(), ElementsAre(3, 2));
  EXPECT_THAT(t.forward_shape({5, 2, 3}), ElementsAre(5, 3, 2));
  EXPECT_THAT(t.inverse_shape({5, 3, 2}), ElementsAre(5, 2, 3));
  EXPECT_EQ(t.event_dim(), 2);
  EXPECT_EQ(ReshapeTransform({6}, {2, 3}).domain()->event_dim(), 1);
  EXPECT_EQ(ReshapeTransform({6}, {2, 3}).codomain()->event_dim(), 2);
  const Tensor x = at::arange(6).view({2, 3});
  EXPECT_TRUE(t(x).equal(at::arange(6).view({3, 2})));
  EXPECT_TRUE(t(x).is_alias_of(x));
  EXPECT_EQ(t.log_abs_det_jacobian(x, t(x)).scalar_type(), at::kFloat);
}

TEST(ReshapeTransform, EventsMayBeEmpty) {
  const ReshapeTransform t({0, 3}, {2, 0, 5});
  const Tensor x = at::empty({4, 0, 3});
  EXPECT_EQ(t(x).sizes(), IntArrayRef({4, 2, 0, 5}));
  EXPECT_EQ(t.inv()(t(x)).sizes(), x.sizes());
  EXPECT_TRUE(t.log_abs_det_jacobian(x, t(x)).equal(at::zeros({4})));
}

TEST(ReshapeTransform, RefusesOtherShapes) {
  EXPECT_THROW(ReshapeTransform({2, 3}, {5}), c10::ValueError);
  EXPECT_THROW(ReshapeTransform({}, {0}), c10::ValueError);
  EXPECT_THROW(ReshapeTransform({-2, -3}, {6}), c10::ValueError);
  EXPECT_THROW(ReshapeTransform({6}, {-1}), c10::ValueError);
  EXPECT_THROW(ReshapeTransform({int64_t{1} << 62, 4}, {0}), c10::ValueError);
  const ReshapeTransform t({2, 3}, {6});
  for (const auto& shape : std::vector<std::vector<int64_t>>{{}, {3}, {3, 2}, {6}, {2, 3, 1}}) {
    EXPECT_THROW(t.forward_shape(shape), c10::ValueError) << IntArrayRef(shape);
    EXPECT_THROW(t(at::zeros(shape)), c10::ValueError) << IntArrayRef(shape);
    EXPECT_THROW(t.log_abs_det_jacobian(at::zeros(shape), at::zeros({6})), c10::ValueError)
        << IntArrayRef(shape);
  }
  EXPECT_THROW(t.inv()(at::zeros({2, 3})), c10::ValueError);
  EXPECT_THROW(t.inverse_shape({-1, 6}), c10::ValueError);
  EXPECT_THROW(t.forward_shape({INT64_MAX, 2, 3}), c10::ValueError);
}

TEST(ReshapeTransform, EqualsOneOfEqualShapes) {
  const ReshapeTransform t({2, 3}, {6});
  EXPECT_TRUE(t == ReshapeTransform({2, 3}, {6}, 1));
  EXPECT_FALSE(t == ReshapeTransform({3, 2}, {6}));
  EXPECT_FALSE(t == ReshapeTransform({2, 3}, {1, 6}));
  EXPECT_FALSE(*t.inv() == ReshapeTransform({6}, {2, 3}));
}

}  // namespace
}  // namespace torch::distributions
