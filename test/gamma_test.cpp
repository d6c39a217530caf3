#include <gmock/gmock.h>

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include <torch/distributions/gamma.h>

namespace torch::distributions {
namespace {

TEST(Gamma, KeepsItsAccuracyForLargeShapes) {
  EXPECT_NEAR(Gamma(1e8, 1).log_prob(at::full({}, 99990000.0)).item<double>(), -10.6292122, 1e-5);
  EXPECT_NEAR(Gamma(1e8, 1).entropy().item<double>(), 10.6292789, 1e-5);
}

TEST(Gamma, TheEdgeOfShapeOneHasAFiniteGradient) {
  const Tensor x = at::zeros({}).requires_grad_();
  EXPECT_EQ(torch::autograd::grad({Gamma(1, 2).log_prob(x)}, {x})[0].item<double>(), -2);
}

TEST(Gamma, WhatAreNoParametersAreDrawnAsNaN) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const auto tensor = [&](std::vector<double> v) { return at::tensor(v, at::kDouble).to(dtype); };
    const Tensor concentration = tensor({NAN, -1, 1, 1, 1e-5, 2}),
                 rate = tensor({1, 1, NAN, -1, 1, 2}).requires_grad_();
    const Gamma gamma(concentration, rate, false);
    for (const Tensor& draws : {gamma.sample({3}), gamma.rsample({3})}) {
      EXPECT_TRUE(draws.slice(1, 0, 4).isnan().all().item<bool>()) << draws;
      EXPECT_TRUE((draws.slice(1, 4) > 0).all().item<bool>()) << draws;
    }
    EXPECT_TRUE(Gamma(NAN, rate.detach(), false).sample().isnan().all().item<bool>());
  }
}

TEST(Gamma, AnInfiniteDrawHasNoGradientThatIsNaN) {
  at::manual_seed(0);
  // All draws in float overflow but for those over the rate 1. The last shape is a constant.
  const Tensor rate = at::tensor({1e-38, 1e-30, 0.0, 1.0}, at::kFloat).requires_grad_(),
               shape = at::tensor({50.0, 1e10, 2.0, 2.0}, at::kFloat).requires_grad_();
  for (const Tensor& concentration : {shape, shape.detach()}) {
    const auto [x, log_prob] = Gamma(concentration, rate, false).rsample_with_log_prob({3});
    const Tensor is_infinite = x.isinf();
    EXPECT_TRUE(is_infinite.select(0, 0).equal(at::tensor({1, 1, 1, 0}).to(at::kBool)));
    const Tensor some = x.masked_fill(is_infinite, 0);
    const auto of = [&](const Tensor& sum) {
      return torch::autograd::grad({sum}, {rate}, {}, true)[0];
    };
    EXPECT_TRUE(of(some.sum()).slice(0, 0, 3).eq(0).all().item<bool>());
    // The limit of -x / rate is -infinity; the largest number is as near as a finite one can be.
    const Tensor steepest = of(x.select(0, 0).sum());
    EXPECT_TRUE(steepest.slice(0, 0, 3).eq(-std::numeric_limits<float>::max()).all().item<bool>())
        << steepest;
    EXPECT_FLOAT_EQ(steepest[3].item<float>(), -x[0][3].item<float>());
    // log p = log rate + a function of the gamma variable alone.
    const Tensor slopes = of(log_prob.sum());
    EXPECT_FLOAT_EQ(slopes[0].item<float>(), 3e38f);
    EXPECT_FLOAT_EQ(slopes[1].item<float>(), 3e30f);
    EXPECT_FALSE(slopes.isnan().any().item<bool>()) << slopes;
  }
  const Tensor x = Gamma(shape, rate, false).rsample({3});
  EXPECT_FALSE(torch::autograd::grad({x.masked_fill(x.isinf(), 0).sum()}, {shape})[0]
                   .isnan()
                   .any()
                   .item<bool>());
}

TEST(Gamma, CdfIsDifferentiableInItsShape) {
  const Tensor concentration = at::full({}, 2.0, at::kDouble).requires_grad_();
  const Tensor cdf = Gamma(concentration, 1.0).cdf(at::full({}, 1.5, at::kDouble));
  // mpmath: diff(lambda a: gammainc(a, 0, 1.5, regularized=True), 2)
  EXPECT_NEAR(torch::autograd::grad({cdf}, {concentration})[0].item<double>(), -0.31348863782507932,
              1e-13);
}

// cdf corrects the rounding error of rate * x, which may exceed a standard deviation.
TEST(Gamma, CdfOfAHugeConcentrationIsAProbability) {
  for (const double concentration : {1e18, 1e31, 1e33, 2.6e76, 1e150}) {
    for (const double rate : {1.1e-16, 0.3, 1.0, 2.5, 1000.0}) {
      const Gamma d(at::full({}, concentration, at::kDouble), rate);
      const Tensor x = concentration / rate * (1 + at::linspace(-1e-14, 1e-14, 401, at::kDouble));
      const Tensor cdf = d.cdf(x);
      EXPECT_TRUE(cdf.ge(0).logical_and(cdf.le(1)).all().item<bool>()) << concentration << cdf;
      EXPECT_TRUE(cdf.diff().ge(-1e-15).all().item<bool>()) << concentration << " " << rate;
    }
  }
}

TEST(Gamma, TailsOfAHugeConcentrationAreNotThoseOfANormal) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  const Tensor a = number(1e30).requires_grad_();
  const Gamma d(a, 1.0);
  // By mpmath: the leading terms of the uniform expansion (DLMF 8.12.3).
  const auto check = [&](const Tensor& tail, double want) {
    EXPECT_NEAR(tail.item<double>() / want, 1, 1e-13) << want;
    const Tensor slope = torch::autograd::grad({tail}, {a})[0];
    EXPECT_TRUE(slope.isfinite().item<bool>()) << want;
  };
  check(d.log_survival_function(number(2e30)), -3.0685281944005469668e29);
  check(d.log_cdf(number(1e29)), -1.4025850929940458069e30);
  check(d.log_survival_function(number(1e30 + 5e15)), -15.412300606047618079);
  check(d.log_survival_function(number(1e30 + 1e20)), -5000003730.9452043667);
}

// The rounding error of `rate * x` is then up to half a standard deviation, or more.
TEST(Gamma, TailsOfALargeConcentrationAreRight) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  struct Point {
    double concentration, rate, x, log_cdf, log_survival;
  };
  // By mpmath: quadrature of the density, and far from the mode DLMF 8.12.3.
  const Point points[] = {
      {9e14, 1.0, 899999960000000.0, -2.3945773816980814672, -0.095642575180894137219},
      {2e15, 3.0, 666666686666666.6, -0.094152723661222172875, -2.4095441204801064937},
      {2e15, 1.0, 1e15, -386294361119908.46059, 0},
      {2e15, 1.0, 1.9999e15, -2500091.9678714267323, 0},
      {2e15, 1.0, 2.00001e15, 0, -25006.245514653675322},
      {5e17, 0.1, 5.00000001e+18, -0.081914856704432404326, -2.5427527628596007932},
      {1e20, 1.0, 3e20, 0, -90138771133189030885.0},
      {1e22, 7.0, 1.428571428542857e21, -3.7831939571969605961, -0.023012685297051486739},
      {2.8946084041373073e28, 0.74669413305048171, 3.8765650833653992e28, -1.4386949684750139953,
       -0.27080812002505657942},
  };
  for (const Point& p : points) {
    const Gamma d(number(p.concentration), p.rate);
    const Tensor x = number(p.x);
    const auto check = [&](const Tensor& got, double want) {
      EXPECT_NEAR(got.item<double>(), want, 1e-13 * std::abs(want)) << p.concentration;
    };
    check(d.log_cdf(x), p.log_cdf);
    check(d.log_survival_function(x), p.log_survival);
    check(d.survival_function(x), std::exp(p.log_survival));
    check(d.cdf(x), std::exp(p.log_cdf));
  }
}

TEST(Gamma, AMeanThatUnderflowsHasTails) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  const Tensor tiny = number(1e-200);
  EXPECT_NEAR(Gamma(number(0.5), tiny).cdf(tiny).item<double>() / 1.1283791670955126e-200, 1,
              1e-13);
  EXPECT_NEAR(Gamma(number(0.5), tiny).log_cdf(tiny).item<double>() / -460.3962363611738916, 1,
              1e-14);
  const Gamma narrow(number(0.001), tiny);
  EXPECT_NEAR(narrow.log_cdf(tiny).item<double>() / -0.92045764359933492326, 1, 1e-13);
  EXPECT_NEAR(narrow.log_survival_function(tiny).item<double>() / -0.50805729765612171492, 1,
              1e-13);
}

TEST(Gamma, TheSlopeOfASurvivalFunctionAtZeroIsTheDensity) {
  const Tensor x = at::zeros({}, at::kDouble).requires_grad_();
  const auto slope = [&](double concentration) {
    const Tensor survival =
        Gamma(at::full({}, concentration, at::kDouble), 3.0).survival_function(x);
    EXPECT_EQ(survival.item<double>(), 1);
    return torch::autograd::grad({survival}, {x})[0].item<double>();
  };
  EXPECT_EQ(slope(0.5), -INFINITY);
  EXPECT_EQ(slope(1), -3);
  EXPECT_EQ(slope(2), 0);
}

TEST(Gamma, AHugeConcentrationHasGradients) {
  const Tensor a = at::full({}, 9e307, at::kDouble).requires_grad_();
  const auto slope = [&](const Tensor& of) {
    return torch::autograd::grad({of}, {a})[0].item<double>();
  };
  EXPECT_EQ(slope(Gamma(a, 1.0).cdf(at::full({}, 2.5, at::kDouble))), 0);
  EXPECT_EQ(slope(Gamma(a, 1.0).log_survival_function(at::full({}, 2.5, at::kDouble))), 0);
  EXPECT_EQ(slope(Gamma(a, 1.0).rsample()), 1);
}

// The terms lgamma(a) and a log(rate) are 40 times as large. By mpmath at 50 digits.
TEST(Gamma, LogNormalizerOfFloatsKeepsItsDigits) {
  const Gamma d(at::tensor(1048576.F), at::tensor(524288.F));
  const Tensor log_normalizer = d.log_normalizer(d.natural_params());
  EXPECT_EQ(log_normalizer.scalar_type(), at::kFloat);
  EXPECT_NEAR(log_normalizer.item<double>() / -321764.51453036770915, 1, 1e-7);
}

}  // namespace
}  // namespace torch::distributions
