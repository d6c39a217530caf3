#include "ops/special/lbeta.h"

#include "ops/special/log_binomial.h"
#include "ops/special/reference.h"
#include "ops/special/stirling.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

Tensor polygamma_of(unsigned order, const Tensor& x) {
  return special::polygamma(order, TensorScalar(x)).tensor();
}

TEST(GammaTest, IsAccurate) {
  test::expect_accurate("lgamma", 1, [](const auto& x) { return special::lgamma(x[0]); }, {2, 4});
  test::expect_accurate("digamma", 1, [](const auto& x) { return special::digamma(x[0]); },
                        {4, 4, false, true});
  test::expect_accurate("digamma_negative", 1, [](const auto& x) { return special::digamma(x[0]); },
                        {16, 16});
  test::expect_accurate("trigamma", 1, [](const auto& x) { return trigamma(x[0]); },
                        {4, 4, true, true});
  test::expect_accurate("trigamma_negative", 1, [](const auto& x) { return trigamma(x[0]); },
                        {16, 16});
  test::expect_accurate("stirlerr", 1, [](const auto& x) { return stirlerr(x[0]); }, {8, 4, true});
  test::expect_accurate("log_factorial_remainder", 1,
                        [](const auto& x) { return log_factorial_remainder(x[0]); },
                        {2, 4, true, true});
  test::expect_accurate("log_over_digamma", 2,
                        [](const auto& x) { return log_over_digamma(x[0], x[1]); },
                        {4, 4, false, true});
  test::expect_accurate("log_minus_digamma", 1,
                        [](const auto& x) { return log_minus_digamma(x[0]); }, {4, 16, true, true});
  test::expect_accurate("log_over_digamma1p", 2,
                        [](const auto& x) { return log_over_digamma1p(x[0], x[1]); },
                        {4, 4, false, true});
  test::expect_accurate("digamma_difference", 2,
                        [](const auto& x) { return digamma_difference(x[0], x[1]); },
                        {4, 4, true, true});
  test::expect_accurate("lbeta", 2, [](const auto& x) { return lbeta(x[0], x[1]); },
                        {4, 4, false, true});
  test::expect_accurate("log_binomial", 2, [](const auto& x) { return log_binomial(x[0], x[1]); },
                        {16, 16, true, true});
  test::expect_accurate("log_binomial_gap", 2,
                        [](const auto& x) { return log_binomial_gap(x[0], x[1]); }, {64, 64, true});
}

TEST(GammaTest, HasDerivatives) {
  const Tensor x = doubles({0.3, 0.9, 1.2, 4.5, 30}), y = doubles({0.2, 7, 0.8, 1.4, 3});
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs));
    EXPECT_TRUE(gradgradcheck(f, inputs));
  };
  check([](const auto& t) { return special::lgamma(t[0]); }, {x});
  check([](const auto& t) { return special::digamma(t[0]); }, {x});
  check([](const auto& t) { return trigamma(t[0]); }, {x});
  check([](const auto& t) { return polygamma_of(3, t[0]); }, {x});
  check([](const auto& t) { return stirlerr(t[0]); }, {x});
  check([](const auto& t) { return log_factorial(t[0]); }, {x});
  check([](const auto& t) { return log_factorial_remainder(t[0]); }, {x});
  check([](const auto& t) { return log_over_digamma(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return log_over_digamma1p(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return log_minus_digamma(t[0]); }, {x});
  check([](const auto& t) { return digamma_difference(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return lbeta(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return log_binomial(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return log_binomial_gap(t[0], t[1]); }, {x, y});
}

// The logarithms of factorials by mpmath with 50 digits.
TEST(GammaTest, LogFactorialIsAccurate) {
  const Tensor x = doubles({0, 1e-10, 0.25, 1, 2.5, 100, 1e8});
  const Tensor expected =
      doubles({0, -5.772156648192861783e-11, -0.098271836421813161464, 0, 1.2009736023470742248,
               363.73937555556349014, 1742068084.5245154532});
  const Tensor error = (log_factorial(x) - expected).abs() / expected.abs().clamp_min(1);
  EXPECT_LE(error.max().item<double>(), 4 * 0x1p-52);
}

TEST(GammaTest, KeepsTheLimits) {
  const double inf = INFINITY;
  EXPECT_TRUE(at::equal(special::digamma(doubles({0, inf})), doubles({-inf, inf})));
  EXPECT_TRUE(special::digamma(doubles({-2})).isnan().item<bool>());
  EXPECT_TRUE(at::equal(trigamma(doubles({0, inf})), doubles({inf, 0})));
  EXPECT_TRUE(at::equal(log_factorial_remainder(doubles({0})), doubles({0})));
  EXPECT_TRUE(at::equal(lbeta(doubles({1, 0}), doubles({1, 2})).abs(), doubles({0, inf})));
}

// psi^(n)(1) = (-1)^(n+1) n! zeta(n + 1), with the values of the zeta function from DLMF 25.6.
TEST(GammaTest, PolygammaHasEveryOrder) {
  const Tensor one = doubles({1});
  const double pi = 3.14159265358979323846;
  EXPECT_NEAR(polygamma_of(0, one).item<double>(), -0.57721566490153286061, 1e-15);
  EXPECT_NEAR(polygamma_of(1, one).item<double>(), pi * pi / 6, 1e-14);
  EXPECT_NEAR(polygamma_of(3, one).item<double>(), 6 * std::pow(pi, 4) / 90, 1e-13);
  EXPECT_NEAR(polygamma_of(5, one).item<double>(), 120 * std::pow(pi, 6) / 945, 1e-11);
}

// Differentiates lgamma four times.
TEST(GammaTest, DerivativesGoOn) {
  const Tensor x = doubles({0.7, 3.2}).requires_grad_();
  Tensor derivative = special::lgamma(x);
  for (int i = 0; i < 4; ++i)
    derivative = autograd::grad({derivative.sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_TRUE(at::allclose(derivative, at::polygamma(3, x), 1e-12));
}

}  // namespace
}  // namespace torch::distributions::ops::special
