#include <gmock/gmock.h>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/philox.h>
#include <torch/distributions/student_t.h>

#include <cmath>
#include <string>
#include <vector>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

TEST(StudentT, LocAndScaleMayBeLeftOut) {
  const StudentT t(at::tensor({2.0, 3.0}));
  EXPECT_TRUE(t.loc().equal(at::zeros({2})));
  EXPECT_TRUE(t.scale().equal(at::ones({2})));
  EXPECT_TRUE(StudentT(3, 1).loc().equal(at::ones({})));
}

TEST(StudentT, OfOneDegreeIsACauchyDistribution) {
  const Tensor x = at::tensor({-30.0, -1.0, 0.5, 2.0}, at::kDouble), z = (x - 0.5) / 2;
  const Tensor cauchy = -(2 * M_PI * (1 + z.square())).log();
  EXPECT_TRUE(StudentT(number(1), 0.5, 2).log_prob(x).allclose(cauchy, 1e-14, 1e-15));
  EXPECT_NEAR(StudentT(number(1), 0.5, 2).entropy().item<double>(), std::log(8 * M_PI), 1e-14);
}

TEST(StudentT, OfInfinitelyManyDegreesIsNormal) {
  const StudentT t(number(INFINITY), 0.5, 2);
  const Normal normal(number(0.5), 2);
  const Tensor x = at::tensor({-3.0, 0.5, 7.0, 1e200}, at::kDouble);
  EXPECT_TRUE(t.log_prob(x).allclose(normal.log_prob(x), 1e-15, 1e-15));
  EXPECT_TRUE(t.entropy().allclose(normal.entropy(), 1e-15, 1e-15));
  EXPECT_TRUE(t.mean().equal(normal.mean()));
  EXPECT_TRUE(t.variance().equal(normal.variance()));
  EXPECT_TRUE(t.stddev().equal(normal.stddev()));
  at::manual_seed(3);
  const Tensor draws = t.sample({1000});
  at::manual_seed(3);
  EXPECT_TRUE(draws.allclose(normal.sample({1000}), 1e-14));
  EXPECT_NEAR(StudentT(number(1e20)).log_prob(number(1)).item<double>(), -1.418938533204673, 1e-15);
}

// mpmath: lgamma((v+1)/2) - lgamma(v/2) - log(v pi)/2 - log s - (v+1)/2 log1p(z^2 / v)
TEST(StudentT, KeepsItsAccuracyForManyDegrees) {
  EXPECT_NEAR(StudentT(1e6).log_prob(at::full({}, 0.5)).item<double>(), -1.0439389, 1e-6);
  EXPECT_NEAR(StudentT(number(1e6)).log_prob(number(0.5)).item<double>(), -1.0439388925796597,
              1e-15);
}

TEST(StudentT, FarOutNothingOverflows) {
  const Tensor df = at::full({}, 3.0).requires_grad_();
  const Tensor log_prob = StudentT(df).log_prob(at::full({}, 1e20));
  EXPECT_NEAR(log_prob.item<double>(), -183.01047, 1e-4);
  EXPECT_TRUE(torch::autograd::grad({log_prob}, {df})[0].isfinite().item<bool>());
  // Both the distance divided by the scale and the distance overflow.
  EXPECT_NEAR(StudentT(number(2), 0, 1e-150).log_prob(number(1e200)).item<double>(),
              -2072.3265836946411, 1e-12);
  EXPECT_NEAR(StudentT(number(1), -1e308, 1e308).log_prob(number(1.5e308)).item<double>(),
              -712.32193999688205, 1e-12);
}

TEST(StudentT, MomentsExistForEnoughDegrees) {
  const double inf = INFINITY, nan = NAN;
  const StudentT t(at::tensor({0.5, 1.0, 1.5, 2.0, 3.0, 6.0, inf}, at::kDouble), 7, 2);
  const auto expect = [](const Tensor& got, const std::vector<double>& want) {
    EXPECT_TRUE(at::allclose(got, at::tensor(want, at::kDouble), 1e-15, 0, /*equal_nan=*/true))
        << got;
  };
  expect(t.mean(), {nan, nan, 7, 7, 7, 7, 7});
  expect(t.mode(), {7, 7, 7, 7, 7, 7, 7});
  expect(t.variance(), {nan, nan, inf, inf, 12, 6, 4});
  expect(t.stddev(), {nan, nan, inf, inf, std::sqrt(12), std::sqrt(6), 2});
}

TEST(StudentT, SaysWhatItDoesNotHave) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call(StudentT(3));
    } catch (const c10::NotImplementedError& e) {
      return e.what_without_backtrace();
    }
    return "";
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(message([](const StudentT& t) { t.cdf(at::ones({})); }), HasSubstr("StudentT::cdf"));
  EXPECT_THAT(message([](const StudentT& t) { t.icdf(at::ones({})); }),
              HasSubstr("StudentT::icdf"));
  EXPECT_THAT(message([](const StudentT& t) { t.enumerate_support(); }),
              HasSubstr("StudentT::enumerate_support"));
}

// P(|T| > t) by mpmath: I_w(v/2, 1/2) for w = v / (v + t^2). With few degrees of freedom, most
// chi-squared variables are too small for a double.
TEST(StudentT, DrawsHaveTheRightTails) {
  struct Tail {
    double df, threshold, probability;
  };
  constexpr Tail kTails[] = {
      {0.02, 1, 0.948454667714},     {0.02, 1e30, 0.23826492291},
      {0.02, 1e150, 0.000948549743}, {0.02, 1e200, 9.48549743e-5},
      {0.1, 1, 0.832656484991},      {0.1, 1e10, 0.0834760627435},
      {0.1, 1e18, 0.0132300643576},  {0.1, 1e30, 0.000834760627},
      {1, 0.5, 0.704832764699},      {1, 1, 0.5},
      {1, 100, 0.00636598552982},    {2.5, 0.5, 0.65769791987},
      {2.5, 1, 0.404061027278},      {2.5, 10, 0.00444149576731},
      {30, 0.5, 0.620723004885},     {30, 1, 0.325308615426},
      {30, 3, 0.00538996406565},
  };
  constexpr int64_t kDraws = 200000;
  const auto check = [&](const std::optional<Generator>& generator, at::ScalarType dtype) {
    for (const auto& [df, threshold, probability] : kTails) {
      if (dtype == at::kFloat && threshold > 1e38) continue;
      at::manual_seed(8);
      const Tensor draws = StudentT(at::full({}, df, dtype)).sample({kDraws}, generator);
      EXPECT_FALSE(draws.isnan().any().item<bool>());
      const auto count = static_cast<double>(draws.abs().gt(threshold).sum().item<int64_t>());
      const double deviation = std::sqrt(kDraws * probability * (1 - probability));
      EXPECT_NEAR(count, kDraws * probability, 6.34 * deviation + 6.34) << df << ' ' << threshold;
      const auto above = static_cast<double>(draws.gt(0).sum().item<int64_t>());
      EXPECT_NEAR(above, kDraws / 2, 6.34 * std::sqrt(kDraws / 4.0));
    }
  };
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    check(std::nullopt, dtype);
    check(Philox(8), dtype);
  }
}

// log|T| = log|X| + (log a - log G) / 2, where a = df / 2 and G is a draw of Gamma(a).
// E[log G] = psi(a).
TEST(StudentT, DrawsOfFewDegreesHaveTheRightGradients) {
  constexpr int64_t kDraws = 100000;
  at::manual_seed(9);
  const auto check = [&](const std::optional<Generator>& generator) {
    const Tensor df = at::full({kDraws}, 0.02, at::kDouble).requires_grad_();
    const Tensor draws = StudentT(df).rsample({}, generator);
    // About one in a million overflows.
    const Tensor slopes =
        torch::autograd::grad({draws.abs().log().sum()}, {df})[0].index({draws.isfinite()});
    EXPECT_TRUE(slopes.isfinite().all().item<bool>());
    const double error = slopes.std().item<double>() / std::sqrt(static_cast<double>(kDraws));
    // mpmath: (1/a - psi'(a)) / 4
    EXPECT_NEAR(slopes.mean().item<double>(), -2475.4053033820782, 6.34 * error);
    EXPECT_LT(error, 100);
  };
  check(std::nullopt);
  check(Philox(9));
}

// The gradient in df is that of the gamma variable, and not of another path to the same draws: its
// variance is the same for both streams. The mean follows from the densities of two near df.
TEST(StudentT, GradientsOfAStreamAreThoseOfTheDefaultGenerator) {
  constexpr int64_t kDraws = 200000;
  const auto mean_and_deviation = [](double v, const std::optional<Generator>& generator) {
    at::manual_seed(9);
    const Tensor df = at::full({kDraws}, v, at::kDouble).requires_grad_();
    const Tensor f = StudentT(df).rsample({}, generator).square().log1p();
    const Tensor slopes = torch::autograd::grad({f.sum()}, {df})[0];
    return std::pair{slopes.mean().item<double>(), slopes.std().item<double>()};
  };
  for (const double df : {0.5, 3.0, 40.0, 1e4}) {
    const auto [mean, deviation] = mean_and_deviation(df, std::nullopt);
    const auto [of_stream, deviation_of_stream] = mean_and_deviation(df, Philox(9));
    EXPECT_NEAR(of_stream, mean, 6.34 * deviation * std::sqrt(2.0 / kDraws)) << df;
    EXPECT_NEAR(deviation_of_stream / deviation, 1, 0.1) << df;
  }
}

// A draw is the square root of a quotient; far out, the power -3/2 of the quotient overflows.
TEST(StudentT, GradientsOfDrawsFarOutAreInProportion) {
  at::manual_seed(9);
  const Tensor df = at::full({100000}, 0.05, at::kDouble).requires_grad_();
  const Tensor draws = StudentT(df).rsample();
  const auto slopes = [&](const Tensor& of) {
    return torch::autograd::grad({of.sum()}, {df}, {}, /*retain_graph=*/true)[0];
  };
  const Tensor squares = draws.square();
  EXPECT_GT(squares.max().item<double>(), 1e150);
  EXPECT_TRUE(slopes(squares).allclose(2 * squares.detach() * slopes(draws.abs().log()), 1e-12));
}

// Gradients of both signs overflow in half precision, but not in double, in which they are added.
TEST(StudentT, GradientsOfDrawsInHalfPrecisionAreAddedInDouble) {
  at::manual_seed(9);
  const Tensor df = at::full({1000}, 0.3, at::kHalf).requires_grad_();
  const Tensor draws = StudentT(df, at::zeros({1000}), at::ones({1000})).rsample({20});
  const auto gradient = torch::autograd::grad({draws.sum()}, {df})[0];
  EXPECT_TRUE(gradient.isinf().any().item<bool>());
  EXPECT_FALSE(gradient.isnan().any().item<bool>());
}

TEST(StudentT, WhatAreNoParametersAreDrawnAsNaN) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const auto tensor = [&](std::vector<double> v) { return at::tensor(v, at::kDouble).to(dtype); };
    const Tensor df = tensor({NAN, -1, 0, 1, 1, 1, 3, 3}), loc = tensor({0, 0, 0, NAN, 0, 0, 0, 1}),
                 scale = tensor({1, 1, 1, 1, NAN, -1, 2, 0});
    const StudentT t(df, loc, scale, false);
    for (const Tensor& draws :
         {t.sample({20}), t.rsample({20}), t.sample({20}, Philox(7)), t.rsample({20}, Philox(7))}) {
      EXPECT_TRUE(draws.slice(1, 0, 6).isnan().all().item<bool>()) << draws;
      EXPECT_TRUE(draws.select(1, 6).isfinite().all().item<bool>()) << draws;
      EXPECT_TRUE(draws.select(1, 7).eq(1).all().item<bool>()) << draws;
    }
  }
}

TEST(StudentT, DrawsHaveTheDtypeOfTheEntropy) {
  const auto dtypes = {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble};
  for (const auto of_df : dtypes) {
    for (const auto of_scale : dtypes) {
      const StudentT t(at::full({2}, 4, of_df), 0, at::ones({2}, of_scale));
      const auto dtype = t.entropy().scalar_type();
      EXPECT_EQ(dtype, at::promote_types(of_df, of_scale));
      at::manual_seed(4);
      const Tensor sample = t.sample({2});
      at::manual_seed(4);
      EXPECT_TRUE(t.rsample({2}).equal(sample));
      EXPECT_EQ(sample.scalar_type(), dtype);
      EXPECT_EQ(t.log_prob(sample).scalar_type(), dtype);
    }
  }
}

TEST(StudentT, IntegerParametersBecomeFloating) {
  EXPECT_EQ(StudentT(at::full({}, 4, at::kLong)).sample().scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace torch::distributions
