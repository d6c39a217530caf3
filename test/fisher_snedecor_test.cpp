#include <gtest/gtest.h>

#include <cmath>

#include <torch/distributions/fisher_snedecor.h>
#include <torch/distributions/student_t.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::number;

// If T has v degrees of freedom, T^2 has the F-distribution of 1 and v.
TEST(FisherSnedecor, IsTheSquareOfAStudentT) {
  const Tensor x = doubles({0.01, 0.5, 1, 9, 1e6});
  for (const double v : {0.5, 3.0, 50.0, 1e7}) {
    const Tensor of_t = StudentT(number(v)).log_prob(x.sqrt()) - 0.5 * x.log();
    EXPECT_TRUE(FisherSnedecor(1.0, number(v)).log_prob(x).allclose(of_t, 1e-13, 1e-13)) << v;
  }
}

TEST(FisherSnedecor, TheReciprocalSwapsTheDegreesOfFreedom) {
  const Tensor x = doubles({0.125, 0.5, 1, 4, 1024});
  const FisherSnedecor f(number(5), 3.0), swapped(number(3), 5.0);
  EXPECT_TRUE(f.log_prob(x).allclose(swapped.log_prob(1 / x) - 2 * x.log(), 1e-14, 1e-14));
}

// scipy#17631: -59.04702260897102
TEST(FisherSnedecor, DensityFarOut) {
  const FisherSnedecor f(number(0.1), 0.2);
  EXPECT_NEAR(f.log_prob(number(1e22)).item<double>(), -59.04702260897102, 1e-12);
  EXPECT_NEAR(FisherSnedecor(at::full({}, 0.1), 0.2).log_prob(at::full({}, 1e22)).item<double>(),
              -59.04702260897102, 1e-5);
  // mpmath
  EXPECT_NEAR(FisherSnedecor(number(4), 2.0).log_prob(number(1e308)).item<double>(),
              -1418.3924172843, 1e-9);
}

TEST(FisherSnedecor, EndsOfTheSupport) {
  const FisherSnedecor f(doubles({1, 2, 3}), 2.0, false);
  for (const double end : {0.0, -1.0, double{INFINITY}})
    EXPECT_TRUE(f.log_prob(number(end)).equal(at::full({3}, -INFINITY, at::kDouble))) << end;
}

TEST(FisherSnedecor, MomentsThatDoNotExistAreNaN) {
  const FisherSnedecor f(doubles({1, 2, 3, 3}), doubles({2, 3, 4, 5}));
  const auto are_nan = [](const Tensor& moment, int64_t first) {
    const Tensor is_nan = moment.isnan();
    return is_nan.slice(0, 0, first).all().item<bool>() &&
           !is_nan.slice(0, first).any().item<bool>();
  };
  EXPECT_TRUE(are_nan(f.mean(), 1));
  EXPECT_TRUE(are_nan(f.variance(), 3));
  EXPECT_TRUE(are_nan(f.mode(), 2));
}

// Draws of few degrees of freedom round to the ends of the dtype's range.
TEST(FisherSnedecor, DrawsAndTheirGradientsAreFinite) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    for (const auto& [v, w] : {std::pair{1e-4, 1e-4}, {1e-3, 5.0}, {5.0, 1e-2}, {30.0, 1e10}}) {
      const Tensor df1 = at::full({}, v, dtype).requires_grad_(),
                   df2 = at::full({}, w, dtype).requires_grad_();
      at::manual_seed(2);
      const Tensor draws = FisherSnedecor(df1, df2).rsample({1000});
      EXPECT_TRUE(draws.isfinite().all().item<bool>());
      EXPECT_TRUE((draws > 0).all().item<bool>());
      const Tensor small = draws.masked_select(draws < 1e30).sum();
      for (const Tensor& y : {small, draws.log().sum()}) {
        for (const Tensor& slope : autograd::grad({y}, {df1, df2}, {}, /*retain_graph=*/true))
          EXPECT_TRUE(std::isfinite(slope.item<double>())) << v << ' ' << w;
      }
    }
  }
}

TEST(FisherSnedecor, DrawsAtAnEndOfTheRangeAreConstants) {
  const Tensor least = number(1e-309).requires_grad_();
  for (const FisherSnedecor& f : {FisherSnedecor(least, 5.0), FisherSnedecor(5.0, least)}) {
    const Tensor draws = f.rsample({100});
    EXPECT_FALSE(draws.isnan().any().item<bool>());
    EXPECT_EQ(test::gradient(draws, least).item<double>(), 0);
  }
}

// For few degrees of freedom, the logarithm of a draw is nearly a Laplace variable.
// With a = df1 / 2 and b = df2 / 2, E[log X] = psi(a) - log(a) - psi(b) + log(b).
TEST(FisherSnedecor, GradientsOfDrawsAreUnbiased) {
  constexpr int64_t kMany = 200000;
  for (const double first : {0.3, 3.0, 100.0}) {
    for (const double second : {0.5, 7.0}) {
      at::manual_seed(6);
      const Tensor df1 = at::full({kMany}, first, at::kDouble).requires_grad_(),
                   df2 = at::full({kMany}, second, at::kDouble).requires_grad_();
      const Tensor log_draw = FisherSnedecor(df1, df2).rsample().log();
      for (const auto& [leaf, sign] : {std::pair(df1, 1), std::pair(df2, -1)}) {
        const Tensor slope = test::gradient(log_draw, leaf);
        const double df = leaf[0].item<double>();
        const double want = sign * (at::polygamma(1, number(df / 2)).item<double>() / 2 - 1 / df);
        EXPECT_NEAR(slope.mean().item<double>(), want,
                    6 * slope.std().item<double>() / std::sqrt(kMany))
            << first << ' ' << second;
      }
    }
  }
}

TEST(FisherSnedecor, TailsOfDrawsAreHeavyEnough) {
  at::manual_seed(3);
  const Tensor draws = FisherSnedecor(number(2e-3), 2e-3).sample({100000});
  for (const double x : {1e50, 1e200, 1e300}) {
    const double p = 0.5 * std::exp(-1e-3 * std::log(x));
    EXPECT_NEAR((draws > x).to(at::kDouble).mean().item<double>(), p, 0.01) << x;
    EXPECT_NEAR((draws < 1 / x).to(at::kDouble).mean().item<double>(), p, 0.01) << x;
  }
}

}  // namespace
}  // namespace torch::distributions
