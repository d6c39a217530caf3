#include <ATen/record_function.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/inverse_gamma.h>
#include <torch/distributions/transforms/power.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::number;

TEST(InverseGamma, IsTheReciprocalOfAGamma) {
  const Tensor y = doubles({0.05, 0.3, 1.0, 7.0});
  const InverseGamma inverse(number(2.5), 2.0);
  const Gamma gamma(inverse.concentration(), inverse.rate());
  EXPECT_TRUE(inverse.log_prob(y).allclose(gamma.log_prob(1 / y) - 2 * y.log(), 1e-14, 1e-14));
  EXPECT_TRUE(inverse.cdf(y).allclose(gamma.survival_function(1 / y), 1e-14, 1e-300));
  EXPECT_TRUE(inverse.survival_function(y).allclose(gamma.cdf(1 / y), 1e-14, 1e-300));
}

TEST(InverseGamma, OfConcentrationOneIsTheReciprocalOfAnExponential) {
  const Tensor y = doubles({0.05, 0.3, 1.0, 7.0});
  EXPECT_TRUE(InverseGamma(number(1), 2.0).cdf(y).allclose((-2 / y).exp(), 1e-14, 1e-300));
}

TEST(InverseGamma, BaseAndTransformsArePythons) {
  const InverseGamma inverse(at::tensor({1.0f, 2.0f}), 3.0f);
  EXPECT_TRUE(inverse.base_dist().as<Gamma>().concentration().equal(at::tensor({1.0f, 2.0f})));
  EXPECT_TRUE(inverse.base_dist().as<Gamma>().rate().equal(at::full({2}, 3.0f)));
  ASSERT_EQ(inverse.transforms().size(), 1u);
  EXPECT_TRUE(*inverse.transforms()[0] == PowerTransform(-1));
}

/// The number of times that a function calls aten::pow, by which the transform works.
int64_t powers_in(const std::function<void()>& f) {
  static int64_t count;
  count = 0;
  const auto handle =
      at::addThreadLocalCallback(at::RecordFunctionCallback([](const at::RecordFunction& function) {
                                   if (std::string(function.name()) == "aten::pow") ++count;
                                   return std::unique_ptr<at::ObserverContext>();
                                 }).scopes({at::RecordScope::FUNCTION}));
  f();
  at::removeCallback(handle);
  return count;
}

TEST(InverseGamma, NoFunctionCallsTheTransform) {
  const InverseGamma inverse(number(2.5), 2.0);
  const Tensor y = number(0.5);
  EXPECT_GT(powers_in([&] { (*inverse.transforms()[0])(y); }), 0);
  EXPECT_EQ(powers_in([&] {
              inverse.log_prob(y);
              inverse.cdf(y);
              inverse.log_cdf(y);
              inverse.survival_function(y);
              inverse.log_survival_function(y);
              inverse.mean();
              inverse.mode();
              inverse.variance();
              inverse.stddev();
              inverse.entropy();
              inverse.sample({2});
            }),
            0);
}

TEST(InverseGamma, TailsKeepTheirDigits) {
  const InverseGamma inverse(number(1), 1.0);
  EXPECT_EQ(inverse.log_cdf(number(1e-10)).item<double>(), -1e10);
  EXPECT_NEAR(inverse.survival_function(number(1e20)).item<double>() / 1e-20, 1, 1e-15);
  EXPECT_NEAR(inverse.log_survival_function(number(1e300)).item<double>(), -300 * std::log(10.0),
              1e-12);
  // mpmath: log(gammainc(2, 0, 1e-400, regularized=True))
  EXPECT_NEAR(InverseGamma(number(2), 1e-200).log_survival_function(number(1e200)).item<double>(),
              -1842.7612215758, 1e-9);
}

TEST(InverseGamma, EndsOfTheSupport) {
  const InverseGamma inverse(doubles({0.5, 1, 3}), 2.0, false);
  const Tensor none = at::full({3}, -INFINITY, at::kDouble);
  for (const double end : {0.0, -1.0, double{INFINITY}})
    EXPECT_TRUE(inverse.log_prob(number(end)).equal(none)) << end;
  EXPECT_TRUE(inverse.cdf(number(0)).equal(at::zeros({3}, at::kDouble)));
  EXPECT_TRUE(inverse.cdf(number(INFINITY)).equal(at::ones({3}, at::kDouble)));
  EXPECT_EQ(InverseGamma(number(3), 2.0).log_prob(number(5e-324)).item<double>(), -INFINITY);
}

TEST(InverseGamma, MomentsThatDoNotExistAreInfinite) {
  const InverseGamma inverse(doubles({0.5, 1, 1.5, 2, 3}), 2.0);
  EXPECT_TRUE(inverse.mean().equal(doubles({INFINITY, INFINITY, 4, 2, 1})));
  EXPECT_TRUE(inverse.variance().equal(doubles({INFINITY, INFINITY, INFINITY, INFINITY, 1})));
  const Tensor a = number(0.5).requires_grad_();
  EXPECT_EQ(gradient(InverseGamma(a, 2.0).mean(), a).item<double>(), 0);
}

// A gamma variable of a small concentration is nearly always smaller than every float.
TEST(InverseGamma, DrawsAndTheirGradientsAreFinite) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    for (const double concentration : {1e-4, 1e-2, 0.3, 30.0}) {
      const Tensor a = at::full({}, concentration, dtype).requires_grad_(),
                   r = at::full({}, 1e-3, dtype).requires_grad_();
      at::manual_seed(2);
      const Tensor draws = InverseGamma(a, r).rsample({1000});
      EXPECT_TRUE(draws.isfinite().all().item<bool>());
      EXPECT_TRUE((draws > 0).all().item<bool>());
      const Tensor small = draws.masked_select(draws < 1e30).sum();
      for (const Tensor& slope : autograd::grad({small}, {a, r}, {}, /*retain_graph=*/true))
        EXPECT_TRUE(std::isfinite(slope.item<double>())) << concentration;
      for (const Tensor& slope : autograd::grad({draws.log().sum()}, {a, r}))
        EXPECT_TRUE(std::isfinite(slope.item<double>())) << concentration;
    }
  }
}

// The logarithm of a draw of concentration 1/1000 is nearly that of an exponential variable.
TEST(InverseGamma, TailsOfDrawsAreHeavyEnough) {
  at::manual_seed(3);
  const Tensor draws = InverseGamma(at::full({}, 1e-3, at::kDouble), 1.0).sample({100000});
  for (const double x : {1e50, 1e200, 1e300}) {
    const double p = std::exp(-1e-3 * std::log(x));
    EXPECT_NEAR((draws > x).to(at::kDouble).mean().item<double>(), p, 0.01) << x;
  }
}

TEST(InverseGamma, AnErrorSpeaksOfIt) {
  EXPECT_NE(test::refusal([] { InverseGamma(1, -1); }).find("of distribution InverseGamma()"),
            std::string::npos);
}

}  // namespace
}  // namespace torch::distributions
