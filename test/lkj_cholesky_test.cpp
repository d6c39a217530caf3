#include <torch/distributions/lkj_cholesky.h>

#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include <torch/distributions/beta.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/philox.h>

#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::refusal;

using ::testing::HasSubstr;

/// For i > j, L_ij over the length that is left of row i after its first j elements: the partial
/// correlation of i and j, given all before j.
Tensor partial_correlations(const Tensor& factor) {
  const Tensor squares = factor.square();
  // 1 - (the sum of the first j squares), without cancellation: the sum of the others.
  const Tensor left = squares.flip(-1).cumsum(-1).flip(-1);
  return factor / left.sqrt().masked_fill(left == 0, 1);
}

/// Beta(a, a) is the marginal distribution of (1 + r) / 2 for the partial correlations r of column
/// j, with a = concentration + (d - 2 - j) / 2.
double beta_of_column(int64_t d, double concentration, int64_t j) {
  return concentration + 0.5 * static_cast<double>(d - 2 - j);
}

/// P(R <= r) for (1 + R) / 2 with the distribution Beta(a, a), a >= 1/2, by the midpoint rule: with
/// r = sin t its density is proportional to cos(t)^(2a - 1).
Tensor cdf_of_correlation(const Tensor& r, double a) {
  constexpr int64_t kSteps = 20000;
  const double step = std::numbers::pi / kSteps;
  const Tensor mass =
      ((at::arange(kSteps, at::kDouble) + 0.5) * step - std::numbers::pi / 2).cos().pow(2 * a - 1);
  const Tensor sums = at::cat({at::zeros({1}, at::kDouble), mass.cumsum(0)});
  const Tensor place = (r.asin() + std::numbers::pi / 2) / step;
  const Tensor below = place.floor().clamp(0, kSteps - 1), index = below.to(at::kLong);
  const Tensor low = sums.take(index), high = sums.take(index + 1);
  return (low + (place - below) * (high - low)) / sums[kSteps];
}

// The partial correlations determine the factor and are independent, which is how the vine method
// draws.
TEST(LKJCholesky, TheDensityIsThatOfIndependentPartialCorrelations) {
  at::manual_seed(1);
  for (const int64_t d : {2, 3, 5, 40}) {
    for (const double c : {0.1, 1.0, 7.5, 1e6}) {
      const LKJCholesky lkj(d, doubles({c}));
      const Tensor factor = lkj.sample({20}).squeeze(1), partial = partial_correlations(factor);
      const Tensor squares = factor.square(), left = squares.flip(-1).cumsum(-1).flip(-1);
      Tensor expected = at::zeros({20}, at::kDouble);
      for (int64_t i = 1; i < d; ++i) {
        for (int64_t j = 0; j < i; ++j) {
          const double a = beta_of_column(d, c, j);
          const Tensor r = partial.select(-1, j).select(-1, i);
          // By the square of the complement, as 1 - r may cancel.
          const Tensor complement =
              left.select(-1, j + 1).select(-1, i) / left.select(-1, j).select(-1, i);
          const double log_beta = 2 * std::lgamma(a) - std::lgamma(2 * a);
          expected += (a - 1) * (complement.log() - 2 * std::log(2)) - log_beta - std::log(2) -
                      0.5 * left.select(-1, j).select(-1, i).log();
          EXPECT_TRUE((r.abs() <= 1).all().item<bool>());
        }
      }
      const Tensor got = lkj.log_prob(factor);
      EXPECT_TRUE(got.allclose(expected, 1e-9, 1e-9 * c)) << d << ' ' << c << got << expected;
    }
  }
}

// By mpmath at 60 digits, at the identity: the normalizing constant alone.
TEST(LKJCholesky, TheConstantKeepsItsDigits) {
  struct Constant {
    int64_t dim;
    double concentration, log_prob;
  };
  for (const auto& [d, c, want] : {Constant{2, 0.1, -2.426843736589671098013},
                                   {2, 1000000.0, 6.335390211057436964987},
                                   {3, 1.5, -1.026946850193016719605},
                                   {3, 10000000.0, 22.46004866016337942097},
                                   {10, 0.001, -14.99152563967548412167},
                                   {50, 100000000.0, 10581.51999705680760878},
                                   {100, 0.5, 5574.664598411550148697}}) {
    const double got =
        LKJCholesky(d, doubles({c})).log_prob(at::eye(d, at::kDouble)).item<double>();
    EXPECT_NEAR(got / want, 1, 1e-14) << d << ' ' << c;
    const Tensor of_float =
        LKJCholesky(d, at::tensor({static_cast<float>(c)})).log_prob(at::eye(d));
    EXPECT_EQ(of_float.scalar_type(), at::kFloat);
    EXPECT_NEAR(of_float.item<double>() / want, 1, 1e-6) << d << ' ' << c;
  }
}

// Of every correlation, and of every partial correlation.
TEST(LKJCholesky, DrawsHaveTheMarginalDistributions) {
  constexpr int64_t kDraws = 200000;
  constexpr double kFalseAlarm = 1e-9;
  // Dvoretzky-Kiefer-Wolfowitz-Massart: P(sup |F_n - F| > t) <= 2 exp(-2 n t^2).
  const double bound = std::sqrt(std::log(2 / kFalseAlarm) / (2.0 * kDraws));
  const Tensor rank = (at::arange(kDraws, at::kDouble) + 0.5) / static_cast<double>(kDraws);
  at::manual_seed(2);
  for (const auto& [d, c] :
       {std::pair{2, 0.5}, {2, 1.0}, {2, 20.0}, {3, 0.5}, {3, 4.0}, {4, 1.0}, {5, 2.0}, {6, 0.5}}) {
    const Tensor factor = LKJCholesky(d, doubles({c})).sample({kDraws}).squeeze(1);
    const Tensor correlation = factor.matmul(factor.mT()), partial = partial_correlations(factor);
    const auto expect_beta = [&](const Tensor& of, double a, const char* what) {
      const Tensor r = of.contiguous().clamp(-1, 1);
      // E[r^2] = 1 / (2a + 1), and the variance of r^2 is at most that of r^4.
      const double square = 1 / (2 * a + 1), fourth = 3 * square / (2 * a + 3);
      EXPECT_NEAR(r.square().mean().item<double>(), square,
                  6 * std::sqrt((fourth - square * square) / static_cast<double>(kDraws)))
          << what << " of " << d << ' ' << c;
      const Tensor cdf = cdf_of_correlation(std::get<0>(r.sort()), a);
      EXPECT_LT((cdf - rank).abs().max().item<double>(), bound) << what << " of " << d << ' ' << c;
    };
    for (int64_t i = 1; i < d; ++i) {
      for (int64_t j = 0; j < i; ++j) {
        expect_beta(correlation.select(-1, j).select(-1, i), beta_of_column(d, c, 0),
                    "a correlation");
        expect_beta(partial.select(-1, j).select(-1, i), beta_of_column(d, c, j),
                    "a partial correlation");
      }
    }
  }
}

TEST(LKJCholesky, PartialCorrelationsOfDrawsAreIndependent) {
  constexpr int64_t kDraws = 200000, kDim = 4;
  const double bound = 6 / std::sqrt(static_cast<double>(kDraws));
  at::manual_seed(3);
  const Tensor partial =
      partial_correlations(LKJCholesky(kDim, doubles({1.5})).sample({kDraws}).squeeze(1));
  std::vector<Tensor> columns;
  for (int64_t i = 1; i < kDim; ++i) {
    for (int64_t j = 0; j < i; ++j) {
      const Tensor r = partial.select(-1, j).select(-1, i);
      columns.push_back(r);
      columns.push_back(r.square());
    }
  }
  const Tensor correlation = at::corrcoef(at::stack(columns));
  const Tensor others = correlation - at::eye(correlation.size(0), at::kDouble);
  EXPECT_LT(others.abs().max().item<double>(), bound);
}

// A density integrates to 1: the mean of q / p under p is 1 for another density q.
TEST(LKJCholesky, DrawsFollowTheDensity) {
  constexpr int64_t kDraws = 200000;
  at::manual_seed(4);
  for (const int64_t d : {2, 3, 6}) {
    const LKJCholesky p(d, doubles({1.5})), q(d, doubles({1.7}));
    const Tensor x = p.sample({kDraws});
    const Tensor ratio = (q.log_prob(x) - p.log_prob(x)).exp();
    const double error = (ratio.var() / static_cast<double>(kDraws)).sqrt().item<double>();
    EXPECT_NEAR(ratio.mean().item<double>(), 1, 6 * error) << d;
  }
}

TEST(LKJCholesky, DrawsOfEveryDtypeAndSizeAreFactors) {
  at::manual_seed(5);
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const int64_t d : {2, 3, 10, 200}) {
      for (const double c : {1e-3, 0.1, 1.0, 50.0, 6e4}) {
        const LKJCholesky lkj(d, at::full({3}, c, dtype));
        const Tensor x = lkj.sample({20});
        EXPECT_EQ(x.scalar_type(), dtype);
        EXPECT_EQ(x.sizes(), IntArrayRef({20, 3, d, d}));
        EXPECT_FALSE(constraints::corr_cholesky.first_violation(x))
            << dtype << ' ' << d << ' ' << c;
        const Tensor log_prob = lkj.log_prob(x);
        EXPECT_EQ(log_prob.scalar_type(), dtype);
        EXPECT_FALSE(log_prob.isnan().any().item<bool>()) << dtype << ' ' << d << ' ' << c;
      }
    }
  }
}

// The small diagonal elements of a nearly singular matrix are not 0, nor the rounding error of
// 1 - r^2, which is 1e-8 at least.
TEST(LKJCholesky, TinyConcentrationsHaveTinyDiagonals) {
  at::manual_seed(6);
  constexpr double kConcentration = 0.01;
  const Tensor x = LKJCholesky(2, doubles({kConcentration})).sample({20000}).select(1, 0);
  const Tensor log_diagonal = x.select(-1, 1).select(-1, 1).log();
  // L_22^2 follows Beta(c, 1/2).
  const double expected =
      0.5 * (doubles({kConcentration}).digamma() - doubles({kConcentration + 0.5}).digamma())
                .item<double>();
  EXPECT_NEAR(log_diagonal.mean().item<double>() / expected, 1, 0.06);
}

TEST(LKJCholesky, HugeConcentrationsHaveSmallCorrelations) {
  at::manual_seed(7);
  constexpr double kConcentration = 1e12;
  const Tensor r = LKJCholesky(3, doubles({kConcentration})).sample({20000}).select(1, 0);
  EXPECT_NEAR(r.tril(-1).square().sum({-1, -2}).mean().item<double>() * 2 * kConcentration, 3, 0.1);
}

// Of a correlation of two variables. Python's draws of larger matrices have too large correlations.
TEST(LKJCholesky, CorrelationsOfTwoAreThoseOfPython) {
  at::manual_seed(8);
  const Tensor x = LKJCholesky(2, 5.0).sample();
  at::manual_seed(8);
  const Tensor y =
      Beta(doubles({0.5, 0.5}).to(at::kFloat), doubles({5, 5}).to(at::kFloat)).sample();
  const Tensor normal = at::randn({2, 2});
  EXPECT_NEAR(x[1][0].item<double>(), (y[1].sqrt() * normal[1][0].sign()).item<double>(), 1e-6);
}

TEST(LKJCholesky, ShapesAreThoseOfTheConcentration) {
  // https://github.com/pyro-ppl/pyro/pull/1746: a concentration of shape [1].
  const LKJCholesky one(2, at::ones({1}));
  EXPECT_EQ(one.batch_shape(), IntArrayRef({1}));
  EXPECT_EQ(one.log_prob(at::eye(2)).sizes(), IntArrayRef({1}));
  EXPECT_EQ(one.expand({5}).log_prob(at::eye(2)).sizes(), IntArrayRef({5}));
  EXPECT_EQ(one.expand({5}).sample({3}).sizes(), IntArrayRef({3, 5, 2, 2}));
  // https://github.com/cornellius-gp/gpytorch/issues/1737: a number.
  const LKJCholesky number(3, 1.5);
  EXPECT_EQ(number.batch_shape(), IntArrayRef({}));
  EXPECT_EQ(number.event_shape(), IntArrayRef({3, 3}));
  EXPECT_EQ(number.log_prob(at::eye(3)).sizes(), IntArrayRef({}));
  EXPECT_EQ(number.sample().sizes(), IntArrayRef({3, 3}));
  EXPECT_EQ(LKJCholesky(4, at::ones({2, 1})).log_prob(at::eye(4).expand({7, 1, 3, 4, 4})).sizes(),
            IntArrayRef({7, 2, 3}));
  EXPECT_EQ(LKJCholesky(4, at::ones({0})).sample({2}).sizes(), IntArrayRef({2, 0, 4, 4}));
}

TEST(LKJCholesky, TheDefaultConcentrationIsUniformOverCorrelations) {
  const LKJCholesky lkj(2);
  EXPECT_EQ(lkj.dim(), 2);
  EXPECT_EQ(lkj.concentration().item<double>(), 1);
  EXPECT_EQ(lkj.concentration().scalar_type(), at::kFloat);
  for (const double r : {-0.6, 0.0, 0.8}) {
    const Tensor x = at::tensor({1.0, 0.0, r, std::sqrt(1 - r * r)}, at::kFloat).view({2, 2});
    EXPECT_NEAR(lkj.log_prob(x).item<double>(), -std::log(2), 1e-7);
  }
  EXPECT_THAT(refusal([] { LKJCholesky(1); }), HasSubstr("Found dim=1"));
}

TEST(LKJCholesky, OutsideTheSupportTheDensityIsZero) {
  const LKJCholesky lkj(2, doubles({0.5}), false);
  const auto log_prob = [&](std::vector<double> x) {
    return lkj.log_prob(doubles(std::move(x)).view({2, 2})).item<double>();
  };
  EXPECT_TRUE(std::isfinite(log_prob({1, 0, 0.6, 0.8})));
  EXPECT_EQ(log_prob({1, 0, 0.6, 0.6}), -INFINITY);      // a row of another length
  EXPECT_EQ(log_prob({0.8, 0.6, 0.6, 0.8}), -INFINITY);  // above the diagonal
  EXPECT_EQ(log_prob({1, 0, 0.6, -0.8}), -INFINITY);     // a negative diagonal
  EXPECT_EQ(log_prob({1, 0, 1, 0}), -INFINITY);          // a singular matrix
  EXPECT_EQ(log_prob({1, 0, INFINITY, 0.8}), -INFINITY);
  EXPECT_TRUE(std::isnan(log_prob({1, 0, NAN, 0.8})));
  EXPECT_TRUE(std::isnan(log_prob({1, NAN, 0.6, 0.8})));
}

TEST(LKJCholesky, EventsOutsideTheSupportHaveNoGradient) {
  const Tensor x =
      doubles({1, 0, 0.6, 0.8, 1, 0, 1, 0, 1, 0, 5, 7}).view({3, 2, 2}).requires_grad_();
  const Tensor c = doubles({2}).requires_grad_();
  const Tensor log_prob = LKJCholesky(2, c, false).log_prob(x);
  const Tensor of_x = test::gradient(log_prob, x), of_c = test::gradient(log_prob, c);
  EXPECT_TRUE(
      of_x.allclose(doubles({0, 0, 0, 2.5, 0, 0, 0, 0, 0, 0, 0, 0}).view({3, 2, 2}), 1e-14));
  EXPECT_TRUE(of_c.isfinite().all().item<bool>());
  const Tensor inside = LKJCholesky(2, c, false).log_prob(x.select(0, 0));
  EXPECT_TRUE(of_c.equal(test::gradient(inside, c)));
}

TEST(LKJCholesky, DerivativesOfEveryOrderInTheConcentration) {
  at::manual_seed(9);
  for (const int64_t d : {2, 5}) {
    const Tensor c = doubles({0.3, 1, 20});
    const Tensor x = LKJCholesky(d, c).sample({2});
    const auto f = [&](const std::vector<Tensor>& t) { return LKJCholesky(d, t[0]).log_prob(x); };
    EXPECT_TRUE(test::gradcheck(f, {c}));
    EXPECT_TRUE(test::gradgradcheck(f, {c}));
  }
}

// The normal variable of draw 158294 of this seed is 0, which gives NaN in Python.
TEST(LKJCholesky, ARowWhoseNormalVariablesAreZeroHasADirection) {
  at::manual_seed(123);
  const Tensor x = LKJCholesky(2, 2.0).sample({1 << 18});
  EXPECT_FALSE(x.isnan().any().item<bool>());
  EXPECT_FALSE(constraints::corr_cholesky.first_violation(x));
}

TEST(LKJCholesky, ForAnInfiniteConcentrationTheCorrelationsAreZero) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    const LKJCholesky d(3, at::full({2}, INFINITY, dtype));
    const Tensor eye = at::eye(3, dtype).expand({5, 2, 3, 3});
    EXPECT_TRUE(at::allclose(d.sample({5}), eye, 0, 1e-100)) << dtype;
    EXPECT_TRUE(at::allclose(d.sample({5}, Philox(5)), eye, 0, 1e-100)) << dtype;
  }
}

TEST(LKJCholesky, WhatAreNoConcentrationsAreDrawnAsNaN) {
  const Tensor x = LKJCholesky(3, doubles({1, NAN, -0.25, 2}), false).sample({5});
  EXPECT_TRUE(x.slice(1, 1, 3).isnan().all().item<bool>());
  EXPECT_TRUE(x.select(1, 0).isfinite().all().item<bool>());
  EXPECT_TRUE(x.select(1, 3).isfinite().all().item<bool>());
}

TEST(LKJCholesky, KeepsItsSizeWhenItChanges) {
  const LKJCholesky lkj(3, at::full({2}, 1.5));
  for (const LKJCholesky& changed : {lkj.to(at::kDouble), lkj.expand({4, 2}), lkj.detach()}) {
    EXPECT_EQ(changed.dim(), 3);
    EXPECT_EQ(changed.event_shape(), IntArrayRef({3, 3}));
  }
  EXPECT_EQ(lkj.to(at::kDouble).sample().scalar_type(), at::kDouble);
  EXPECT_EQ(lkj.expand({4, 2}).concentration().sizes(), IntArrayRef({4, 2}));
}

TEST(LKJCholesky, CountsTheRowsOfLargeFactorsInHalfTypes) {
  // bfloat16 represents no odd number above 256.
  constexpr int64_t kDims = 300;
  at::manual_seed(0);
  const Tensor factor = LKJCholesky(kDims, 2.0).sample();
  const auto scored = [&](at::ScalarType dtype) {
    return LKJCholesky(kDims, at::full({}, 2.0, dtype)).log_prob(factor).item<double>();
  };
  EXPECT_NEAR(scored(at::kBFloat16), scored(at::kFloat), 1e-5 * std::abs(scored(at::kFloat)));
}

}  // namespace
}  // namespace torch::distributions
