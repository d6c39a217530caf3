#include <torch/distributions/transforms/lower_cholesky.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/constraints/matrix.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

TEST(LowerCholeskyTransform, IsWhatTheOraclesSay) { test::expect_golden("LowerCholeskyTransform"); }

TEST(LowerCholeskyTransform, IsAPseudoinverseWithDerivatives) {
  at::manual_seed(4);
  const Tensor x = at::randn({2, 3, 3}, at::kDouble);
  const LowerCholeskyTransform t;
  EXPECT_TRUE(t.inv()(t(x)).allclose(x.tril(), 1e-14, 1e-14));
  EXPECT_TRUE(t(t.inv()(t(x))).allclose(t(x), 1e-14, 1e-14));
  EXPECT_FALSE(t.bijective());
  test::expect_differentiable(t, x);
}

TEST(LowerCholeskyTransform, IgnoresWhatIsAboveTheDiagonal) {
  const Tensor x = at::tensor({0.0, std::nan(""), 2.0, INFINITY}).view({2, 2});
  EXPECT_TRUE(
      LowerCholeskyTransform()(x).equal(at::tensor({1.0, 0.0, 2.0, INFINITY}).view({2, 2})));
}

TEST(LowerCholeskyTransform, StaysInItsCodomain) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor x = at::full({3, 3}, -900.0).to(dtype), y = LowerCholeskyTransform()(x);
    EXPECT_EQ(y.scalar_type(), dtype);
    EXPECT_FALSE(constraints::lower_cholesky.first_violation(y)) << dtype;
    EXPECT_EQ(LowerCholeskyTransform().inv()(y).scalar_type(), dtype);
  }
}

TEST(LowerCholeskyTransform, NeedsSquareMatrices) {
  const LowerCholeskyTransform t;
  EXPECT_THAT(t.forward_shape({5, 2, 2}), ElementsAre(5, 2, 2));
  EXPECT_THAT(t.inverse_shape({0, 0}), ElementsAre(0, 0));
  EXPECT_EQ(t(at::empty({2, 0, 0})).sizes(), IntArrayRef({2, 0, 0}));
  for (const auto& shape : std::vector<std::vector<int64_t>>{{}, {3}, {2, 3}, {-1, -1}}) {
    EXPECT_THROW(t.forward_shape(shape), c10::ValueError) << IntArrayRef(shape);
    EXPECT_THROW(t.inverse_shape(shape), c10::ValueError) << IntArrayRef(shape);
  }
  EXPECT_THROW(t(at::zeros({2, 3})), c10::ValueError);
  EXPECT_THROW(t.inv()(at::zeros({3})), c10::ValueError);
  EXPECT_EQ(t.event_dim(), 2);
  EXPECT_TRUE(t == LowerCholeskyTransform(1));
}

}  // namespace
}  // namespace torch::distributions
