#include <torch/distributions/transforms/positive_definite.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/transforms/lower_cholesky.h>

#include "support/gradcheck.h"
#include "support/matrices.h"
#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

TEST(PositiveDefiniteTransform, IsWhatTheOraclesSay) {
  test::expect_golden("PositiveDefiniteTransform");
}

TEST(PositiveDefiniteTransform, IsAPseudoinverseWithDerivatives) {
  at::manual_seed(4);
  const Tensor x = at::randn({2, 3, 3}, at::kDouble);
  const PositiveDefiniteTransform t;
  EXPECT_TRUE(t.inv()(t(x)).allclose(x.tril(), 1e-10, 1e-10));
  EXPECT_FALSE(t.bijective());
  const auto forward = [&](const std::vector<Tensor>& in) { return t(in[0]); };
  EXPECT_TRUE(test::gradcheck(forward, {x}));
  EXPECT_TRUE(test::gradgradcheck(forward, {x}));
  // The inverse is only defined for symmetric matrices.
  const auto back = [&](const std::vector<Tensor>& in) { return t.inv()(in[0] + in[0].mT()); };
  EXPECT_TRUE(test::gradcheck(back, {t(x)}));
  EXPECT_TRUE(test::gradgradcheck(back, {t(x)}));
}

TEST(PositiveDefiniteTransform, StaysInItsCodomain) {
  at::manual_seed(5);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const double size : {0.1, 3.0, 10.0, 50.0}) {
      const Tensor x = (size * at::randn({10, 5, 5}, at::kDouble)).to(dtype);
      const Tensor y = PositiveDefiniteTransform()(x);
      EXPECT_EQ(y.scalar_type(), dtype);
      EXPECT_FALSE(constraints::positive_definite.first_violation(y)) << dtype << size;
      EXPECT_TRUE(y.equal(y.mT()));
      EXPECT_EQ(PositiveDefiniteTransform().inv()(y).scalar_type(), dtype);
    }
  }
}

TEST(PositiveDefiniteTransform, RoundingDoesNotChangeItsSlope) {
  const Tensor x = at::tensor({0.0f, 0.0f, 9.0f, -12.0f}).view({2, 2}).requires_grad_();
  const Tensor y = PositiveDefiniteTransform()(x);
  const Tensor factor = LowerCholeskyTransform()(x);
  ASSERT_FALSE(y.equal(factor.mm(factor.mT())));
  const auto slope = [&](const Tensor& of) { return autograd::grad({of.sum()}, {x})[0]; };
  EXPECT_TRUE(slope(y).allclose(slope(factor.mm(factor.mT())), 1e-6, 0));
}

TEST(PositiveDefiniteTransform, EveryPositiveDefiniteMatrixHasAPreimage) {
  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
    for (const int64_t n : {2, 3, 5, 12}) {
      const Tensor all = test::nearly_singular(100, n, dtype);
      const Tensor y = all.index({constraints::positive_definite.check(all)}).requires_grad_();
      const Tensor x = PositiveDefiniteTransform().inv()(y);
      EXPECT_TRUE(x.isfinite().all().item<bool>()) << dtype << ' ' << n;
      EXPECT_FALSE(torch::autograd::grad({x.sum()}, {y})[0].isnan().any().item<bool>())
          << dtype << ' ' << n;
    }
  }
}

TEST(PositiveDefiniteTransform, TheInverseOfAnotherMatrixIsNan) {
  const Tensor y = at::tensor({1.0, 2.0, 2.0, 1.0, 4.0, 2.0, 2.0, 4.0}).view({2, 2, 2});
  const Tensor x = PositiveDefiniteTransform().inv()(y);
  EXPECT_TRUE(x[0].tril().isnan().any().item<bool>()) << x;
  EXPECT_TRUE(x[1].isfinite().all().item<bool>()) << x;
}

TEST(PositiveDefiniteTransform, NeedsSquareMatrices) {
  const PositiveDefiniteTransform t;
  EXPECT_THAT(t.forward_shape({5, 2, 2}), ElementsAre(5, 2, 2));
  EXPECT_EQ(t(at::empty({2, 0, 0})).sizes(), IntArrayRef({2, 0, 0}));
  EXPECT_THROW(t.forward_shape({2, 3}), c10::ValueError);
  EXPECT_THROW(t.inverse_shape({3}), c10::ValueError);
  EXPECT_THROW(t(at::zeros({2, 3})), c10::ValueError);
  EXPECT_THROW(t.inv()(at::zeros({2, 3})), c10::ValueError);
  EXPECT_EQ(t.event_dim(), 2);
  EXPECT_TRUE(t == PositiveDefiniteTransform(1));
}

}  // namespace
}  // namespace torch::distributions
