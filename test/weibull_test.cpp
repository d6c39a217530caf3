#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/exponential.h>
#include <torch/distributions/gumbel.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/weibull.h>

#include "support/counted_transform.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::number;

TEST(Weibull, OfConcentrationOneIsExponential) {
  const Tensor x = doubles({1e-3, 0.5, 1.0, 7.0});
  const Weibull weibull(number(2), 1.0);
  const Exponential exponential(number(0.5));
  EXPECT_TRUE(weibull.log_prob(x).allclose(exponential.log_prob(x), 1e-14, 1e-14));
  EXPECT_TRUE(weibull.cdf(x).allclose(exponential.cdf(x), 1e-14, 1e-14));
  EXPECT_TRUE(weibull.entropy().allclose(exponential.entropy(), 1e-14, 1e-14));
}

TEST(Weibull, ItsLogarithmIsMinusAGumbel) {
  const Tensor x = doubles({1e-3, 0.5, 1.0, 2.5});
  const Weibull p(number(2), 1.5), q(number(0.5), 3.0);
  const auto gumbel = [](const Weibull& w) {
    return Gumbel(-w.scale().log(), w.concentration().reciprocal());
  };
  EXPECT_TRUE(p.cdf(x).allclose(gumbel(p).survival_function(-x.log()), 1e-14, 1e-14));
  EXPECT_TRUE(kl_divergence(p, q).allclose(kl_divergence(gumbel(p), gumbel(q)), 1e-13, 1e-13));
}

TEST(Weibull, FormulasReplaceTheTransforms) {
  test::expect_no_transform_is_called(Weibull(doubles({0.5, 1.0}), 3.0), doubles({0.5, 1.5}),
                                      doubles({0.1, 0.9}));
}

TEST(Weibull, BaseAndTransformsArePythons) {
  const Weibull weibull(at::tensor({0.5f, 2.0f}), 4.0f);
  EXPECT_TRUE(weibull.base_dist().as<Exponential>().rate().equal(at::ones({2})));
  ASSERT_EQ(weibull.transforms().size(), 2u);
  EXPECT_TRUE(*weibull.transforms()[0] == PowerTransform(at::full({2}, 0.25f)));
  EXPECT_TRUE(*weibull.transforms()[1] == AffineTransform(0, weibull.scale()));
}

// 0 and infinity are no values.
TEST(Weibull, HasNoDensityAtTheEnds) {
  const Weibull unchecked(number(1), doubles({0.5, 1, 2}), false);
  for (const double x : {-1.0, 0.0, -test::kInfinity, test::kInfinity})
    EXPECT_TRUE(unchecked.log_prob(number(x)).equal(at::full({3}, -INFINITY, at::kDouble))) << x;
  EXPECT_TRUE(unchecked.cdf(number(-1)).equal(at::zeros({3}, at::kDouble)));
  EXPECT_TRUE(unchecked.cdf(number(0)).equal(at::zeros({3}, at::kDouble)));
}

// A power of the value underflows.
TEST(Weibull, SmallValuesHaveADensity) {
  EXPECT_NEAR(Weibull(1.0, 10.0).log_prob(at::tensor(1e-5f)).item<double>(), -101.3137, 1e-4);
  EXPECT_NEAR(Weibull(number(1), 2.0).log_prob(number(5e-324)).item<double>(), -743.74692474, 1e-8);
}

TEST(Weibull, TailsKeepTheirDigits) {
  const Weibull weibull(number(1), 2.0);
  EXPECT_NEAR(weibull.log_survival_function(number(1e100)).item<double>() / -1e200, 1, 1e-13);
  EXPECT_NEAR(weibull.log_cdf(number(1e-200)).item<double>(), 2 * std::log(1e-200), 1e-12);
  EXPECT_NEAR(weibull.cdf(number(1e-150)).item<double>() / 1e-300, 1, 1e-12);
  EXPECT_NEAR(weibull.survival_function(number(26)).item<double>() / std::exp(-676.0), 1, 1e-12);
}

TEST(Weibull, TheModeOfADecreasingDensityIsZero) {
  EXPECT_TRUE(Weibull(2.0, at::tensor({0.2f, 0.5f, 1.0f})).mode().equal(at::zeros({3})));
  EXPECT_NEAR(Weibull(number(2), 2.0).mode().item<double>(), std::sqrt(2.0), 1e-15);
}

TEST(Weibull, ANarrowVarianceDoesNotVanish) {
  const double narrow = Weibull(number(1), 1e12).stddev().item<double>();
  EXPECT_NEAR(narrow / (std::acos(-1.0) / std::sqrt(6.0) * 1e-12), 1, 1e-11);
  EXPECT_NEAR(Weibull(number(1), 1e200).stddev().item<double>() / 1.2825498301618641e-200, 1,
              1e-14);
}

// At p = 0 the quantile has the slope of a power.
TEST(Weibull, QuantilesHaveSlopesAtTheEnds) {
  const auto slope = [](double k, double at) {
    const Tensor p = number(at).requires_grad_();
    return test::gradient(Weibull(number(3), k).icdf(p), p).item<double>();
  };
  EXPECT_EQ(slope(0.5, 0), 0);
  EXPECT_EQ(slope(1, 0), 3);
  EXPECT_EQ(slope(2, 0), INFINITY);
  EXPECT_EQ(slope(2, 1), INFINITY);
  EXPECT_EQ(Weibull(number(3), 2.0).icdf(number(1)).item<double>(), INFINITY);
}

// With a concentration of 0.005, a tenth of the draws leaves the range of float.
TEST(Weibull, DrawsAreFiniteAndSoAreTheirGradients) {
  at::manual_seed(3);
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    const Tensor concentration = at::full({2000}, 0.005, dtype).requires_grad_(),
                 scale = at::full({2000}, 2.0, dtype).requires_grad_();
    const Tensor x = Weibull(scale, concentration).rsample();
    EXPECT_TRUE(x.isfinite().all().item<bool>());
    EXPECT_TRUE((x > 0).all().item<bool>());
    EXPECT_FALSE(test::gradient(x, concentration).isnan().any().item<bool>());
    EXPECT_FALSE(test::gradient(x, scale).isnan().any().item<bool>());
  }
}

TEST(Weibull, DrawsOfAnInvalidParameterAreNaN) {
  const Weibull weibull(at::tensor({-1.0, 1.0, 1.0}), at::tensor({1.0, -1.0, 1.0}), false);
  const Tensor draws = weibull.sample({5}).isnan();
  EXPECT_TRUE(draws.narrow(1, 0, 2).all().item<bool>());
  EXPECT_FALSE(draws.select(1, 2).any().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
