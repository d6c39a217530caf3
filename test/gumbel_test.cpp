#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include <torch/distributions/exponential.h>
#include <torch/distributions/gumbel.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/mixture_same_family.h>
#include <torch/distributions/uniform.h>

#include "support/counted_transform.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

TEST(Gumbel, IsMinusTheLogarithmOfAnExponential) {
  const Tensor x = at::tensor({-2.0, 0.3, 1.0, 7.0}, at::kDouble);
  const Gumbel gumbel(number(0.5), 2.0);
  const Exponential exponential(number(1));
  const Tensor e = ((0.5 - x) / 2).exp();
  EXPECT_TRUE(gumbel.log_prob(x).allclose(exponential.log_prob(e) + (e / 2).log(), 1e-14, 1e-14));
  EXPECT_TRUE(gumbel.cdf(x).allclose(1 - exponential.cdf(e), 1e-14, 1e-14));
}

// Validation refuses only values outside the support. The base's validation would refuse values
// whose preimage underflows.
TEST(Gumbel, ValuesFarBelowTheModeAreValid) {
  const Gumbel gumbel(number(0), 1.0, true);
  EXPECT_EQ(gumbel.cdf(number(-50)).item<double>(), 0);
  EXPECT_NEAR(gumbel.log_prob(number(-50)).item<double>() / (50 - std::exp(50.0)), 1, 1e-15);
  EXPECT_NEAR(Gumbel(0.0, 1.0, true).log_prob(at::full({}, -5.0)).item<double>(), -143.4131591,
              1e-4);
  const MixtureSameFamily mixture(Categorical(at::ones({1}, at::kDouble)),
                                  Gumbel(at::zeros({1}, at::kDouble), 1.0), true);
  EXPECT_TRUE(mixture.log_prob(number(-50)).equal(gumbel.log_prob(number(-50))));
}

TEST(Gumbel, FormulasReplaceTheTransforms) {
  test::expect_no_transform_is_called(Gumbel(test::doubles({0.5, -1}), 2.0),
                                      test::doubles({-50, 0.75}), test::doubles({0.1, 0.9}));
}

TEST(Gumbel, TailsKeepTheirDigits) {
  const Gumbel gumbel(number(0), 1.0);
  EXPECT_NEAR(gumbel.log_cdf(number(-500)).item<double>() / -std::exp(500.0), 1, 1e-15);
  EXPECT_EQ(gumbel.log_cdf(number(-800)).item<double>(), -INFINITY);
  EXPECT_EQ(gumbel.log_survival_function(number(1e10)).item<double>(), -1e10);
  EXPECT_NEAR(gumbel.survival_function(number(700)).item<double>() / std::exp(-700.0), 1, 1e-13);
  EXPECT_EQ(gumbel.survival_function(number(-50)).item<double>(), 1);
}

TEST(Gumbel, QuantilesKeepTheirDigitsInBothTails) {
  const Gumbel gumbel(number(0), 1.0);
  EXPECT_NEAR(gumbel.icdf(number(1e-20)).item<double>(), -std::log(20 * std::log(10.0)), 1e-15);
  EXPECT_NEAR(gumbel.icdf(number(1 - 0x1p-53)).item<double>(), 53 * std::log(2.0), 1e-14);
  EXPECT_EQ(gumbel.icdf(number(0)).item<double>(), -INFINITY);
  EXPECT_EQ(gumbel.icdf(number(1)).item<double>(), INFINITY);
}

// There the chain rule would multiply 0 by infinity.
TEST(Gumbel, GradientsAtTheEndsAreTheirLimits) {
  using Function = std::function<Tensor(const Tensor&)>;
  const auto expect_slope = [](const Function& f, double at, double want) {
    for (const bool create_graph : {false, true}) {
      const Tensor x = number(at).requires_grad_();
      EXPECT_EQ(test::gradient(f(x), x, create_graph).item<double>(), want) << at;
    }
  };
  const Tensor end = number(INFINITY);
  expect_slope([](const Tensor& x) { return Gumbel(0, 2.0).log_prob(x); }, INFINITY, -0.5);
  expect_slope([](const Tensor& x) { return Gumbel(0, 2.0).log_prob(x); }, -INFINITY, INFINITY);
  expect_slope([&](const Tensor& m) { return Gumbel(m, 2.0).log_prob(-end); }, 1, -INFINITY);
  expect_slope([&](const Tensor& s) { return Gumbel(0, s).log_prob(end); }, 1, INFINITY);
  expect_slope([&](const Tensor& s) { return Gumbel(0, s).log_prob(-end); }, 1, INFINITY);
  expect_slope([&](const Tensor& s) { return Gumbel(0, s).cdf(end); }, 1, 0);
  expect_slope([&](const Tensor& s) { return Gumbel(0, s).cdf(-end); }, 1, 0);
  expect_slope([](const Tensor& m) { return Gumbel(m, 1.0).cdf(number(-50)); }, 0, 0);
  expect_slope([](const Tensor& p) { return Gumbel(0, number(2)).icdf(p); }, 0, INFINITY);
  expect_slope([](const Tensor& p) { return Gumbel(0, number(2)).icdf(p); }, 1, INFINITY);
}

TEST(Gumbel, BaseAndTransformsArePythons) {
  const Gumbel gumbel(at::tensor({1.0f, 2.0f}), 3.0f);
  const auto& base = gumbel.base_dist().as<Uniform>();
  EXPECT_TRUE(base.low().equal(at::full({2}, std::numeric_limits<float>::min())));
  EXPECT_TRUE(base.high().equal(at::full({2}, 1 - 0x1p-23f)));
  ASSERT_EQ(gumbel.transforms().size(), 4u);
  const Tensor u = at::tensor({0.25f, 0.75f});
  Tensor x = u;
  for (const TransformPtr& transform : gumbel.transforms()) x = transform(x);
  EXPECT_TRUE(x.allclose(gumbel.icdf(u)));
}

// The uniform variable of a draw would be 0 if its least value were that of another dtype.
TEST(Gumbel, TheBaseFollowsTheDtype) {
  const Gumbel converted = Gumbel(number(0), 1.0).to(at::kFloat);
  const auto& base = converted.base_dist().as<Uniform>();
  EXPECT_EQ(base.low().item<double>(), std::numeric_limits<float>::min());
  EXPECT_EQ(base.high().item<double>(), 1 - 0x1p-23);
}

// A uniform number of 24 bits ends the upper tail at 15.94, beyond which 8 of 2^26 draws lie, and
// would put 4 of them at the lower end of the base, -4.47.
TEST(Gumbel, TailsOfFloatDrawsAreNotCutOff) {
  at::manual_seed(0);
  double far = 0, half_as_far = 0, least = 0;
  for (int i = 0; i < 16; ++i) {
    const Tensor draws = Gumbel(at::zeros({}), 1.0).sample({1 << 22});
    far += draws.gt(16).sum().item<double>();
    half_as_far += draws.gt(14).sum().item<double>();
    least = std::min(least, draws.min().item<double>());
  }
  EXPECT_NEAR(far, 7.55, 6 * std::sqrt(7.55) + 1);
  EXPECT_GE(far, 1);
  EXPECT_NEAR(half_as_far, 55.8, 6 * std::sqrt(55.8));
  EXPECT_GT(least, -3.5);  // reached with a probability of 3e-7
}

TEST(Gumbel, DrawsOfAnInvalidScaleAreNaN) {
  const Gumbel gumbel(at::zeros({2}), at::tensor({-1.0, 1.0}), false);
  const Tensor draws = gumbel.sample({5}).isnan();
  EXPECT_TRUE(draws.select(1, 0).all().item<bool>());
  EXPECT_FALSE(draws.select(1, 1).any().item<bool>());
}

// The ratio of the scales, its lgamma and exp(u) overflow.
TEST(Gumbel, DivergencesThatOverflowAreInfinite) {
  for (const auto& [p, q] : {std::pair(Gumbel(number(0), 1e300), Gumbel(number(0), 1e-300)),
                             std::pair(Gumbel(number(-1e300), 1.0), Gumbel(number(0), 1e-300)),
                             std::pair(Gumbel(number(1e300), 1e300), Gumbel(number(0), 1e-300))})
    EXPECT_EQ(kl_divergence(p, q).item<double>(), INFINITY);
}

}  // namespace
}  // namespace torch::distributions
