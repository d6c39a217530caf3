#include <torch/distributions/transforms/affine.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/gradcheck.h"
#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

TEST(AffineTransform, IsWhatTheOraclesSay) { test::expect_golden("AffineTransform"); }

TEST(AffineTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({-3.0, -1.1, 0.2, 0.9, 2.5, 0.0}, at::kDouble).view({2, 3});
  const Tensor scale = at::tensor({0.5, -2.0, 3.0}, at::kDouble);
  for (const int64_t event_dim : {0, 1, 2}) {
    test::expect_bijection(AffineTransform(1, -2, event_dim), x);
    test::expect_bijection(AffineTransform(0.5, scale, event_dim), x);
    test::expect_bijection(AffineTransform(scale, at::full({1}, 0.5, at::kDouble), event_dim), x);
    test::expect_bijection(AffineTransform(scale, at::full({}, 0.5, at::kDouble), event_dim), x);
  }
  test::expect_differentiable(AffineTransform(scale, scale, 1), x);
  const auto in_parameters = [&](const std::vector<Tensor>& in) {
    const AffineTransform t(in[0], in[1], 1);
    return t(x) + t.inv()(x) + t.log_abs_det_jacobian(x, x).unsqueeze(-1);
  };
  EXPECT_TRUE(test::gradcheck(in_parameters, {scale, scale}));
  EXPECT_TRUE(test::gradgradcheck(in_parameters, {scale, scale}));
}

TEST(AffineTransform, AListOfNumbersDoesWhatNumbersDo) {
  const AffineTransform t({0.1, 0.2}, {3, -4});
  const Tensor x = at::tensor({0.7, -0.3}, at::kDouble);
  const Tensor loc = at::tensor({0.1, 0.2}, at::kDouble),
               scale = at::tensor({3., -4.}, at::kDouble);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
    const AffineTransform same(loc.to(dtype), scale.to(dtype));
    const Tensor v = x.to(dtype), y = t(v);
    EXPECT_EQ(y.scalar_type(), dtype);
    EXPECT_TRUE(y.equal(same(v)));
    EXPECT_TRUE(t.inv()(y).equal(same.inv()(y)));
    EXPECT_TRUE(t.log_abs_det_jacobian(v, y).equal(same.log_abs_det_jacobian(v, y)));
  }
  EXPECT_THAT(t.forward_shape({3, 1}), ElementsAre(3, 2));
  EXPECT_TRUE(t.sign().equal(at::tensor({1.0, -1.0})));
  EXPECT_TRUE(t == AffineTransform({0.1, 0.2}, {3., -4.}));
  EXPECT_TRUE(AffineTransform({1, 1}, 2) == AffineTransform(1, 2));
  EXPECT_FALSE(t == AffineTransform({0.1, 0.3}, {3., -4.}));
  EXPECT_EQ(t.to(at::kDouble)->operator()(x.to(at::kFloat)).scalar_type(), at::kFloat);
}

TEST(AffineTransform, BroadcastsWithItsParameters) {
  const AffineTransform t(at::zeros({3}), at::ones({2, 1}).fill_(2));
  EXPECT_THAT(t.forward_shape({}), ElementsAre(2, 3));
  EXPECT_THAT(t.forward_shape({4, 1, 3}), ElementsAre(4, 2, 3));
  EXPECT_EQ(t(at::ones({})).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(t.log_abs_det_jacobian(at::ones({}), at::ones({})).sizes(), IntArrayRef({2, 3}));
  EXPECT_THROW(t.forward_shape({2}), c10::ValueError);
  for (const int64_t size : {INT64_MAX, INT64_MIN, int64_t{-1}}) {
    EXPECT_THROW(t.forward_shape({size, 1, 1}), c10::ValueError) << size;
    EXPECT_THROW(t.inverse_shape({size, 1, 1}), c10::ValueError) << size;
  }
  EXPECT_THROW(AffineTransform(0, 1, 1).log_abs_det_jacobian(at::ones({}), at::ones({})),
               c10::ValueError);
  EXPECT_THROW(AffineTransform(0, 1, -1), c10::ValueError);
}

TEST(AffineTransform, NumbersKeepTheirDigitsAndTheDtypeOfX) {
  const AffineTransform t(0.1, 0.3);
  const Tensor x = at::ones({}, at::kDouble);
  EXPECT_EQ(t(x).item<double>(), 0.1 + 0.3);
  EXPECT_EQ(t(x.to(at::kHalf)).scalar_type(), at::kHalf);
  EXPECT_EQ(t.log_abs_det_jacobian(x, t(x)).item<double>(), std::log(0.3));
  EXPECT_EQ(t.loc().scalar_type(), at::kFloat);
  EXPECT_EQ(AffineTransform(0, x).loc().scalar_type(), at::kDouble);
  EXPECT_EQ(AffineTransform(0, x).scale().item<double>(), 1);
}

TEST(AffineTransform, SignIsThatOfScale) {
  EXPECT_EQ(AffineTransform(0, -3).sign().item<double>(), -1);
  EXPECT_TRUE(AffineTransform(0, at::tensor({2.0, -1.0})).sign().equal(at::tensor({1.0, -1.0})));
}

TEST(AffineTransform, EqualsOneOfEqualParameters) {
  EXPECT_TRUE(AffineTransform(0, 2) == AffineTransform(0.0, 2.0));
  EXPECT_TRUE(AffineTransform(0, 2) == AffineTransform(at::zeros({3}), 2));
  EXPECT_TRUE(AffineTransform(at::zeros({3}), 2) == AffineTransform(0, at::full({}, 2)));
  EXPECT_FALSE(AffineTransform(0, 2) == AffineTransform(0, 3));
  EXPECT_FALSE(AffineTransform(at::ones({3}), 2) == AffineTransform(at::zeros({3}), 2));
  EXPECT_FALSE(AffineTransform(at::ones({3}), 2) == AffineTransform(at::ones({2}), 2));
}

TEST(AffineTransform, EventDim) {
  EXPECT_EQ(AffineTransform(0, 1, 2).event_dim(), 2);
  EXPECT_EQ(AffineTransform(0, 1, 2).domain()->event_dim(), 2);
  EXPECT_EQ(AffineTransform(0, 1, 2).inv()->event_dim(), 2);
}

TEST(AffineTransform, MovesAndDetachesItsTensorsOnly) {
  const AffineTransform t(at::zeros({3}).requires_grad_(), 2, 0, 1);
  const TransformPtr moved = t.to(at::kDouble);
  const auto& affine = dynamic_cast<const AffineTransform&>(*moved);
  EXPECT_EQ(affine.loc().scalar_type(), at::kDouble);
  EXPECT_EQ(moved(at::ones({3}, at::kHalf)).scalar_type(), at::kDouble);
  EXPECT_EQ(moved->cache_size(), 1);
  EXPECT_FALSE(dynamic_cast<const AffineTransform&>(*t.detach()).loc().requires_grad());
  EXPECT_EQ(
      dynamic_cast<const AffineTransform&>(*t.changed(core::Change::expand({5, 3}))).loc().sizes(),
      IntArrayRef({3}));
  EXPECT_EQ(
      dynamic_cast<const AffineTransform&>(*t.inv()->to(at::kDouble)->inv()).loc().scalar_type(),
      at::kDouble);
}

TEST(AffineTransform, EqualsItselfWithANan) {
  const double nan = std::nan("");
  const AffineTransform numbers(0, nan), tensors(0, at::full({2}, nan));
  EXPECT_TRUE(*numbers.inv()->inv() == numbers);
  EXPECT_TRUE(*tensors.inv()->inv() == tensors);
  EXPECT_TRUE(numbers == tensors);
  EXPECT_FALSE(numbers == AffineTransform(0, 1));
}

TEST(AffineTransform, JacobianKeepsTheDigitsOfTheMorePrecise) {
  const Tensor x = at::tensor({0.5}, at::kDouble);
  const AffineTransform t(0, at::tensor({3.0f}));
  const Tensor jacobian = t.log_abs_det_jacobian(x, t(x));
  EXPECT_EQ(jacobian.scalar_type(), at::kDouble);
  EXPECT_EQ(jacobian.item<double>(), std::log(3.0));
}

}  // namespace
}  // namespace torch::distributions
