#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/bernoulli.h>
#include <torch/distributions/geometric.h>
#include <torch/distributions/kl.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

TEST(Geometric, CountsTheFailuresBeforeASuccess) {
  // After no failure or one: the probabilities of the outcomes of one or two trials.
  const Tensor p = at::tensor({0.2, 0.7}, at::kDouble);
  const Bernoulli trial(p);
  const Tensor success = trial.log_prob(number(1)), failure = trial.log_prob(number(0));
  EXPECT_TRUE(Geometric(p).log_prob(number(0)).allclose(success, 1e-14, 1e-14));
  EXPECT_TRUE(Geometric(p).log_prob(number(1)).allclose(success + failure, 1e-14, 1e-14));
}

TEST(Geometric, HasNoMemory) {
  const Geometric d(number(0.2));
  const Tensor k = at::arange(0, 30, at::kDouble);
  EXPECT_TRUE(d.survival_function(k + 5).allclose(
      d.survival_function(k) * d.survival_function(number(4)), 1e-13, 0));
}

TEST(Geometric, QuantilesAreExactAtTheSteps) {
  const Tensor k = at::arange(0, 400, at::kDouble);
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    for (const double p : {0.001, 0.01, 0.03, 0.1, 0.25, 1.0 / 3, 0.5, 0.7, 0.99, 1.0}) {
      const Geometric d(at::full({}, p, dtype));
      const Geometric by_logits(
          {.logits = at::full({}, std::log(p / (1 - p)), dtype).clamp_max(30)});
      for (const Geometric& form : {d, by_logits}) {
        const Tensor x = k.to(dtype), cdf = form.cdf(x);
        const Tensor has_own_cdf = cdf.gt(form.cdf(x - 1)).logical_and(cdf.lt(form.cdf(x + 1)));
        EXPECT_TRUE(form.icdf(cdf).eq(x).logical_or(has_own_cdf.logical_not()).all().item<bool>())
            << p;
        // The next number is in the next step.
        const Tensor next = at::nextafter(cdf, at::ones_like(cdf));
        EXPECT_TRUE(form.icdf(next)
                        .eq(x + 1)
                        .logical_or(next.ge(form.cdf(x + 1)))
                        .logical_or(has_own_cdf.logical_not())
                        .all()
                        .item<bool>())
            << p;
      }
    }
  }
}

TEST(Geometric, QuantilesAtTheEnds) {
  const Tensor u = at::tensor({0.0, 0.5, 1.0}, at::kDouble);
  EXPECT_TRUE(Geometric(number(0.5)).icdf(u).equal(at::tensor({0.0, 0.0, INFINITY}, at::kDouble)));
  EXPECT_TRUE(Geometric(number(1)).icdf(u).equal(at::zeros({3}, at::kDouble)));
  EXPECT_TRUE(
      Geometric(number(0.5), false).icdf(at::tensor({-0.1, 1.1})).isnan().all().item<bool>());
}

TEST(Geometric, TakesLogitsWhoseProbabilityRounds) {
  const auto log_prob_and_slope = [](const Tensor& logits, double k) {
    const Tensor l = logits.clone().requires_grad_();
    const Tensor log_prob = Geometric({.logits = l}).log_prob(at::full({}, k, l.options()));
    return std::pair(log_prob.item<double>(),
                     torch::autograd::grad({log_prob}, {l})[0].item<double>());
  };
  EXPECT_EQ(log_prob_and_slope(number(-1000), 0), std::pair(-1000.0, 1.0));
  EXPECT_EQ(log_prob_and_slope(at::full({}, -89.F), 0), std::pair(-89.0, 1.0));
  EXPECT_EQ(log_prob_and_slope(number(1000), 2), std::pair(-2000.0, -2.0));
  EXPECT_EQ(log_prob_and_slope(number(INFINITY), 0), std::pair(0.0, 0.0));
  EXPECT_FLOAT_EQ(Geometric(1e-38).entropy().item<float>(), 88.498234F);
}

TEST(Geometric, CertainSuccessHasOneSidedDerivatives) {
  const Tensor p = number(1).requires_grad_();
  const Geometric d(p);
  const auto slope = [&](const Tensor& y) {
    return torch::autograd::grad({y}, {p}, {}, /*retain_graph=*/true)[0].item<double>();
  };
  EXPECT_EQ(slope(d.cdf(number(0))), 1);
  EXPECT_EQ(slope(d.cdf(number(1))), 0);
  EXPECT_EQ(slope(d.log_cdf(number(0))), 1);
  EXPECT_EQ(slope(d.log_prob(number(0))), 1);
}

TEST(Geometric, NearlyEqualRareEventsHaveADivergence) {
  const float p = 1e-10F;
  EXPECT_NEAR(kl_divergence(Geometric(p), Geometric(2 * p)).item<double>(), 1 - std::log(2), 1e-6);
  const auto with_logits = [](double l) { return Geometric({.logits = number(l)}); };
  EXPECT_NEAR(kl_divergence(with_logits(-1000), with_logits(-1000 + std::log(2))).item<double>(),
              1 - std::log(2), 1e-12);
}

TEST(Geometric, SuccessMustBePossible) {
  EXPECT_THROW(Geometric(0.0), c10::ValueError);
  EXPECT_THROW(Geometric({0.5, 0.0}), c10::ValueError);
  EXPECT_NO_THROW(Geometric({.logits = -1000.0}));
  EXPECT_THROW(Geometric(at::full({}, 1e-30)).to(at::kHalf), c10::ValueError);
}

TEST(Geometric, DrawsAreFinite) {
  const double largest = std::numeric_limits<float>::max();
  const Tensor draws = Geometric({.logits = at::tensor({-1000.F, 1000.F})}).sample({100});
  EXPECT_TRUE(draws.select(1, 0).eq(largest).all().item<bool>());
  EXPECT_TRUE(draws.select(1, 1).eq(0).all().item<bool>());
  EXPECT_TRUE(Geometric(at::full({}, 1e-38)).sample({100}).isfinite().all().item<bool>());
}

TEST(Geometric, WhatIsNoProbabilityIsDrawnAsNaN) {
  const Tensor draws = Geometric(at::tensor({-0.5, double{NAN}, 1.5, 0.0, 1.0}), false).sample({5});
  EXPECT_TRUE(draws.slice(1, 0, 4).isnan().all().item<bool>()) << draws;
  EXPECT_TRUE(draws.select(1, 4).eq(0).all().item<bool>()) << draws;
}

}  // namespace
}  // namespace torch::distributions
