#include <torch/distributions/transforms/corr_cholesky.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/lkj_cholesky.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

TEST(CorrCholeskyTransform, IsWhatTheOraclesSay) { test::expect_golden("CorrCholeskyTransform"); }

TEST(CorrCholeskyTransform, IsABijectionWithDerivatives) {
  const Tensor x =
      at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5, 0.0, 0.3, -0.1, 1.0, -0.4, 0.0, 2.0}, at::kDouble);
  for (const int64_t length : {6, 3, 1}) {
    const Tensor vectors = x.view({-1, length});
    test::expect_bijection(CorrCholeskyTransform(), vectors);
    test::expect_differentiable(CorrCholeskyTransform(), vectors);
  }
  test::expect_bijection(CorrCholeskyTransform(), at::zeros({2, 3, 0}));
}

TEST(CorrCholeskyTransform, KeepsItsDigitsThereAndBack) {
  const CorrCholeskyTransform t;
  EXPECT_NEAR(t(at::full({1}, 20.0, at::kDouble))[1][1].item<double>() / 4.122307244877116e-9, 1,
              1e-14);
  for (const double size : {20.0, 40.0}) {
    // With 12 rows, squares of the elements underflow.
    for (const int64_t length : {1, 6, 66}) {
      const Tensor sign = at::arange(length, at::kDouble).remainder(3) - 1;
      for (const Tensor& x : {size * sign, at::full({length}, size, at::kDouble),
                              at::where(sign.eq(0), 0.01, size * sign)}) {
        EXPECT_TRUE(t.inv()(t(x)).allclose(x, 1e-12, 0)) << t.inv()(t(x));
      }
    }
  }
}

TEST(CorrCholeskyTransform, IsInvertedWhereItUnderflows) {
  const CorrCholeskyTransform t;
  for (const double size : {100.0, 400.0, 720.0, 2000.0}) {
    const auto dtype = size == 100 ? at::kFloat : at::kDouble;
    const Tensor x = at::tensor({size, -0.5, size}, at::kDouble).to(dtype);
    const Tensor y = t(x).detach().requires_grad_(), back = t.inv()(y);
    if (size < 1000) {
      EXPECT_TRUE(back[0].isclose(x[0], 1e-3).item<bool>()) << back << " of few digits";
    }
    EXPECT_TRUE(back[1].isclose(x[1], 1e-6).item<bool>()) << back;
    const Tensor slope = autograd::grad({back.slice(0, 0, 2).sum()}, {y})[0];
    EXPECT_FALSE(slope.isnan().any().item<bool>()) << slope;
    EXPECT_NEAR(slope[1][0].item<double>(), 1, 1e-6);  // dx/dy = 1 / length of the row
  }
}

TEST(CorrCholeskyTransform, StaysInItsCodomain) {
  at::manual_seed(3);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const double size : {0.1, 3.0, 40.0, 1000.0}) {
      const Tensor x = (size * at::randn({10, 190}, at::kDouble)).to(dtype).requires_grad_();
      const Tensor y = CorrCholeskyTransform()(x);
      EXPECT_EQ(y.scalar_type(), dtype);
      EXPECT_FALSE(constraints::corr_cholesky.first_violation(y)) << dtype << size;
      EXPECT_EQ(CorrCholeskyTransform().inv()(y).scalar_type(), dtype);
      EXPECT_EQ(CorrCholeskyTransform().log_abs_det_jacobian(x, y).scalar_type(), dtype);
      y.sum().backward();
      EXPECT_TRUE(x.grad().isfinite().all().item<bool>()) << dtype << size;
    }
  }
}

TEST(CorrCholeskyTransform, MapsMatricesOfOneElement) {
  const CorrCholeskyTransform t;
  const Tensor x = at::empty({3, 0}), y = t(x);
  EXPECT_TRUE(y.equal(at::ones({3, 1, 1})));
  EXPECT_TRUE(t.log_abs_det_jacobian(x, y).equal(at::zeros({3})));
  EXPECT_EQ(t.inv()(y).sizes(), x.sizes());
}

TEST(CorrCholeskyTransform, ShapesAreThoseOfTriangles) {
  const CorrCholeskyTransform t;
  EXPECT_THAT(t.forward_shape({2, 6}), ElementsAre(2, 4, 4));
  EXPECT_THAT(t.inverse_shape({2, 4, 4}), ElementsAre(2, 6));
  EXPECT_THAT(t.forward_shape({0}), ElementsAre(1, 1));
  EXPECT_THAT(t.inverse_shape({1, 1}), ElementsAre(0));
  EXPECT_THAT(t.forward_shape({499999500000}), ElementsAre(1000000, 1000000));
  for (const auto& shape :
       std::vector<std::vector<int64_t>>{{}, {2}, {4, 5}, {-1}, {INT64_MAX}, {INT64_MAX, 3}}) {
    EXPECT_THROW(t.forward_shape(shape), c10::ValueError) << IntArrayRef(shape);
  }
  for (const auto& shape :
       std::vector<std::vector<int64_t>>{{}, {3}, {2, 3}, {0, 0}, {-1, -1}, {INT64_MAX, 3, 3}}) {
    EXPECT_THROW(t.inverse_shape(shape), c10::ValueError) << IntArrayRef(shape);
  }
  EXPECT_THROW(t(at::zeros({2})), c10::ValueError);
  EXPECT_THROW(t.inv()(at::zeros({2, 3})), c10::ValueError);
  EXPECT_THROW(t.log_abs_det_jacobian(at::zeros({2}), at::zeros({2, 2})), c10::ValueError);
}

TEST(CorrCholeskyTransform, ANanStaysInItsRow) {
  const Tensor y = CorrCholeskyTransform()(at::tensor({0.5, std::nan(""), 1.0, 0.2, 0.3, 0.4}));
  EXPECT_EQ(y.isnan().sum().item<int64_t>(), 3) << y;
  EXPECT_TRUE(y[2].slice(0, 0, 3).isnan().all().item<bool>()) << y;
}

/// With the Jacobian, the density of a correlation has the integral 1 in unconstrained space.
TEST(CorrCholeskyTransform, TheDensityOfACorrelationIntegratesToOne) {
  const Tensor x = at::linspace(-30, 30, 6001, at::kDouble).unsqueeze(-1);
  const CorrCholeskyTransform t;
  const Tensor y = t(x);
  for (const double concentration : {0.5, 1.0, 3.0}) {
    const LKJCholesky lkj(2, at::full({}, concentration, at::kDouble));
    const Tensor density = (lkj.log_prob(y) + t.log_abs_det_jacobian(x, y)).exp();
    EXPECT_NEAR(density.sum().item<double>() * 0.01, 1, 1e-10) << concentration;
  }
}

TEST(CorrCholeskyTransform, EqualsItsKind) {
  EXPECT_TRUE(CorrCholeskyTransform() == CorrCholeskyTransform(1));
  EXPECT_FALSE(*CorrCholeskyTransform().inv() == CorrCholeskyTransform());
}

}  // namespace
}  // namespace torch::distributions
