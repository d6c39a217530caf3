#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::kInfinity;

// https://github.com/pytorch/pytorch/issues/96494
TEST(TransformedDistributionTest, PowersOfAUniform) {
  const Uniform base(doubles({0}), doubles({1}));
  for (const Param& exponent : {Param(-2), Param(doubles({-2})), Param(at::full({}, -2))}) {
    const TransformedDistribution d(base, PowerTransform(exponent));
    // P(X^-2 <= y) = 1 - y^(-1/2)
    const Tensor y = doubles({-1, 0, 0.5, 1, 4, 100, kInfinity}).requires_grad_(), cdf = d.cdf(y);
    EXPECT_TRUE(cdf.allclose(doubles({0, 0, 0, 0, 0.5, 0.9, 1}), 1e-15, 1e-15)) << cdf;
    EXPECT_TRUE(gradient(cdf, y).isfinite().all().item<bool>());
    EXPECT_TRUE(d.icdf(doubles({0, 0.5, 0.9, 1})).allclose(doubles({1, 4, 100, kInfinity}), 1e-14));
    // p(y) = y^(-3/2) / 2
    EXPECT_NEAR(d.log_prob(doubles({4})).item<double>(), -std::log(16.0), 1e-14);
    EXPECT_THROW(d.log_prob(doubles({0.5})), c10::ValueError);
  }
  const TransformedDistribution square(base, PowerTransform(2));
  EXPECT_TRUE(square.cdf(doubles({-1, 0, 0.25, 1, 2})).allclose(doubles({0, 0, 0.5, 1, 1})));
  EXPECT_TRUE(square.icdf(doubles({0, 0.5, 1})).allclose(doubles({0, 0.25, 1})));
  // Both signs at once.
  const TransformedDistribution both(base, PowerTransform(doubles({2, -2})));
  EXPECT_EQ(both.batch_shape(), IntArrayRef({2}));
  EXPECT_TRUE(both.cdf(doubles({0.25, 4})).allclose(doubles({0.5, 0.5})));
  EXPECT_TRUE(both.icdf(doubles({0.5, 0.5})).allclose(doubles({0.25, 4})));
  EXPECT_TRUE(both.log_prob(doubles({0.25, 4})).allclose(doubles({0, -std::log(16.0)})));
}

TEST(TransformedDistributionTest, APowerOfAnExponentialIsWeibulls) {
  const Tensor k = doubles({0.5, 3}), y = doubles({0.3, 1.5});
  const TransformedDistribution d(Exponential(doubles({1})), PowerTransform(k.reciprocal()));
  EXPECT_TRUE(d.log_prob(y).allclose(k.log() + (k - 1) * y.log() - y.pow(k), 1e-13, 1e-13));
  EXPECT_TRUE(d.cdf(y).allclose(-(-y.pow(k)).expm1(), 1e-13));
  // The inverse underflows in float, and Python returns -inf. The value is that of mpmath.
  const TransformedDistribution steep(Exponential(at::ones({})), PowerTransform(0.1f));
  EXPECT_FLOAT_EQ(steep.log_prob(at::full({}, 1e-5f)).item<float>(), -101.31374261843874f);
}

TEST(TransformedDistributionTest, APowerHasNoDensityAtItsLimits) {
  const Tensor concentration = doubles({2}).requires_grad_(), rate = doubles({3}).requires_grad_();
  for (const double power : {-1.0, 2.0, 0.5}) {
    const Tensor exponent = doubles({power}).requires_grad_();
    const Gamma base(concentration, rate);
    const TransformedDistribution d(base, PowerTransform(exponent)),
        unvalidated(base, PowerTransform(exponent), false);
    const Tensor y = doubles({-1, 0, kInfinity, 0.5}).requires_grad_(),
                 log_prob = unvalidated.log_prob(y);
    EXPECT_TRUE(log_prob.slice(0, 0, 3).eq(-kInfinity).all().item<bool>()) << log_prob;
    EXPECT_TRUE(log_prob[3].isfinite().item<bool>());
    EXPECT_TRUE(gradient(log_prob, y).slice(0, 0, 3).eq(0).all().item<bool>());
    for (const Tensor& of : {y, exponent, concentration, rate})
      EXPECT_TRUE(gradient(log_prob, of).isfinite().all().item<bool>()) << gradient(log_prob, of);
    EXPECT_THROW(d.log_prob(doubles({0})), c10::ValueError);
    EXPECT_THROW(d.log_prob(doubles({-1})), c10::ValueError);
    EXPECT_EQ(d.log_prob(doubles({kInfinity})).item<double>(), -kInfinity);
    EXPECT_TRUE(unvalidated.log_prob(doubles({std::nan("")})).isnan().item<bool>());
    if (power == -1.0) {
      EXPECT_NEAR(log_prob[3].item<double>(), -1.7233338809839447, 1e-13);
    }
  }
}

TEST(TransformedDistributionTest, AnExponentOfZeroIsAPointMass) {
  const Tensor y = doubles({0.5, 1, 2});
  const TransformedDistribution d(Exponential(doubles({1})), PowerTransform(0), false);
  EXPECT_TRUE(d.log_prob(y).equal(doubles({-kInfinity, kInfinity, -kInfinity})));
  EXPECT_TRUE(d.sample({5}).eq(1).all().item<bool>());
}

// https://github.com/pytorch/pytorch/issues/59822
TEST(TransformedDistributionTest, TheCacheOfAPowerDoesNotChangeGradients) {
  const double u = std::log(1.7);  // the normal draw that y comes from
  for (const int64_t cache_size : {0, 1}) {
    const Tensor exponent = doubles({2}).requires_grad_();
    const PowerTransform t(exponent, cache_size);
    const TransformedDistribution d(LogNormal(doubles({0}), 1.0), t);
    Tensor y;
    {
      const at::NoGradGuard no_grad;
      y = t(doubles({1.7}));
    }
    // log p(y) = -(log y / e)^2 / 2 - log y - log e + c
    EXPECT_NEAR(gradient(d.log_prob(y), exponent).item<double>(), (u * u - 1) / 2, 1e-14);
    at::manual_seed(0);
    const Tensor drawn = d.sample(), x = drawn.sqrt().log();
    EXPECT_TRUE(gradient(d.log_prob(drawn), exponent).allclose((x.square() - 1) / 2));
  }
}

}  // namespace
}  // namespace torch::distributions
