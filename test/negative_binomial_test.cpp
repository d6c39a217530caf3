#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/geometric.h>
#include <torch/distributions/negative_binomial.h>
#include <torch/distributions/poisson.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

TEST(NegativeBinomial, OneFailureIsGeometric) {
  // Geometric counts the failures before a success, this the successes before a failure.
  const Tensor k = at::arange(0, 50, at::kDouble), p = number(0.3);
  const NegativeBinomial d(1, p);
  const Geometric other(1 - p);
  EXPECT_TRUE(d.log_prob(k).allclose(other.log_prob(k), 1e-13, 1e-13));
  EXPECT_TRUE(d.mean().allclose(other.mean(), 1e-14));
  EXPECT_TRUE(d.variance().allclose(other.variance(), 1e-14));
}

TEST(NegativeBinomial, CountsSuccesses) {
  EXPECT_NEAR(NegativeBinomial(2, number(10.0 / 12)).mean().item<double>(), 10, 1e-12);
  EXPECT_NEAR(NegativeBinomial(2, number(0.25)).log_prob(number(1)).item<double>(),
              std::log(2 * 0.25 * 0.75 * 0.75), 1e-14);
}

TEST(NegativeBinomial, ManyFailuresOfRareSuccessesArePoisson) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    const NegativeBinomial d(at::full({}, 1e12, dtype), at::full({}, 1e-11, dtype));
    EXPECT_NEAR(d.log_prob(at::full({}, 10.0, dtype)).item<double>(), -2.0785616431, 1e-6);
  }
  const Tensor k = at::arange(0, 40, at::kDouble);
  const Tensor got = NegativeBinomial(1e15, number(1e-14)).log_prob(k),
               want = Poisson(number(10)).log_prob(k);
  EXPECT_TRUE(got.allclose(want, 1e-11, 1e-11));
}

TEST(NegativeBinomial, ProbabilitiesSumToOne) {
  const Tensor r = at::tensor({0.01, 0.7, 1.0, 2.5, 40.0}, at::kDouble);
  for (const double p : {0.01, 0.3, 0.8}) {
    const Tensor k = at::arange(0, 3000, at::kDouble).unsqueeze(1);
    const Tensor total = NegativeBinomial(r, number(p)).log_prob(k).exp().sum(0);
    EXPECT_TRUE(total.allclose(at::ones_like(total), 1e-12, 1e-12)) << total;
  }
}

TEST(NegativeBinomial, WithoutFailuresThereAreNoSuccesses) {
  const Tensor r = number(0).requires_grad_(), p = number(0.25).requires_grad_();
  for (const NegativeBinomial& d :
       {NegativeBinomial(r, p), NegativeBinomial(r, logits(p.log() - (-p).log1p()))}) {
    EXPECT_EQ(d.log_prob(number(0)).item<double>(), 0);
    EXPECT_EQ(d.log_prob(number(3)).item<double>(), -INFINITY);
    EXPECT_EQ(d.mean().item<double>(), 0);
    EXPECT_EQ(d.mode().item<double>(), 0);
    EXPECT_EQ(d.stddev().item<double>(), 0);
    EXPECT_TRUE(d.sample({50}).eq(0).all().item<bool>());
    const auto slopes = torch::autograd::grad({d.log_prob(number(0))}, {r, p});
    EXPECT_NEAR(slopes[0].item<double>(), std::log(0.75), 1e-15);
    EXPECT_EQ(slopes[1].item<double>(), 0);
  }
  const NegativeBinomial certain(number(0), logits(number(1000)));
  EXPECT_EQ(certain.mean().item<double>(), 0);
  EXPECT_EQ(certain.variance().item<double>(), 0);
  EXPECT_EQ(certain.mode().item<double>(), 0);
}

TEST(NegativeBinomial, IntegerCountsTakeTheDtypeOfTheProbability) {
  const NegativeBinomial d(at::tensor({2, 3}), at::full({2}, 0.5, at::kDouble));
  EXPECT_EQ(d.total_count().scalar_type(), at::kDouble);
  EXPECT_EQ(d.sample().scalar_type(), at::kDouble);
  EXPECT_EQ(NegativeBinomial(3, 0.5).total_count().scalar_type(), at::kFloat);
}

TEST(NegativeBinomial, DrawsHaveTheProbabilities) {
  at::manual_seed(3);
  constexpr int64_t kDraws = 200000;
  const Tensor r = at::tensor({0.1, 1.0, 4.5}, at::kDouble);
  for (const NegativeBinomial& d : {NegativeBinomial(r, 0.4), NegativeBinomial(r, logits(1.5))}) {
    const Tensor draws = d.sample({kDraws});
    for (int k = 0; k < 12; ++k) {
      const Tensor p = d.log_prob(number(k)).exp();
      const Tensor frequency = draws.eq(k).to(at::kDouble).mean(0);
      const Tensor deviation = (p * (1 - p) / static_cast<double>(kDraws)).sqrt();
      EXPECT_TRUE(((frequency - p).abs() <= 6 * deviation + 1e-5).all().item<bool>())
          << k << ": " << frequency << " instead of " << p;
    }
  }
}

TEST(NegativeBinomial, WhatAreNoParametersAreDrawnAsNaN) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const auto tensor = [&](std::vector<double> v) { return at::tensor(v, at::kDouble).to(dtype); };
    const Tensor count = tensor({NAN, 3, 3, 3, -2, 3}), p = tensor({0.5, NAN, 1, -0.25, 0.5, 0});
    const Tensor draws = NegativeBinomial(count, p, false).sample({4});
    EXPECT_EQ(draws.scalar_type(), dtype);
    EXPECT_TRUE(draws.slice(-1, 0, 5).isnan().all().item<bool>()) << draws;
    EXPECT_TRUE(draws.select(-1, 5).eq(0).all().item<bool>()) << draws;
  }
}

TEST(NegativeBinomial, LogProbOfTheLargestNumberOverflows) {
  const Tensor p = at::linspace(0.05, 0.3, 1000, at::kDouble);
  const Tensor log_prob =
      NegativeBinomial(1.5, {.probs = p})
          .log_prob(at::full({}, std::numeric_limits<double>::max(), at::kDouble));
  EXPECT_TRUE(log_prob.eq(-INFINITY).all().item<bool>()) << log_prob;
}

TEST(NegativeBinomial, LargeDrawsAreFinite) {
  const auto are_finite = [](const NegativeBinomial& d) {
    return d.sample({50}).isfinite().all().item<bool>();
  };
  EXPECT_TRUE(are_finite(NegativeBinomial(at::full({}, 1e30F), logits(80.F))));
  EXPECT_TRUE(are_finite(NegativeBinomial(at::full({}, 300, at::kHalf), logits(8.))));
  EXPECT_TRUE(are_finite(NegativeBinomial(2, logits(8e6))));
}

}  // namespace
}  // namespace torch::distributions
