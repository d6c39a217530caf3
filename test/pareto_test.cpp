#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/exponential.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/pareto.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/uniform.h>

#include "support/counted_transform.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::number;

TEST(Pareto, IsTheExponentialOfAnExponential) {
  const Tensor x = doubles({2.0, 2.5, 4.0, 100.0});
  const Pareto pareto(number(2), 3.0);
  const Exponential exponential(number(3));
  const Tensor y = (x / 2).log();
  EXPECT_TRUE(pareto.log_prob(x).allclose(exponential.log_prob(y) - x.log(), 1e-14, 1e-14));
  EXPECT_TRUE(pareto.cdf(x).allclose(exponential.cdf(y), 1e-14, 1e-14));
}

TEST(Pareto, FormulasReplaceTheTransforms) {
  test::expect_no_transform_is_called(Pareto(doubles({0.5, 1.0}), 3.0), doubles({1.5, 4.0}),
                                      doubles({0.1, 0.9}));
}

TEST(Pareto, BaseAndTransformsArePythons) {
  const Pareto pareto(at::tensor({0.5f, 2.0f}), 3.0f);
  EXPECT_TRUE(pareto.base_dist().as<Exponential>().rate().equal(at::full({2}, 3.0f)));
  ASSERT_EQ(pareto.transforms().size(), 2u);
  EXPECT_TRUE(*pareto.transforms()[0] == ExpTransform());
  EXPECT_TRUE(*pareto.transforms()[1] == AffineTransform(0, pareto.scale()));
}

TEST(Pareto, HasNoMassBelowItsScale) {
  const Pareto unchecked(number(1), 2.0, false);
  const Tensor below = doubles({-1.0, 0.0, 0.5});
  EXPECT_TRUE(unchecked.log_prob(below).equal(at::full({3}, -INFINITY, at::kDouble)));
  EXPECT_TRUE(unchecked.cdf(below).equal(at::zeros({3}, at::kDouble)));
  EXPECT_TRUE(unchecked.survival_function(below).equal(at::ones({3}, at::kDouble)));
}

TEST(Pareto, TailsKeepTheirDigits) {
  const Pareto pareto(number(1), 2.0);
  EXPECT_NEAR(pareto.log_survival_function(number(1e300)).item<double>() / -1381.551055796427410, 1,
              1e-15);
  EXPECT_NEAR(pareto.survival_function(number(1e150)).item<double>() / 1e-300, 1, 1e-13);
  const double above = 1 + 0x1p-52;
  EXPECT_NEAR(pareto.cdf(number(above)).item<double>() / 0x1p-51, 1, 1e-15);
  EXPECT_NEAR(pareto.icdf(number(1e-20)).item<double>(), 1, 0);
}

// x / scale and exp(y) overflow.
TEST(Pareto, ASmallScaleDoesNotOverflow) {
  const Pareto pareto(number(1e-200), 0.01);
  EXPECT_NEAR(pareto.log_prob(number(1e200)).item<double>(), -474.33252915677343, 1e-12);
  EXPECT_NEAR(pareto.icdf(number(-std::expm1(-8.0))).item<double>() /
                  (std::exp(400.0) * 1e-200 * std::exp(400.0)),
              1, 1e-10);
}

TEST(Pareto, MomentsAreInfiniteForSmallShapes) {
  const Pareto pareto(number(1e-200), doubles({0.5, 1, 1.5, 2, 3}));
  EXPECT_TRUE(pareto.mean().isinf().to(at::kDouble).equal(doubles({1, 1, 0, 0, 0})));
  EXPECT_TRUE(pareto.variance().isinf().to(at::kDouble).equal(doubles({1, 1, 1, 1, 0})));
  EXPECT_NEAR(pareto.stddev()[4].item<double>() / (1e-200 * std::sqrt(0.75)), 1, 1e-15);
}

// With a shape of 0.0073, 0.6 % of the draws exceed every double.
TEST(Pareto, DrawsAreFiniteAndSoAreTheirGradients) {
  at::manual_seed(3);
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    const Tensor alpha = at::full({2000}, 0.0073, dtype).requires_grad_(),
                 scale = at::full({2000}, 2.0, dtype).requires_grad_();
    const Tensor x = Pareto(scale, alpha).rsample();
    EXPECT_TRUE(x.isfinite().all().item<bool>());
    EXPECT_TRUE((x >= 2).all().item<bool>());
    EXPECT_FALSE(test::gradient(x, alpha).isnan().any().item<bool>());
    EXPECT_FALSE(test::gradient(x, scale).isnan().any().item<bool>());
  }
}

TEST(Pareto, DrawsOfAnInvalidParameterAreNaN) {
  const Pareto pareto(at::tensor({-1.0, 1.0, 1.0}), at::tensor({1.0, -1.0, 1.0}), false);
  const Tensor draws = pareto.sample({5}).isnan();
  EXPECT_TRUE(draws.narrow(1, 0, 2).all().item<bool>());
  EXPECT_FALSE(draws.select(1, 2).any().item<bool>());
}

TEST(Pareto, TheDivergenceOfAUniformDoesNotOverflow) {
  EXPECT_NEAR(kl_divergence(Uniform(200.0, 300.0), Pareto(100.0, 50.0)).item<double>(), 42.4746447,
              1e-4);
}

}  // namespace
}  // namespace torch::distributions
