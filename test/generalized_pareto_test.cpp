#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include <torch/distributions/exponential.h>
#include <torch/distributions/generalized_pareto.h>
#include <torch/distributions/uniform.h>

#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::number;

TEST(GeneralizedPareto, IsExponentialAtZero) {
  const Tensor x = doubles({0, 1e-20, 0.3, 2, 50, 1000});
  const GeneralizedPareto pareto(number(0), 0.5, 0.0);
  const Exponential exponential(number(2));
  EXPECT_TRUE(pareto.log_prob(x).allclose(exponential.log_prob(x), 1e-15, 1e-15));
  EXPECT_TRUE(pareto.cdf(x).allclose(exponential.cdf(x), 1e-15, 1e-300));
  EXPECT_TRUE(pareto.log_cdf(x).allclose(exponential.log_cdf(x), 1e-15, 1e-300));
  const Tensor p = doubles({0, 1e-20, 0.5, 1});
  EXPECT_TRUE(pareto.icdf(p).allclose(exponential.icdf(p), 1e-15, 1e-300));
}

TEST(GeneralizedPareto, IsUniformAtMinusOne) {
  const Tensor x = doubles({1, 1.5, 2, 5});
  const GeneralizedPareto pareto(number(1), 4.0, -1.0);
  const Uniform uniform(number(1), 5.0);
  EXPECT_TRUE(pareto.log_prob(x).allclose(uniform.log_prob(x), 1e-15, 1e-15));
  EXPECT_TRUE(pareto.cdf(x).allclose(uniform.cdf(x), 1e-15, 1e-15));
  EXPECT_TRUE(pareto.entropy().allclose(uniform.entropy(), 1e-15, 1e-15));
}

// Pareto's distribution of the first kind: P(X > x) = (m / x)^(1 / c) with m = scale / c.
TEST(GeneralizedPareto, OfAPositiveConcentrationIsAPareto) {
  const Tensor x = doubles({4.5, 10, 1e10, 1e100});
  const GeneralizedPareto pareto(number(4), 2.0, 0.5);
  EXPECT_TRUE(pareto.log_survival_function(x).allclose(2 * (4 / x).log(), 1e-14, 1e-15));
}

// Near 0 every function is that of 0 up to a term proportional to the concentration.
TEST(GeneralizedPareto, IsSmoothInTheConcentrationAtZero) {
  const Tensor x = doubles({0.1, 3, 40}), p = doubles({0.1, 0.9, 1 - 1e-10});
  using Function = std::function<Tensor(const GeneralizedPareto&)>;
  const Function functions[] = {[&](const auto& d) { return d.log_prob(x); },
                                [&](const auto& d) { return d.log_cdf(x); },
                                [&](const auto& d) { return d.survival_function(x); },
                                [&](const auto& d) { return d.icdf(p); }};
  for (const auto& f : functions) {
    for (const double c : {0.0, 1e-300, 1e-30, 1e-12, -1e-12, 1e-9, -1e-9}) {
      const auto slope = [&](double at) {
        const Tensor leaf = number(at).requires_grad_();
        return gradient(f(GeneralizedPareto(number(0), 1.0, leaf)), leaf).item<double>();
      };
      EXPECT_NEAR(slope(c) / slope(0), 1, 1e-6) << c;
      const Tensor zero = f(GeneralizedPareto(number(0), 1.0, 0.0)).sum();
      const Tensor near = f(GeneralizedPareto(number(0), 1.0, number(c))).sum();
      EXPECT_NEAR(((near - zero) - c * slope(0)).item<double>(), 0,
                  1e-13 * std::abs(zero.item<double>()) + 1e6 * c * c)
          << c;
    }
  }
}

TEST(GeneralizedPareto, CanBeDifferentiatedTwiceAtZero) {
  const Tensor x = doubles({0.1, 0.7, 3}), p = doubles({0.1, 0.5, 0.9});
  for (const double c : {0.0, 1e-9, 0.2, -0.2, 2.0}) {
    const std::vector<Tensor> inputs{number(-0.2), number(1.3), number(c), x};
    const auto log_prob = [](const std::vector<Tensor>& t) {
      return GeneralizedPareto(t[0], t[1], t[2], false).log_prob(t[3]);
    };
    const auto icdf = [](const std::vector<Tensor>& t) {
      return GeneralizedPareto(t[0], t[1], t[2], false).icdf(t[3]);
    };
    EXPECT_TRUE(test::gradcheck(log_prob, inputs)) << c;
    EXPECT_TRUE(test::gradgradcheck(log_prob, inputs)) << c;
    const std::vector<Tensor> quantile{number(-0.2), number(1.3), number(c), p};
    EXPECT_TRUE(test::gradcheck(icdf, quantile)) << c;
    EXPECT_TRUE(test::gradgradcheck(icdf, quantile)) << c;
  }
}

TEST(GeneralizedPareto, DensityAtTheUpperEnd) {
  const GeneralizedPareto pareto(0.0, doubles({2, 4, 8, 1}), doubles({-0.5, -1, -2, 0.5}), false);
  EXPECT_TRUE(pareto.log_prob(number(4)).slice(0, 0, 3).equal(
      doubles({-INFINITY, -std::log(4.0), INFINITY})));
  EXPECT_EQ(pareto.log_prob(number(INFINITY))[3].item<double>(), -INFINITY);
  EXPECT_TRUE(pareto.cdf(number(4)).slice(0, 0, 3).equal(at::ones({3}, at::kDouble)));
  EXPECT_TRUE(pareto.mode().equal(doubles({0, 0, 4, 0})));
}

// In float the upper end is rounded down, as the density is 0 above the exact one.
TEST(GeneralizedPareto, DrawsLieInTheSupport) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    at::manual_seed(4);
    const Tensor scale = at::linspace(0.3, 7, 40, at::kDouble).to(dtype);
    const GeneralizedPareto pareto(at::full({}, 0.1, dtype), scale, at::full({}, -3, dtype), true);
    const Tensor draws = pareto.sample({500});
    EXPECT_TRUE(pareto.support()->check(draws).all().item<bool>()) << dtype;
    EXPECT_FALSE((pareto.log_prob(draws) == -INFINITY).any().item<bool>()) << dtype;
  }
  const Tensor heavy = GeneralizedPareto(at::zeros({}), 1.0, 20.0).sample({1000});
  EXPECT_TRUE(heavy.isfinite().all().item<bool>());
}

TEST(GeneralizedPareto, TailsKeepTheirDigits) {
  const GeneralizedPareto pareto(number(0), 1.0, 2.0);
  EXPECT_EQ(pareto.cdf(number(1e-300)).item<double>(), 1e-300);
  EXPECT_EQ(GeneralizedPareto(number(0), 1.0, 0.0).cdf(number(1e-20)).item<double>(), 1e-20);
  EXPECT_EQ(pareto.log_cdf(number(1e-300)).item<double>(), std::log(1e-300));
  EXPECT_NEAR(pareto.survival_function(number(1e300)).item<double>() / std::sqrt(0.5e-300), 1,
              1e-12);
  // log(1 + c z) / c for z = 1e400
  const GeneralizedPareto narrow(number(0), 1e-200, 2.0);
  EXPECT_NEAR(narrow.log_survival_function(number(1e200)).item<double>(),
              -0.5 * (std::log(2.0) + 400 * std::log(10.0)), 1e-12);
}

TEST(GeneralizedPareto, GradientsAtTheEndsAreTheirLimits) {
  const auto expect_slope = [](const std::function<Tensor(const Tensor&)>& f, double at,
                               double want) {
    for (const bool create_graph : {false, true}) {
      const Tensor x = number(at).requires_grad_();
      EXPECT_EQ(gradient(f(x), x, create_graph).item<double>(), want) << at;
    }
  };
  const auto icdf = [](double c) {
    return [c](const Tensor& p) { return GeneralizedPareto(0.0, number(2), c).icdf(p); };
  };
  expect_slope(icdf(0.5), 0, 2);
  expect_slope(icdf(0.5), 1, INFINITY);
  expect_slope(icdf(-0.5), 1, INFINITY);
  expect_slope(icdf(-1), 1, 2);
  expect_slope(icdf(-2), 1, 0);
  expect_slope([](const Tensor& c) { return GeneralizedPareto(0.0, 2.0, c).icdf(number(1)); }, -2,
               0.5);
  expect_slope([](const Tensor& x) { return GeneralizedPareto(0.0, 2.0, 0.5).cdf(x); }, 0, 0.5);
  expect_slope([](const Tensor& s) { return GeneralizedPareto(0.0, s, 0.5).cdf(number(INFINITY)); },
               1, 0);
}

}  // namespace
}  // namespace torch::distributions
