#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include <torch/distributions/log_normal.h>
#include <torch/distributions/normal.h>

#include "support/counted_transform.h"

namespace torch::distributions {
namespace {

TEST(LogNormal, IsTheExponentialOfANormal) {
  const Tensor x = at::tensor({0.1, 1.0, 7.0}, at::kDouble);
  const LogNormal log_normal(at::full({}, 0.5, at::kDouble), 2.0);
  const Normal normal(log_normal.loc(), log_normal.scale());
  EXPECT_TRUE(log_normal.log_prob(x).allclose(normal.log_prob(x.log()) - x.log(), 1e-14, 1e-14));
  EXPECT_TRUE(log_normal.cdf(x).allclose(normal.cdf(x.log()), 1e-14, 1e-14));
}

TEST(LogNormal, FormulasReplaceTheTransform) {
  test::expect_no_transform_is_called(LogNormal(test::doubles({0.5, -1}), 2.0),
                                      test::doubles({0.25, 30}), test::doubles({0.1, 0.9}));
}

TEST(LogNormal, ASmallVarianceDoesNotVanish) {
  EXPECT_NEAR(LogNormal(0, 1e-6).variance().item<double>() / 1e-12, 1, 1e-6);
  EXPECT_NEAR(LogNormal(test::number(0), 1e-6).variance().item<double>() / 1.0000000000015e-12, 1,
              1e-15);
}

TEST(LogNormal, HasNoMassAtOrBelowZero) {
  const LogNormal unchecked(0, 1, false);
  EXPECT_TRUE(unchecked.log_prob(at::tensor({-1.0, 0.0})).equal(at::full({2}, -INFINITY)));
  EXPECT_TRUE(unchecked.cdf(at::tensor({-1.0, 0.0})).equal(at::zeros({2})));
}

TEST(LogNormal, AnErrorSpeaksOfIt) {
  try {
    LogNormal(0, -1);
    FAIL();
  } catch (const c10::ValueError& error) {
    EXPECT_THAT(error.what_without_backtrace(),
                ::testing::HasSubstr("of distribution LogNormal()"));
  }
}

TEST(LogNormal, MomentsThatOverflowAreInfinite) {
  const auto number = [](double x) { return at::full({}, x, at::kDouble); };
  for (const Tensor& moment :
       {LogNormal(number(1e16), 1.0).mode(), LogNormal(number(0), 1e13).mean(),
        LogNormal(number(-1), 1.5e8).mean(), LogNormal(number(-1), 1e8).variance(),
        LogNormal(number(-1), 1e8).stddev(), LogNormal(at::full({}, 1e17), 1.0).mode()})
    EXPECT_EQ(moment.item<double>(), INFINITY);
}

// log x - loc loses most digits of log x, which is kept with its rounding error. References by
// mpmath.
TEST(LogNormal, ASmallScaleKeepsItsDigits) {
  struct Point {
    double loc, scale, value, log_prob, of_loc, of_scale, of_value;
  };
  for (const Point& p : {Point{6.9, 1e-3, 1000, -30.990372172966795267, 7755.1828780025517086,
                               59142.864375394023965, -7.7561828780025517086},
                         Point{0.01, 1e-5, 1.01, -1.7556640484167245908, -496783.6814447048486,
                               2367940.1966259123226, 491864.04567869893452},
                         Point{-3.2, 1e-4, 0.04076, 11.345439893050056339, -5403.9997416604858602,
                               -7079.6790056081167228, 132556.42379258821851}}) {
    const auto leaf = [](double x) { return at::full({3}, x, at::kFloat).requires_grad_(); };
    const Tensor loc = leaf(p.loc), scale = leaf(p.scale), x = leaf(p.value);
    for (const bool create_graph : {false, true}) {  // by a kernel, and by tensor operations
      const Tensor log_prob = LogNormal(loc, scale).log_prob(x);
      const auto slopes = torch::autograd::grad({log_prob.sum()}, {loc, scale, x}, {},
                                                /*retain_graph=*/true, create_graph);
      const auto error = [](const Tensor& got, double want) {
        return std::abs(got[1].item<double>() / want - 1);
      };
      EXPECT_LE(error(log_prob, p.log_prob), 1e-6) << p.value;
      EXPECT_LE(error(slopes[0], p.of_loc), 1e-6) << p.value;
      EXPECT_LE(error(slopes[1], p.of_scale), 1e-6) << p.value;
      EXPECT_LE(error(slopes[2], p.of_value), 1e-6) << p.value;
    }
  }
}

}  // namespace
}  // namespace torch::distributions
