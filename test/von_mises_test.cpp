#include <torch/distributions/von_mises.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <torch/distributions/normal.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::number;

TEST(VonMises, HasThePeriodOfACircle) {
  const VonMises d(doubles({0.5, -20}), 3);
  const Tensor x = doubles({-3, 0, 1, 2.5}).unsqueeze(-1);
  for (const double turn : {2 * M_PI, -6 * M_PI}) {
    EXPECT_TRUE(d.log_prob(x + turn).allclose(d.log_prob(x), 1e-13, 1e-13));
    const VonMises turned(d.loc() + turn, 3);
    EXPECT_TRUE(turned.log_prob(x).allclose(d.log_prob(x), 1e-13, 1e-13));
  }
}

TEST(VonMises, IsUniformAtConcentrationZero) {
  const VonMises d(number(1), number(0), false);
  const Uniform uniform(number(-M_PI), M_PI);
  const Tensor x = doubles({-3, 0.5, 2});
  EXPECT_TRUE(d.log_prob(x).allclose(uniform.log_prob(x), 1e-15, 1e-15));
  EXPECT_EQ(d.variance().item<double>(), 1);
  EXPECT_NEAR(d.entropy().item<double>(), std::log(2 * M_PI), 1e-15);
}

TEST(VonMises, IsNormalForLargeConcentrations) {
  const VonMises d(number(0.5), 1e12);
  const Normal normal(number(0.5), 1e-6);
  const Tensor x = 0.5 + 1e-6 * doubles({-6, -1, 0, 2, 30});
  EXPECT_TRUE(d.log_prob(x).allclose(normal.log_prob(x), 1e-9, 0));
  EXPECT_NEAR(d.entropy().item<double>(), normal.entropy().item<double>(), 1e-11);
  EXPECT_NEAR(d.variance().item<double>() / 5e-13, 1, 1e-11);  // 1 - cos(x) is x^2 / 2
}

// mpmath: -2 k sin(d / 2)^2 - log(2 pi) - log(exp(-k) I0(k)) and 1 - I1(k) / I0(k)
TEST(VonMises, FloatsKeepTheirDigitsForEveryConcentration) {
  const Tensor k = at::tensor({1e-8F, 1e-4F, 1.F, 100.F, 1e8F}).requires_grad_();
  const VonMises d(at::zeros({5}), k);
  const Tensor log_prob = d.log_prob(at::zeros({5}));
  const Tensor of_k = gradient(log_prob, k);
  EXPECT_TRUE(of_k.equal(d.variance()));
  EXPECT_TRUE(
      of_k.allclose(at::tensor({1.F, 0.99995F, 0.5536100F, 0.00501262699F, 5e-9F}), 1e-6, 0));
  EXPECT_TRUE(log_prob.allclose(
      at::tensor({-1.8378771F, -1.8377771F, -1.0737911F, 1.3823898F, 8.2914018F}), 1e-6, 0))
      << log_prob;
}

TEST(VonMises, NothingOverflows) {
  const double huge = std::numeric_limits<double>::max();
  const Tensor x = number(huge).requires_grad_(), loc = number(-huge).requires_grad_();
  const Tensor log_prob = VonMises(loc, 2).log_prob(x);
  EXPECT_TRUE(std::isfinite(log_prob.item<double>()));
  EXPECT_TRUE(std::isfinite(gradient(log_prob, x).item<double>()));
  EXPECT_TRUE(std::isfinite(gradient(log_prob, loc).item<double>()));
  const VonMises narrow(number(0), huge);
  EXPECT_NEAR(narrow.log_prob(number(0)).item<double>(), 0.5 * std::log(huge / (2 * M_PI)), 1e-12);
  EXPECT_EQ(narrow.entropy().item<double>(), 0.5 - narrow.log_prob(number(0)).item<double>());
}

// By the Dvoretzky-Kiefer-Wolfowitz-Massart inequality, against the integral of the density.
TEST(VonMises, DrawsFollowTheDensityForEveryConcentration) {
  constexpr int64_t kDraws = 50000, kSteps = 40000;
  constexpr double kFalseAlarm = 1e-9;
  at::manual_seed(1);
  for (const double k : {0.0, 1e-8, 1e-5, 1e-3, 0.5, 5.0, 1e3, 1e4, 1e6, 1e8, 1e15, 1e17, 1e100}) {
    const VonMises d(number(0), number(k), false);
    const double reach = std::min(M_PI, 40 / std::sqrt(k)), step = 2 * reach / kSteps;
    // The cdf at the upper ends of the steps, by the midpoint rule.
    const Tensor middle = (at::arange(kSteps, at::kDouble) + 0.5) * step - reach;
    const Tensor cdf = (d.log_prob(middle).exp() * step).cumsum(0);
    EXPECT_NEAR(cdf[-1].item<double>(), 1, 1e-9) << k;
    for (const auto dtype : {at::kDouble, at::kFloat}) {
      if (dtype == at::kFloat && k > 1e38) continue;
      const VonMises of_dtype(at::zeros({}, dtype), at::full({}, k, dtype), false);
      const Tensor draws = std::get<0>(of_dtype.sample({kDraws}).to(at::kDouble).sort());
      EXPECT_LE(draws.abs().max().item<double>(), reach + 1e-7) << k;
      const Tensor index = ((draws + reach) / step).floor().clamp(0, kSteps - 1).to(at::kLong);
      const Tensor rank = (at::arange(kDraws, at::kDouble) + 0.5) / static_cast<double>(kDraws);
      const double bound = std::sqrt(std::log(2 / kFalseAlarm) / (2.0 * kDraws)) + 1e-3;
      EXPECT_LT((cdf.index_select(0, index) - rank).abs().max().item<double>(), bound)
          << k << ' ' << dtype;
    }
  }
}

TEST(VonMises, DrawsOfEveryDtypeAreAngles) {
  at::manual_seed(2);
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor k = doubles({1e-4, 1, 1e4}).to(dtype), loc = doubles({0.5, 100, -3}).to(dtype);
    const Tensor draws = VonMises(loc, k).sample({2000});
    EXPECT_EQ(draws.scalar_type(), dtype);
    EXPECT_LE(draws.abs().max().item<double>(), M_PI * 1.005);
    const Tensor wide = draws.to(at::kDouble), d = wide - loc.to(at::kDouble);
    EXPECT_GT(wide.select(1, 0).std().item<double>(), 1.7);  // nearly uniform: 1.81
    EXPECT_TRUE((d.select(1, 2).cos() > 0.99).all().item<bool>());
    EXPECT_NEAR(d.select(1, 1).cos().mean().item<double>(), 0.446, 0.08);
  }
}

TEST(VonMises, DrawsOfInvalidParametersAreNaN) {
  const VonMises d(doubles({0, NAN, 0, 0}), doubles({1, 1, -1, NAN}), false);
  const Tensor draws = d.sample({3});
  EXPECT_TRUE(draws.isnan().equal(doubles({0, 1, 1, 1}).to(at::kBool).expand({3, 4})));
}

}  // namespace
}  // namespace torch::distributions
