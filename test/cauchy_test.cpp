#include <torch/distributions/cauchy.h>

#include <gmock/gmock.h>

#include <cmath>
#include <functional>

#include <torch/distributions/kl.h>
#include <torch/distributions/student_t.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::number;

TEST(Cauchy, IsStudentsTOfOneDegree) {
  const Tensor x = doubles({-30, -1, 0.5, 2, 1e200, INFINITY});
  const Cauchy cauchy(number(0.5), 2);
  const StudentT t(number(1), 0.5, 2);
  EXPECT_TRUE(cauchy.log_prob(x).allclose(t.log_prob(x), 1e-15, 1e-15));
  EXPECT_NEAR(cauchy.entropy().item<double>(), t.entropy().item<double>(), 1e-14);
}

TEST(Cauchy, TheReciprocalOfAVariableWithMedianZeroIsCauchy) {
  const Cauchy cauchy(number(0), 4), reciprocal(number(0), 0.25);
  const Tensor x = doubles({-3, -0.2, -1e-7}), at_zero = number(0.5);
  // X < 1/x < 0 is x < 1/X < 0
  EXPECT_TRUE(cauchy.cdf(1 / x).allclose(at_zero - reciprocal.cdf(x), 1e-14, 1e-16));
  const Tensor jacobian = 2 * x.abs().log();
  EXPECT_TRUE(cauchy.log_prob(1 / x).allclose(reciprocal.log_prob(x) + jacobian, 1e-14));
}

TEST(Cauchy, TailsKeepTheirDigits) {
  const Cauchy cauchy(number(0), 1.0);
  // mpmath: atan2(1, x) / pi
  EXPECT_NEAR(cauchy.cdf(number(-1e20)).item<double>() / 3.1830988618379067e-21, 1, 1e-15);
  EXPECT_NEAR(cauchy.survival_function(number(1e20)).item<double>() / 3.1830988618379067e-21, 1,
              1e-15);
  EXPECT_NEAR(cauchy.log_cdf(number(1e20)).item<double>() / -3.1830988618379067e-21, 1, 1e-15);
  EXPECT_NEAR(cauchy.cdf(number(-3)).item<double>() / 0.10241638234956672, 1, 1e-15);
  EXPECT_FLOAT_EQ(Cauchy(0, 1).cdf(at::full({}, -1e8)).item<float>(), 3.1830988e-9F);
  // The probability underflows, but not its logarithm.
  const Cauchy narrow(number(0), 1e-200);
  EXPECT_EQ(narrow.cdf(number(-1e200)).item<double>(), 0);
  EXPECT_NEAR(narrow.log_cdf(number(-1e200)).item<double>(), -400 * std::log(10.0) - std::log(M_PI),
              1e-12);
}

TEST(Cauchy, SlopesOfTheTailsKeepTheirDigitsHoweverFarOut) {
  const Tensor scale = number(1e-200).requires_grad_(), x = number(-1e200).requires_grad_();
  const Tensor log_cdf = Cauchy(number(0), scale).log_cdf(x);
  EXPECT_NEAR(gradient(log_cdf, x).item<double>() * 1e200, 1, 1e-15);
  EXPECT_NEAR(gradient(log_cdf, scale).item<double>() / 1e200, 1, 1e-15);
  const Tensor far = Cauchy(number(0), scale).cdf(number(-1));
  EXPECT_NEAR(gradient(far, scale).item<double>() * M_PI, 1, 1e-15);
}

TEST(Cauchy, QuantilesKeepTheirDigitsInBothTails) {
  const Cauchy cauchy(number(0), 1.0);
  EXPECT_NEAR(cauchy.icdf(number(1e-300)).item<double>() / -3.1830988618379066e299, 1, 1e-15);
  EXPECT_NEAR(cauchy.icdf(number(1 - 0x1p-53)).item<double>() * M_PI / 0x1p+53, 1, 1e-15);
  EXPECT_EQ(cauchy.icdf(number(0)).item<double>(), -INFINITY);
  EXPECT_EQ(cauchy.icdf(number(1)).item<double>(), INFINITY);
  EXPECT_EQ(cauchy.icdf(number(0.5)).item<double>(), 0);
  EXPECT_FLOAT_EQ(Cauchy(0, 1).icdf(at::full({}, 1e-8)).item<float>(), -3.1830988e7F);
}

TEST(Cauchy, HasNoMoments) {
  const Cauchy cauchy(doubles({0, 1}), 2);
  EXPECT_TRUE(cauchy.mean().isnan().all().item<bool>());
  EXPECT_EQ(cauchy.mean().sizes(), IntArrayRef({2}));
  EXPECT_TRUE(cauchy.variance().equal(doubles({INFINITY, INFINITY})));
  EXPECT_TRUE(cauchy.stddev().equal(cauchy.variance()));
  EXPECT_TRUE(cauchy.mode().equal(doubles({0, 1})));
}

TEST(Cauchy, NothingOverflows) {
  EXPECT_NEAR(Cauchy(0, 1).log_prob(at::full({}, 1e30)).item<double>(),
              -60 * std::log(10.0) - std::log(M_PI), 1e-4);
  const Cauchy wide(number(-1e308), 1e308);
  // mpmath: -log(pi 1e308 (1 + 2.5^2)), 1 - atan2(1, 2.5) / pi
  EXPECT_NEAR(wide.log_prob(number(1.5e308)).item<double>(), -712.32193999688205, 1e-12);
  EXPECT_NEAR(wide.cdf(number(1.5e308)).item<double>(), 0.87888105840915660, 1e-15);
  const Tensor scale = number(1).requires_grad_();
  for (const double end : {-INFINITY, INFINITY}) {
    EXPECT_EQ(gradient(Cauchy(0, scale).cdf(number(end)), scale).item<double>(), 0);
    EXPECT_EQ(gradient(Cauchy(0, scale).log_cdf(number(end)), scale).item<double>(), 0);
  }
}

// The density is at its peak there, and a distance of 0 has two sides.
TEST(Cauchy, TheCdfHasASlopeAtTheMedian) {
  for (const bool create_graph : {false, true}) {
    const Tensor x = number(3).requires_grad_();
    const Cauchy cauchy(number(3), 0.5);
    const double slope = 2 / M_PI;
    EXPECT_NEAR(gradient(cauchy.cdf(x), x, create_graph).item<double>(), slope, 1e-15);
    EXPECT_NEAR(gradient(cauchy.log_cdf(x), x, create_graph).item<double>(), 2 * slope, 1e-15);
    EXPECT_NEAR(gradient(cauchy.survival_function(x), x, create_graph).item<double>(), -slope,
                1e-15);
  }
}

// mpmath: log1p(((s - t)^2 + (m - n)^2) / (4 s t))
TEST(Cauchy, TheDivergenceIsFiniteHoweverDifferentTheScales) {
  const auto kl = [](double m, double s, double n, double t) {
    return kl_divergence(Cauchy(number(m), s), Cauchy(number(n), t)).item<double>();
  };
  EXPECT_NEAR(kl(0, 1e-300, 0, 1e300) / 1380.1647614353075198, 1, 1e-15);
  EXPECT_NEAR(kl(1e308, 1e-150, -1e308, 1e-150) / 2109.1679451825458466, 1, 1e-14);
  EXPECT_EQ(kl(0, 1e20, 0, 1e20), 0);
  EXPECT_EQ(kl(0, 1e-300, 0, 1e-300), 0);
  EXPECT_NEAR(kl(0, 1, 0, 1 + 1e-8) / 2.4999999446126459e-17, 1, 1e-14);
}

TEST(Cauchy, WhatAreNoParametersAreDrawnAsNaN) {
  const Tensor loc = at::tensor({double{NAN}, 0.0, 0.0, 1.0}),
               scale = at::tensor({1.0, double{NAN}, -1.0, 0.0});
  const Cauchy cauchy(loc, scale, false);
  for (const Tensor& draws : {cauchy.sample({20}), cauchy.rsample({20})}) {
    EXPECT_TRUE(draws.slice(1, 0, 3).isnan().all().item<bool>()) << draws;
    EXPECT_TRUE(draws.select(1, 3).eq(1).all().item<bool>()) << draws;
  }
}

TEST(Cauchy, DrawsHaveTheDtypeOfTheMode) {
  const auto dtypes = {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble};
  for (const auto of_loc : dtypes) {
    for (const auto of_scale : dtypes) {
      const Cauchy cauchy(at::zeros({2}, of_loc), at::ones({2}, of_scale));
      const auto dtype = cauchy.mode().scalar_type();
      EXPECT_EQ(dtype, at::promote_types(of_loc, of_scale));
      at::manual_seed(4);
      const Tensor sample = cauchy.sample({2});
      at::manual_seed(4);
      EXPECT_TRUE(cauchy.rsample({2}).equal(sample));
      EXPECT_EQ(sample.scalar_type(), dtype);
      EXPECT_EQ(cauchy.log_prob(sample).scalar_type(), dtype);
    }
  }
}

// In bfloat16 a uniform variable has 256 values.
TEST(Cauchy, HalfTypesAreDrawnAsFloats) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    at::manual_seed(6);
    const Tensor draws = Cauchy(at::zeros({}, dtype), 1).sample({10000});
    at::manual_seed(6);
    EXPECT_TRUE(draws.equal(Cauchy(at::zeros({}), 1).sample({10000}).to(dtype)));
  }
}

}  // namespace
}  // namespace torch::distributions
