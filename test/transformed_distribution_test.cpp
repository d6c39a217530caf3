#include <torch/distributions/transformed_distribution.h>

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include <torch/distributions/exponential.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>
#include <torch/distributions/uniform.h>

namespace torch::distributions {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor doubles(std::vector<double> values) { return at::tensor(values, at::kDouble); }

Tensor gradient(const Tensor& y, const Tensor& x) {
  return torch::autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true)[0];
}

TEST(TransformedDistributionTest, ExpOfANormalIsLogNormal) {
  const Normal base(doubles({0.5, -1}), doubles({1, 2}));
  const TransformedDistribution d(base, ExpTransform());
  const LogNormal expected(base.loc(), base.scale());
  const Tensor x = doubles({0.5, 3}), p = doubles({0.1, 0.8});
  EXPECT_TRUE(d.log_prob(x).allclose(expected.log_prob(x)));
  EXPECT_TRUE(d.cdf(x).allclose(expected.cdf(x)));
  EXPECT_TRUE(d.icdf(p).allclose(expected.icdf(p)));
}

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
  // exp(-X) lies in (0, 1): the end of an inner codomain, of a transform that decreases the rest.
  const TransformedDistribution inner(
      Exponential(1.0), {AffineTransform(0, -1), ExpTransform(), AffineTransform(0, -1)}, false);
  EXPECT_TRUE(inner.cdf(doubles({-2, -0.25, 0.5})).allclose(doubles({0, 0.75, 1})));
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
  EXPECT_THROW(d.icdf(at::full({3}, 0.5)), c10::NotImplementedError);
  EXPECT_THROW(d.mean(), c10::NotImplementedError);
  EXPECT_THROW(d.entropy(), c10::NotImplementedError);
}

TEST(TransformedDistributionTest, OutsideTheSupportThereIsNoDensity) {
  const ValidateArgsGuard off(false);
  const Tensor loc = doubles({0.5}).requires_grad_();
  const TransformedDistribution squashed(Normal(loc, 1.0),
                                         {TanhTransform(), AffineTransform(0, 2)}),
      positive(Normal(loc, 1.0), ExpTransform()), inside(Uniform(loc, 3.0), AffineTransform(0, 2));
  for (const auto& [d, x] : {std::pair(&squashed, doubles({-3, 1, 2.5})),
                             {&positive, doubles({-1, 1, -2})},
                             {&inside, doubles({0.5, 2, 7})}}) {
    const Tensor value = x.clone().requires_grad_(), log_prob = d->log_prob(value);
    EXPECT_EQ(log_prob[0].item<double>(), -kInfinity);
    EXPECT_TRUE(log_prob[1].isfinite().item<bool>());
    EXPECT_EQ(log_prob[2].item<double>(), -kInfinity);
    EXPECT_TRUE(gradient(log_prob, loc).isfinite().all().item<bool>());
    EXPECT_TRUE(gradient(log_prob, value).isfinite().all().item<bool>());
  }
  EXPECT_TRUE(positive.log_prob(doubles({std::nan("")})).isnan().item<bool>());
}

// What stands in for values outside is drawn, but from a generator of its own.
TEST(TransformedDistributionTest, ADensityLeavesTheGeneratorAlone) {
  const TransformedDistribution d(Normal(0.0, 1.0), ExpTransform(), false);
  at::manual_seed(1);
  const Tensor expected = at::rand({3});
  at::manual_seed(1);
  (void)d.log_prob(at::tensor({-1.0f, 1.0f}));
  EXPECT_TRUE(at::rand({3}).equal(expected));
}

TEST(TransformedDistributionTest, ValidationChecksTheSupport) {
  const TransformedDistribution d(Normal(0.0, 1.0), ExpTransform());
  EXPECT_THROW(d.log_prob(at::tensor({-1.0f})), c10::ValueError);
  EXPECT_THROW(TransformedDistribution(Normal(0.0, 1.0), StickBreakingTransform()),
               c10::ValueError);
}

TEST(TransformedDistributionTest, ShapesFollowTheTransforms) {
  // A parameter of a transform widens the batch.
  const TransformedDistribution wide(Normal(0.0, 1.0), AffineTransform(at::zeros({2, 3}), 1.0));
  EXPECT_EQ(wide.batch_shape(), IntArrayRef({2, 3}));
  EXPECT_EQ(wide.base_dist()->batch_shape(), IntArrayRef({2, 3}));
  // A transform of vectors makes an event of the base's last batch dimension.
  const TransformedDistribution simplex(Normal(at::zeros({4, 2}), 1.0), StickBreakingTransform());
  EXPECT_EQ(simplex.batch_shape(), IntArrayRef({4}));
  EXPECT_EQ(simplex.event_shape(), IntArrayRef({3}));
  EXPECT_EQ(simplex.base_dist()->type(), Independent::static_type());
  const Tensor x = simplex.sample({5});
  EXPECT_EQ(x.sizes(), IntArrayRef({5, 4, 3}));
  EXPECT_EQ(simplex.log_prob(x).sizes(), IntArrayRef({5, 4}));
  EXPECT_EQ(simplex.sample({0}).sizes(), IntArrayRef({0, 4, 3}));
  // The event of the base stays one under a transform of numbers.
  const TransformedDistribution vectors(Independent(Normal(at::zeros({4, 2}), 1.0), 1),
                                        ExpTransform());
  EXPECT_EQ(vectors.event_shape(), IntArrayRef({2}));
  EXPECT_EQ(vectors.support()->event_dim(), 1);
  EXPECT_EQ(vectors.log_prob(vectors.sample()).sizes(), IntArrayRef({4}));
  const TransformedDistribution none(Normal(at::zeros({2}), 1.0), std::vector<TransformPtr>{});
  EXPECT_TRUE(
      none.log_prob(at::ones({2})).equal(Normal(at::zeros({2}), 1.0).log_prob(at::ones({2}))));
}

TEST(TransformedDistributionTest, ChangesReachTheBaseAndTheTransforms) {
  const Tensor loc = at::zeros({3}).requires_grad_(), scale = at::ones({3}).requires_grad_();
  const TransformedDistribution d(Normal(loc, 1.0), {AffineTransform(0, scale), ExpTransform()});
  const TransformedDistribution wide = d.expand({2, 3});
  EXPECT_EQ(wide.batch_shape(), IntArrayRef({2, 3}));
  EXPECT_EQ(wide.sample({4}).sizes(), IntArrayRef({4, 2, 3}));
  EXPECT_EQ(d.to(at::kDouble).sample().scalar_type(), at::kDouble);
  EXPECT_FALSE(d.detach().rsample().requires_grad());
  const TransformedDistribution simplex =
      TransformedDistribution(Normal(at::zeros({1, 2}), 1.0), StickBreakingTransform()).expand({5});
  EXPECT_EQ(simplex.sample().sizes(), IntArrayRef({5, 3}));
}

}  // namespace
}  // namespace torch::distributions
