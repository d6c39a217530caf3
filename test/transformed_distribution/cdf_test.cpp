#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/transforms/softplus.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::kInfinity;

TEST(TransformedDistributionTest, CdfSaturates) {
  const Tensor loc = doubles({0}).requires_grad_();
  const ValidateArgsGuard off(false);
  const TransformedDistribution d(Normal(loc, 1.0), {TanhTransform(), AffineTransform(0, 2)});
  const Tensor x = doubles({-3, -2, -1e-9, 2, 2.5}).requires_grad_();
  const Tensor cdf = d.cdf(x);
  EXPECT_TRUE(cdf.allclose(doubles({0, 0, 0.5, 1, 1})));
  EXPECT_TRUE(gradient(cdf, x).isfinite().all().item<bool>());
  EXPECT_TRUE(gradient(cdf, loc).isfinite().all().item<bool>());
  EXPECT_TRUE(d.cdf(doubles({std::nan("")})).isnan().item<bool>());
}

TEST(TransformedDistributionTest, ADecreasingTransformTurnsTheCdfRound) {
  // -2 X + 1 of an exponential X.
  const TransformedDistribution d(Exponential(1.0), AffineTransform(1, -2));
  const Tensor x = doubles({-5, 0, 0.5});
  EXPECT_TRUE(d.cdf(x).allclose((-(1 - x) / 2).exp()));
  EXPECT_TRUE(d.icdf(d.cdf(x)).allclose(x));
  EXPECT_EQ(d.cdf(doubles({2})).item<double>(), 1);
  // -exp(-X) lies in (-1, 0). The last transform is decreasing: it maps the lower end of an inner
  // codomain to the upper end of the support.
  const TransformedDistribution inner(
      Exponential(1.0), {AffineTransform(0, -1), ExpTransform(), AffineTransform(0, -1)}, false);
  EXPECT_TRUE(inner.cdf(doubles({-2, -0.25, 0.5})).allclose(doubles({0, 0.75, 1})));
}

TEST(TransformedDistributionTest, TailsAreThoseOfTheBase) {
  const Normal base(doubles({0.5}), 2.0);
  const TransformedDistribution rising(base, AffineTransform(1, 3)),
      falling(base, AffineTransform(1, doubles({-3})));
  const Tensor x = doubles({-1e7, -2, 0, 4, 1e7}), y = 1 + 3 * x, z = 1 - 3 * x;
  const auto is = [](const Tensor& a, const Tensor& b) { return a.allclose(b, 1e-14, 0); };
  EXPECT_TRUE(is(rising.log_cdf(y), base.log_cdf(x)));
  EXPECT_TRUE(is(rising.survival_function(y), base.survival_function(x)));
  EXPECT_TRUE(is(rising.log_survival_function(y), base.log_survival_function(x)));
  EXPECT_TRUE(is(falling.log_cdf(z), base.log_survival_function(x)));
  EXPECT_TRUE(is(falling.survival_function(z), base.cdf(x)));
  EXPECT_TRUE(is(falling.log_survival_function(z), base.log_cdf(x)));
  const TransformedDistribution both(base, AffineTransform(1, doubles({3, -3})));
  const Tensor pair = doubles({-5, 7});
  EXPECT_TRUE(is(both.log_cdf(pair), at::cat({rising.log_cdf(pair.slice(0, 0, 1)),
                                              falling.log_cdf(pair.slice(0, 1))})));
}

TEST(TransformedDistributionTest, TailsSaturate) {
  const Tensor loc = doubles({0}).requires_grad_();
  const ValidateArgsGuard off(false);
  for (const double scale : {2.0, -2.0}) {
    const TransformedDistribution d(Normal(loc, 1.0), {TanhTransform(), AffineTransform(0, scale)});
    const Tensor x = doubles({-3, -2, 2, 2.5}).requires_grad_();
    const auto is = [&](const Tensor& got, double below, double above) {
      return got.equal(doubles({below, below, above, above}));
    };
    EXPECT_TRUE(is(d.log_cdf(x), -kInfinity, 0));
    EXPECT_TRUE(is(d.survival_function(x), 1, 0));
    EXPECT_TRUE(is(d.log_survival_function(x), 0, -kInfinity));
    for (const Tensor& tail : {d.log_cdf(x), d.log_survival_function(x)}) {
      EXPECT_TRUE(gradient(tail, x).isfinite().all().item<bool>());
      EXPECT_TRUE(gradient(tail, loc).isfinite().all().item<bool>());
    }
    EXPECT_TRUE(d.log_cdf(doubles({std::nan("")})).isnan().item<bool>());
    EXPECT_TRUE(d.survival_function(doubles({std::nan("")})).isnan().item<bool>());
  }
}

// The logistic distribution: log P(Y > y) is -softplus((y - loc) / scale).
TEST(TransformedDistributionTest, TheLogitOfAUniformNumberKeepsItsTails) {
  const Tensor z = doubles({-1e4, -800, -50, -1, 0, 1, 50, 800, 1e4});
  const Tensor want = (-z.clamp_min(0) - (-z.abs()).exp().log1p());
  const auto is = [](const Tensor& a, const Tensor& b) { return a.allclose(b, 1e-14, 0); };
  for (const double scale : {2.0, -2.0}) {
    const TransformedDistribution d(Uniform(doubles({0}), 1.0),
                                    {SigmoidTransform().inv(), AffineTransform(1, scale)});
    const Tensor y = 1 + 2 * z;
    EXPECT_TRUE(is(d.log_survival_function(y), want)) << d.log_survival_function(y);
    EXPECT_TRUE(is(d.survival_function(y), want.exp()));
    EXPECT_TRUE(is(d.log_cdf(2 - y), want)) << d.log_cdf(2 - y);
    const Tensor leaf = y.clone().requires_grad_();
    EXPECT_TRUE(is(gradient(d.log_survival_function(leaf), leaf), -0.5 * at::sigmoid(z)));
  }
  // Of a number that does not reach 0. By mpmath.
  const TransformedDistribution part(Uniform(doubles({0.25}), 1.0), SigmoidTransform().inv());
  EXPECT_NEAR(part.log_cdf(doubles({-1})).item<double>(), -3.6787220756539567103, 1e-14);
  EXPECT_EQ(part.log_cdf(doubles({-2})).item<double>(), -kInfinity);
  EXPECT_NEAR(part.log_survival_function(doubles({800})).item<double>(), std::log(4.0 / 3) - 800,
              1e-12);
  // In float32.
  const TransformedDistribution single(Uniform(0, 1), SigmoidTransform().inv());
  EXPECT_EQ(single.log_survival_function(at::full({}, 500.0)).item<float>(), -500);
}

TEST(TransformedDistributionTest, SignsMayDifferElementByElement) {
  const TransformedDistribution d(Normal(at::zeros({2}, at::kDouble), 1.0),
                                  AffineTransform(1, doubles({-2, 3})));
  const Tensor x = doubles({0.5, 2.5});
  EXPECT_TRUE(d.cdf(x).allclose(Normal(1.0, doubles({2, 3})).cdf(x)));
  EXPECT_TRUE(d.icdf(d.cdf(x)).allclose(x));
}

TEST(TransformedDistributionTest, ATransformWithoutASignHasNoCdf) {
  const TransformedDistribution d(Normal(at::zeros({2}), 1.0), StickBreakingTransform());
  EXPECT_THROW(d.cdf(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.log_cdf(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.survival_function(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.log_survival_function(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.icdf(at::full({3}, 0.5)), c10::NotImplementedError);
  EXPECT_THROW(d.mean(), c10::NotImplementedError);
  EXPECT_THROW(d.entropy(), c10::NotImplementedError);
}

TEST(TransformedDistributionTest, CdfOfAnEventIsAProduct) {
  const Normal base(doubles({0, 1}), doubles({1, 2}));
  const Tensor x = doubles({0.5, 2, 1, 2, 0.5, kInfinity}).view({3, 2});
  const TransformedDistribution d(
      Independent(base, 1), {IndependentTransform(ExpTransform(), 1), AffineTransform(0, -1)});
  const TransformedDistribution of_element(base, {ExpTransform(), AffineTransform(0, -1)});
  EXPECT_TRUE(d.cdf(-x).equal(of_element.cdf(-x).prod(-1)));
  // Events of more dimensions, and inverses of transforms of events.
  const Normal wide(at::zeros({4, 2, 3}, at::kDouble), 1.0);
  const Tensor y = at::linspace(0.5, 2, 24, at::kDouble).view({4, 2, 3});
  const Tensor expected = LogNormal(wide.loc(), wide.scale()).cdf(y).prod(-1);
  const TransformPtr exp_of_events = ExpTransform().inv();
  EXPECT_TRUE(TransformedDistribution(Independent(Independent(wide, 1), 1), ExpTransform())
                  .cdf(y)
                  .allclose(expected.prod(-1)));
  EXPECT_TRUE(TransformedDistribution(Independent(wide, 1), IndependentTransform(ExpTransform(), 2))
                  .cdf(y)
                  .allclose(expected.prod(-1)));
  EXPECT_TRUE(
      TransformedDistribution(Independent(wide, 1), IndependentTransform(exp_of_events, 1).inv())
          .cdf(y)
          .allclose(expected));
  EXPECT_TRUE(TransformedDistribution(Independent(wide, 1), AffineTransform(1, 2, 1).inv())
                  .cdf(y)
                  .allclose(wide.cdf(1 + 2 * y).prod(-1)));
}

// Beyond the image of one transform the cdf is 0 or 1, even if the other transforms saturate there.
TEST(TransformedDistributionTest, BeyondTheImageOfATransformTheCdfIsZeroOrOne) {
  const double e = std::exp(1.0);
  struct Case {
    DistributionPtr base;
    std::vector<TransformPtr> transforms;
    std::vector<double> zero, one;
  };
  const std::vector<Case> all{
      {Normal(2.28, doubles({2.55})),
       {ExpTransform(), TanhTransform(), ExpTransform()},
       {-kInfinity, -1, 0.5, 1},
       {e, 3, kInfinity}},
      {Normal(0.0, doubles({1e300})), {ExpTransform()}, {-kInfinity, 0}, {kInfinity}},
      {Normal(0.0, doubles({1})),
       {ExpTransform(), TanhTransform(), AffineTransform(0, -1)},
       {-kInfinity, -2, -1},
       {0, 1, kInfinity}},
      {Gamma(0.01, doubles({2.78})), {SoftplusTransform().inv()}, {-kInfinity}, {kInfinity}},
      {Exponential(doubles({1.3})), {ExpTransform().inv()}, {-kInfinity}, {1e300, kInfinity}},
      {Exponential(doubles({0.5})), {SigmoidTransform(), ExpTransform()}, {0, 1, 1.6}, {e, 4}},
      {Gamma(0.01, doubles({2.78})),
       {PowerTransform(-0.5).inv()},
       {-kInfinity, -1, 0},
       {kInfinity}},
      {Gamma(0.01, doubles({2.78})), {PowerTransform(-2)}, {-kInfinity, -1, 0}, {kInfinity}},
      {Gamma(0.01, doubles({2.78})),
       {PowerTransform(2), AffineTransform(0, -1)},
       {-kInfinity},
       {0, 1, kInfinity}},
  };
  for (const Case& c : all) {
    const TransformedDistribution d(c.base, c.transforms, false);
    for (const auto& [values, expected] : {std::pair(c.zero, 0.0), {c.one, 1.0}}) {
      const Tensor x = doubles(values).requires_grad_(), cdf = d.cdf(x);
      EXPECT_TRUE(cdf.eq(expected).all().item<bool>()) << *c.base << x << cdf;
      EXPECT_TRUE(gradient(cdf, x).eq(0).all().item<bool>()) << *c.base << gradient(cdf, x);
    }
    at::manual_seed(0);
    const Tensor climb = d.cdf(std::get<0>(d.sample({1000}).sort(0)));
    EXPECT_TRUE(climb.diff(1, 0).ge(0).all().item<bool>()) << *c.base;
  }
}

TEST(TransformedDistributionTest, TheBaseDoesNotValidateQuantiles) {
  const TransformedDistribution d(Normal(0.0, 1.0, true), ExpTransform(), false);
  EXPECT_TRUE(d.icdf(at::full({}, 1.5)).isnan().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
