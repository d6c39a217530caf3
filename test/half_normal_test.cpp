#include <torch/distributions/half_normal.h>

#include <gmock/gmock.h>

#include <cmath>
#include <utility>

#include <torch/distributions/kl.h>
#include <torch/distributions/mixture_same_family.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/abs.h>

#include "support/counted_transform.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::number;

TEST(HalfNormal, IsTheAbsoluteValueOfANormal) {
  const Tensor x = doubles({0, 0.3, 2, 7});
  const HalfNormal half(number(2));
  const Normal normal(number(0), 2);
  EXPECT_TRUE(half.log_prob(x).allclose(normal.log_prob(x) + std::log(2.0), 1e-14, 1e-15));
  EXPECT_TRUE(half.cdf(x).allclose(normal.cdf(x) - normal.cdf(-x), 1e-14, 1e-15));
  at::manual_seed(2);
  const Tensor draws = half.sample({100});
  at::manual_seed(2);
  EXPECT_TRUE(draws.equal(normal.sample({100}).abs()));
}

TEST(HalfNormal, NoTransformIsCalled) {
  const Tensor p = doubles({0, 1e-20, 0.5, 1});
  test::expect_no_transform_is_called(HalfNormal(doubles({2}), false),
                                      doubles({-1, 0, 3, INFINITY}), p);
  test::expect_no_transform_is_called(HalfNormal(doubles({2}), true), doubles({0, 3, INFINITY}), p);
}

TEST(HalfNormal, BaseAndTransformsArePythons) {
  const HalfNormal half(doubles({1, 2}));
  const auto& base = half.base_dist().as<Normal>();
  EXPECT_TRUE(base.loc().equal(doubles({0, 0})));
  EXPECT_TRUE(base.scale().equal(half.scale()));
  ASSERT_EQ(half.transforms().size(), 1u);
  EXPECT_TRUE(*half.transforms()[0] == AbsTransform());
}

// mpmath: erf(x / sqrt 2) and erfc(x / sqrt 2)
TEST(HalfNormal, TailsKeepTheirDigits) {
  const HalfNormal half(number(1));
  EXPECT_NEAR(half.cdf(number(1e-20)).item<double>() / 7.9788456080286531e-21, 1, 1e-15);
  EXPECT_NEAR(half.log_survival_function(number(1e-20)).item<double>() / -7.9788456080286531e-21, 1,
              1e-15);
  EXPECT_NEAR(half.survival_function(number(8)).item<double>() / 1.2441921148543568e-15, 1, 1e-14);
  EXPECT_NEAR(half.log_cdf(number(8)).item<double>() / -1.2441921148543576e-15, 1, 1e-14);
  EXPECT_NEAR(half.survival_function(number(37)).item<double>() / 1.1451142445049154e-299, 1,
              1e-13);
  EXPECT_NEAR(half.log_survival_function(number(38)).item<double>() / -725.86406883826018, 1,
              1e-15);
  EXPECT_NEAR(half.log_survival_function(number(1e150)).item<double>() / -5e299, 1, 1e-14);
  // The probability underflows, but not its logarithm.
  EXPECT_NEAR(HalfNormal(number(1e200)).log_cdf(number(1e-200)).item<double>(),
              -400 * std::log(10.0) + std::log(2 / M_PI) / 2, 1e-12);
}

TEST(HalfNormal, QuantilesKeepTheirDigitsAtBothEnds) {
  const HalfNormal half(number(1));
  EXPECT_NEAR(half.icdf(number(1e-20)).item<double>() / 1.2533141373155002e-20, 1, 1e-15);
  // The quantile of 1 - 2^-54 of the normal distribution, by mpmath.
  EXPECT_NEAR(half.icdf(number(1 - 0x1p-53)).item<double>() / 8.2923610758135955, 1, 1e-15);
  EXPECT_EQ(half.icdf(number(0)).item<double>(), 0);
  EXPECT_EQ(half.icdf(number(1)).item<double>(), INFINITY);
}

// The formulas on both sides of a limit agree there.
TEST(HalfNormal, TailsAreContinuous) {
  const HalfNormal half(number(1));
  for (const double limit : {1e-290, 1.0, 40.0}) {
    const Tensor x = doubles({limit * (1 - 1e-15), limit * (1 + 1e-15)}).requires_grad_();
    for (const Tensor& tail : {half.log_cdf(x), half.log_survival_function(x)}) {
      const Tensor slope = gradient(tail, x);
      EXPECT_NEAR(tail[0].item<double>(), tail[1].item<double>(),
                  1e-12 * std::abs(tail[0].item<double>()));
      EXPECT_NEAR(slope[0].item<double>(), slope[1].item<double>(),
                  1e-12 * std::abs(slope[0].item<double>()) + 1e-300);
    }
  }
}

TEST(HalfNormal, HasNoMassBelowZero) {
  const HalfNormal unchecked(number(1), false);
  const Tensor x = doubles({-INFINITY, -1});
  EXPECT_TRUE(unchecked.log_prob(x).equal(doubles({-INFINITY, -INFINITY})));
  EXPECT_TRUE(unchecked.cdf(x).equal(doubles({0, 0})));
  EXPECT_TRUE(unchecked.survival_function(x).equal(doubles({1, 1})));
}

// The codomain of the transform lacks 0. A log density that is not finite makes validation look.
TEST(HalfNormal, ZeroIsValid) {
  const Tensor ends = doubles({0, INFINITY});
  const HalfNormal half(number(2), true);
  EXPECT_EQ(half.log_prob(ends).isfinite().sum().item<int64_t>(), 1);
  const MixtureSameFamily mixture(Categorical(doubles({1})), HalfNormal(doubles({2})), true);
  EXPECT_TRUE(mixture.log_prob(ends).equal(half.log_prob(ends)));
  EXPECT_THROW(half.log_prob(number(-1)), c10::ValueError);
}

TEST(HalfNormal, GradientsAtTheEndsAreTheirLimits) {
  const double density = std::sqrt(2 / M_PI) / 2;
  for (const bool create_graph : {false, true}) {
    const auto slope = [&](const Tensor& y, const Tensor& x) {
      return gradient(y, x, create_graph).item<double>();
    };
    const Tensor zero = number(0).requires_grad_(), scale = number(2).requires_grad_();
    const HalfNormal half(scale);
    EXPECT_EQ(slope(half.log_prob(zero), zero), 0);
    EXPECT_NEAR(slope(half.cdf(zero), zero), density, 1e-16);
    EXPECT_NEAR(slope(half.log_survival_function(zero), zero), -density, 1e-16);
    EXPECT_EQ(slope(half.cdf(zero), scale), 0);
    EXPECT_EQ(slope(half.cdf(number(INFINITY)), scale), 0);
    EXPECT_EQ(slope(half.log_cdf(number(INFINITY)), scale), 0);
  }
}

TEST(HalfNormal, TheDivergenceIsThatOfTheNormals) {
  const Tensor s = doubles({0.5, 1e-9, 3}), t = doubles({2, 1, 3});
  const Tensor kl = kl_divergence(HalfNormal(s), HalfNormal(t));
  EXPECT_TRUE(kl.allclose(kl_divergence(Normal(0, s), Normal(0, t)), 1e-15));
  EXPECT_EQ(kl[2].item<double>(), 0);
}

TEST(HalfNormal, AScaleWhoseSquareVanishesIsFine) {
  EXPECT_EQ(HalfNormal(1e-25).stddev().item<double>() > 0, true);
  EXPECT_NEAR(HalfNormal(1e-25).log_prob(at::zeros({})).item<double>(), 57.338836, 1e-5);
}

TEST(HalfNormal, AnErrorSpeaksOfIt) {
  EXPECT_THAT(test::refusal([] { HalfNormal(-1); }),
              ::testing::HasSubstr("of distribution HalfNormal()"));
}

TEST(HalfNormal, DrawsOfAnInvalidScaleAreNaN) {
  const Tensor draws = HalfNormal(doubles({-1, double{NAN}, 1}), false).sample({5}).isnan();
  EXPECT_TRUE(draws.slice(1, 0, 2).all().item<bool>());
  EXPECT_FALSE(draws.select(1, 2).any().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
