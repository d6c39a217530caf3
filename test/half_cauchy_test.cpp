#include <torch/distributions/half_cauchy.h>

#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/cauchy.h>
#include <torch/distributions/mixture_same_family.h>
#include <torch/distributions/transforms/abs.h>

#include "support/counted_transform.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::number;

TEST(HalfCauchy, IsTheAbsoluteValueOfACauchy) {
  const Tensor x = doubles({0, 0.3, 2, 7});
  const HalfCauchy half(number(2));
  const Cauchy cauchy(number(0), 2);
  EXPECT_TRUE(half.log_prob(x).allclose(cauchy.log_prob(x) + std::log(2.0), 1e-14, 1e-15));
  EXPECT_TRUE(half.cdf(x).allclose(cauchy.cdf(x) - cauchy.cdf(-x), 1e-14, 1e-15));
  at::manual_seed(2);
  const Tensor draws = half.sample({100});
  at::manual_seed(2);
  EXPECT_TRUE(draws.equal(cauchy.sample({100}).abs()));
}

TEST(HalfCauchy, TheMedianIsTheScale) {
  EXPECT_NEAR(HalfCauchy(number(3)).cdf(number(3)).item<double>(), 0.5, 1e-16);
  EXPECT_NEAR(HalfCauchy(number(3)).icdf(number(0.5)).item<double>(), 3, 1e-15);
}

TEST(HalfCauchy, NoTransformIsCalled) {
  const Tensor p = doubles({0, 1e-20, 0.5, 1});
  test::expect_no_transform_is_called(HalfCauchy(doubles({2}), false),
                                      doubles({-1, 0, 3, INFINITY}), p);
  test::expect_no_transform_is_called(HalfCauchy(doubles({2}), true), doubles({0, 3, INFINITY}), p);
}

TEST(HalfCauchy, BaseAndTransformsArePythons) {
  const HalfCauchy half(doubles({1, 2}));
  const auto& base = half.base_dist().as<Cauchy>();
  EXPECT_TRUE(base.loc().equal(doubles({0, 0})));
  EXPECT_TRUE(base.scale().equal(half.scale()));
  ASSERT_EQ(half.transforms().size(), 1u);
  EXPECT_TRUE(*half.transforms()[0] == AbsTransform());
}

// mpmath: 2 / pi atan(x), and 2 / pi atan(1 / x)
TEST(HalfCauchy, TailsKeepTheirDigits) {
  const HalfCauchy half(number(1));
  EXPECT_NEAR(half.cdf(number(1e-20)).item<double>() / 6.3661977236758134e-21, 1, 1e-15);
  EXPECT_NEAR(half.survival_function(number(1e20)).item<double>() / 6.3661977236758134e-21, 1,
              1e-15);
  EXPECT_NEAR(half.log_cdf(number(1e20)).item<double>() / -6.3661977236758134e-21, 1, 1e-15);
  EXPECT_NEAR(half.log_survival_function(number(1e-20)).item<double>() / -6.3661977236758134e-21, 1,
              1e-15);
  EXPECT_NEAR(half.survival_function(number(3)).item<double>() / 0.20483276469913346, 1, 1e-15);
  // The probability underflows, but not its logarithm.
  const double log_share = -400 * std::log(10.0) + std::log(2 / M_PI);
  EXPECT_NEAR(HalfCauchy(number(1e200)).log_cdf(number(1e-200)).item<double>(), log_share, 1e-12);
  EXPECT_NEAR(HalfCauchy(number(1e-200)).log_survival_function(number(1e200)).item<double>(),
              log_share, 1e-12);
}

TEST(HalfCauchy, QuantilesKeepTheirDigitsAtBothEnds) {
  const HalfCauchy half(number(1));
  EXPECT_NEAR(half.icdf(number(1e-20)).item<double>() / 1.5707963267948965e-20, 1, 1e-15);
  EXPECT_NEAR(half.icdf(number(1 - 0x1p-53)).item<double>() * (M_PI / 2) / 0x1p+53, 1, 1e-15);
  EXPECT_EQ(half.icdf(number(0)).item<double>(), 0);
  EXPECT_EQ(half.icdf(number(1)).item<double>(), INFINITY);
}

TEST(HalfCauchy, HasNoMassBelowZero) {
  const HalfCauchy unchecked(number(1), false);
  const Tensor x = doubles({-INFINITY, -1});
  EXPECT_TRUE(unchecked.log_prob(x).equal(doubles({-INFINITY, -INFINITY})));
  EXPECT_TRUE(unchecked.cdf(x).equal(doubles({0, 0})));
  EXPECT_TRUE(unchecked.survival_function(x).equal(doubles({1, 1})));
}

// The codomain of the transform lacks 0. A log density that is not finite makes validation look.
TEST(HalfCauchy, ZeroIsValid) {
  const Tensor ends = doubles({0, INFINITY});
  const HalfCauchy half(number(2), true);
  EXPECT_EQ(half.log_prob(ends).isfinite().sum().item<int64_t>(), 1);
  const MixtureSameFamily mixture(Categorical(doubles({1})), HalfCauchy(doubles({2})), true);
  EXPECT_TRUE(mixture.log_prob(ends).equal(half.log_prob(ends)));
  EXPECT_THROW(half.log_prob(number(-1)), c10::ValueError);
}

TEST(HalfCauchy, GradientsAtTheEndsAreTheirLimits) {
  for (const bool create_graph : {false, true}) {
    const auto slope = [&](const Tensor& y, const Tensor& x) {
      return gradient(y, x, create_graph).item<double>();
    };
    const Tensor zero = number(0).requires_grad_(), scale = number(2).requires_grad_();
    const HalfCauchy half(scale);
    EXPECT_EQ(slope(half.log_prob(zero), zero), 0);
    EXPECT_NEAR(slope(half.cdf(zero), zero), 1 / M_PI, 1e-16);
    EXPECT_NEAR(slope(half.log_survival_function(zero), zero), -1 / M_PI, 1e-16);
    EXPECT_EQ(slope(half.cdf(zero), scale), 0);
    EXPECT_EQ(slope(half.cdf(number(INFINITY)), scale), 0);
    EXPECT_EQ(slope(half.log_cdf(number(INFINITY)), scale), 0);
    EXPECT_EQ(slope(half.log_prob(number(INFINITY)), scale), 0.5);
  }
}

TEST(HalfCauchy, AnErrorSpeaksOfIt) {
  EXPECT_THAT(test::refusal([] { HalfCauchy(-1); }),
              ::testing::HasSubstr("of distribution HalfCauchy()"));
}

TEST(HalfCauchy, DrawsOfAnInvalidScaleAreNaN) {
  const Tensor draws = HalfCauchy(doubles({-1, double{NAN}, 1}), false).sample({5}).isnan();
  EXPECT_TRUE(draws.slice(1, 0, 2).all().item<bool>());
  EXPECT_FALSE(draws.select(1, 2).any().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
