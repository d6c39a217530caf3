#include <torch/distributions/transforms/cumulative_distribution.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include <torch/distributions/exponential.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/laplace.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/poisson.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/uniform.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

using ::testing::ElementsAre;

using Cdf = CumulativeDistributionTransform;

TEST(CumulativeDistributionTransform, IsWhatTheOraclesSay) {
  test::expect_golden("CumulativeDistributionTransform");
}

TEST(CumulativeDistributionTransform, IsABijectionWithDerivatives) {
  const Tensor x = at::tensor({0.2, 1.1, 1.5, 0.7}, at::kDouble).view({2, 2});
  const Tensor scale = at::tensor({0.5, 2.0}, at::kDouble);
  for (const DistributionPtr& d : std::vector<DistributionPtr>{
           Normal(1, scale), Exponential(scale), Laplace(0, scale), Uniform(-1, 2 * scale + 3)}) {
    test::expect_bijection(Cdf(d), x);
    test::expect_differentiable(Cdf(d), x);
  }
}

TEST(CumulativeDistributionTransform, BroadcastsWithTheDistribution) {
  const Cdf t(Normal(at::zeros({3}), at::ones({2, 1})));
  EXPECT_THAT(t.forward_shape({}), ElementsAre(2, 3));
  EXPECT_THAT(t.inverse_shape({4, 1, 3}), ElementsAre(4, 2, 3));
  EXPECT_EQ(t(at::ones({})).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(t.inv()(at::full({}, 0.5)).sizes(), IntArrayRef({2, 3}));
  EXPECT_EQ(t.log_abs_det_jacobian(at::ones({}), at::ones({})).sizes(), IntArrayRef({2, 3}));
  EXPECT_THROW(t.forward_shape({2}), c10::ValueError);
}

TEST(CumulativeDistributionTransform, RefusesWhatHasNoInverse) {
  const DistributionPtr vectors = Independent(Normal(at::zeros({3}), 1), 1);
  EXPECT_THROW(Cdf{vectors}, c10::ValueError);
  EXPECT_THROW(Cdf(Poisson(3)), c10::ValueError);
  EXPECT_THROW(Cdf{DistributionPtr()}, c10::ValueError);
}

TEST(CumulativeDistributionTransform, ValidatesNoValues) {
  const Cdf t(Exponential(2.0, /*validate_args=*/true));
  const Tensor outside = at::tensor({-1.0, 2.0});
  EXPECT_EQ(t(outside)[0].item<double>(), 0);
  EXPECT_EQ(t.log_abs_det_jacobian(outside, outside)[0].item<double>(), -INFINITY);
  EXPECT_TRUE(t.inv()(outside).isnan().all().item<bool>());
}

TEST(CumulativeDistributionTransform, EqualsOneOfTheSameObject) {
  const DistributionPtr normal = Normal(0, 1);
  const Cdf t(normal);
  EXPECT_TRUE(t == Cdf(normal));
  EXPECT_TRUE(t == t.with_cache());
  EXPECT_TRUE(t.inv()->inv() == t);
  EXPECT_EQ(t.distribution().get(), normal.get());
  EXPECT_FALSE(t == Cdf(Normal(0, 1)));
  EXPECT_FALSE(*t.to(at::kDouble) == t) << "another function, by rounding";
}

TEST(CumulativeDistributionTransform, MovesAndDetachesItsDistribution) {
  const Cdf t(Normal(at::zeros({2}).requires_grad_(), 1), /*cache_size=*/1);
  const Tensor x = at::tensor({0.5, -1.0});
  EXPECT_TRUE(t(x).requires_grad());
  EXPECT_FALSE(t.detach()(x).requires_grad());
  EXPECT_EQ(t.to(at::kDouble)(x).scalar_type(), at::kDouble);
  EXPECT_EQ(t.detach()->cache_size(), 1);
  EXPECT_EQ(t.to(at::kMeta)(x.to(at::kMeta)).sizes(), x.sizes());
  const TransformPtr expanded = t.changed(core::Change::expand({5, 2}));
  EXPECT_EQ(expanded(at::zeros({})).sizes(), IntArrayRef({2}));
}

TEST(CumulativeDistributionTransform, MakesAnyDistributionUniform) {
  const Tensor loc = at::tensor({0.0, 1000.0}, at::kDouble);
  const TransformedDistribution uniform(Normal(loc, 1), Cdf(Normal(loc, 1)), false);
  const Tensor y =
      at::tensor({-0.5, 0.0, 1e-12, 0.25, 1.0, 7.0}, at::kDouble).unsqueeze(-1).requires_grad_();
  const Tensor log_prob = uniform.log_prob(y);
  EXPECT_TRUE(log_prob.slice(0, 2, 4).abs().le(1e-9).all().item<bool>()) << log_prob;
  for (const int64_t i : {0, 1, 4, 5}) {
    EXPECT_TRUE(log_prob[i].eq(-INFINITY).all().item<bool>()) << log_prob;
  }
  const Tensor gradient = autograd::grad({log_prob.slice(0, 2, 4).sum()}, {y})[0];
  EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << gradient;
  const TransformedDistribution one(Normal(0, 1), Cdf(Normal(0, 1)));
  EXPECT_EQ(format_as(one.support()), "Interval(lower_bound=0.0, upper_bound=1.0)");
}

TEST(CumulativeDistributionTransform, ReplacesValuesOutsideByAPointWithAFinitePreimage) {
  // The cdf is 0 at the inner point 0 of the line.
  const Tensor y = at::tensor({-0.5, 0.0, 0.5, 1.0}, at::kDouble);
  const auto found = Cdf(Normal(at::full({}, 1000.0, at::kDouble), 1)).preimage(y);
  EXPECT_TRUE(found.x.equal(at::full({4}, 1000.0, at::kDouble))) << found.x;
  EXPECT_TRUE(found.log_abs_det_jacobian.isfinite().all().item<bool>());
  EXPECT_TRUE(found.outside.equal(at::tensor({1, 1, 0, 1}).to(at::kBool)));
}

TEST(CumulativeDistributionTransform, ItsInverseDrawsFromTheDistribution) {
  const DistributionPtr laplace = Laplace(at::full({}, 1.0, at::kDouble), 2);
  const TransformedDistribution drawn(Uniform(at::zeros({}, at::kDouble), 1), Cdf(laplace).inv());
  const Tensor x = at::tensor({-30.0, 0.3, 1.0, 9.0}, at::kDouble);
  EXPECT_TRUE(drawn.log_prob(x).allclose(laplace->log_prob(x), 1e-13, 1e-13));
  EXPECT_TRUE(drawn.cdf(x).allclose(laplace->cdf(x), 1e-13, 1e-13));
  EXPECT_EQ(format_as(drawn.support()), "Real()");
}

TEST(CumulativeDistributionTransform, MakesAGaussianCopula) {
  const double r = 0.6;
  const Tensor covariance = at::tensor({1.0, r, r, 1.0}, at::kDouble).view({2, 2});
  const TransformedDistribution copula(
      MultivariateNormal(at::zeros({2}, at::kDouble), {.covariance_matrix = covariance}),
      Cdf(Normal(0, 1)));
  EXPECT_EQ(copula.event_shape(), IntArrayRef({2}));
  const Tensor z = at::tensor({0.3, -1.2, 2.0, 0.5}, at::kDouble).view({2, 2});
  const Tensor a = z.select(1, 0), b = z.select(1, 1);
  const Tensor want =
      -0.5 * std::log(1 - r * r) - (r * r * (a * a + b * b) - 2 * r * a * b) / (2 * (1 - r * r));
  const Tensor u = Normal(0, 1).cdf(z);
  EXPECT_TRUE(copula.log_prob(u).allclose(want, 1e-12, 1e-12)) << copula.log_prob(u) << want;
}

}  // namespace
}  // namespace torch::distributions
