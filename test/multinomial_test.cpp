#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/binomial.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/multinomial.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;

/// All vectors of `k` counts with the sum n.
Tensor compositions(int64_t n, int64_t k) {
  std::vector<Tensor> axes(static_cast<std::size_t>(k), at::arange(n + 1, at::kDouble));
  const Tensor all = at::cartesian_prod(axes).view({-1, k});
  return all.index_select(0, all.sum(1).eq(n).nonzero().squeeze(1));
}

TEST(Multinomial, TwoCategoriesAreBinomial) {
  const Tensor k = at::arange(0, 11, at::kDouble), x = at::stack({k, 10 - k}, -1);
  const Multinomial d(10, doubles({0.3, 0.7}));
  const Binomial other(10, doubles({0.3}));
  EXPECT_TRUE(d.log_prob(x).allclose(other.log_prob(k), 1e-13, 1e-13));
  EXPECT_TRUE(d.entropy().allclose(other.entropy()[0], 1e-13));
  EXPECT_TRUE(d.variance()[0].allclose(other.variance()[0], 1e-14));
}

TEST(Multinomial, ProbabilitiesOfAllCountsSumToOne) {
  for (const int64_t n : {0, 1, 4, 9}) {
    const Tensor x = compositions(n, 3), weights = doubles({1, 3, 0.5});
    for (const Multinomial& d : {Multinomial(n, weights), Multinomial(n, logits(weights.log()))}) {
      const Tensor log_prob = d.log_prob(x);
      EXPECT_NEAR(log_prob.exp().sum().item<double>(), 1, 1e-13);
      EXPECT_NEAR(-(log_prob.exp() * log_prob).sum().item<double>(), d.entropy().item<double>(),
                  1e-13);
    }
  }
}

TEST(Multinomial, TheEntropyIsExactForAnyNumberOfDraws) {
  const Tensor p = doubles({0.1, 0.2, 0.3, 0.4});
  const auto entropy = [&](double n) { return Multinomial(n, p).entropy().item<double>(); };
  EXPECT_NEAR(entropy(10), 4.556062970526700987, 1e-14);
  EXPECT_NEAR(entropy(1000), 11.60139806023632782535, 1e-13);
  // For large n it is that of a normal distribution, ((K - 1) log(2 pi e n) + sum log p) / 2.
  const double constant = 1.5 * (std::log(2 * std::acos(-1.0)) + 1);
  const double spread = constant + 0.5 * p.log().sum().item<double>();
  EXPECT_NEAR(entropy(1e12), spread + 1.5 * std::log(1e12), 1e-10);
  EXPECT_NEAR(entropy(1e150), spread + 1.5 * std::log(1e150), 1e-10);
  // On both sides of the limit of the asymptotic series.
  for (const double n : {3e8, 1e9}) EXPECT_NEAR(entropy(n), spread + 1.5 * std::log(n), 1e-8) << n;
  EXPECT_EQ(Multinomial(10, p).expand({3}).entropy().sizes(), IntArrayRef({3}));
}

TEST(Multinomial, TheTotalCountMayDifferOverTheBatch) {
  const Tensor counts = doubles({1, 4, 30}), weights = doubles({1, 2, 5});
  const Multinomial batch(counts, weights);
  EXPECT_EQ(batch.batch_shape(), IntArrayRef({3}));
  EXPECT_EQ(batch.probs().sizes(), IntArrayRef({3, 3}));
  const Tensor x = batch.sample({20});
  EXPECT_TRUE(x.sum(-1).equal(counts.expand({20, 3})));
  for (int64_t i = 0; i < 3; ++i) {
    const Multinomial one(counts[i], weights);
    EXPECT_TRUE(batch.log_prob(x).select(1, i).allclose(one.log_prob(x.select(1, i)), 1e-14));
    EXPECT_TRUE(batch.entropy()[i].allclose(one.entropy(), 1e-14));
    EXPECT_TRUE(batch.mean()[i].equal(one.mean()));
    EXPECT_TRUE(batch.variance()[i].equal(one.variance()));
  }
  const Multinomial column(counts.unsqueeze(1), at::rand({2, 4}, at::kDouble));
  EXPECT_EQ(column.batch_shape(), IntArrayRef({3, 2}));
  EXPECT_EQ(column.sample({5}).sizes(), IntArrayRef({5, 3, 2, 4}));
  EXPECT_EQ(column.entropy().sizes(), IntArrayRef({3, 2}));
}

TEST(Multinomial, OneDrawIsCategorical) {
  const Multinomial d({.logits = doubles({0.5, -1, 2})});
  EXPECT_EQ(d.total_count().item<double>(), 1);
  const Categorical other({.logits = doubles({0.5, -1, 2})});
  EXPECT_TRUE(
      d.log_prob(at::eye(3, at::kDouble)).allclose(other.log_prob(at::arange(3)), 1e-14, 1e-14));
  EXPECT_TRUE(d.entropy().allclose(other.entropy(), 1e-14));
}

TEST(Multinomial, CountsWithAnotherSumAreImpossible) {
  const Multinomial d(4, {0.5, 0.25, 0.25}, false);
  const Tensor x = at::tensor({1, 1, 1, 3, 1, 1, 2, 1, 1, 5, -1, 0}, at::kFloat).view({4, 3});
  EXPECT_TRUE(d.log_prob(x).isinf().equal(at::tensor({1, 1, 0, 1}).to(at::kBool)));
  EXPECT_TRUE(d.log_prob(x.to(at::kLong)).equal(d.log_prob(x)));
  EXPECT_EQ(d.log_prob(at::tensor({1.5, 1.5, 1.0})).item<double>(), -INFINITY);
  EXPECT_EQ(d.log_prob(at::tensor({double{INFINITY}, 0.0, 0.0})).item<double>(), -INFINITY);
  EXPECT_TRUE(d.log_prob(at::tensor({double{NAN}, 1.0, 3.0})).isnan().item<bool>());
  // More draws than there are, or a negative number, are outside the stated support.
  const Multinomial checked(4, {0.5, 0.25, 0.25}, true);
  EXPECT_THROW(checked.log_prob(x[1]), c10::ValueError);
  EXPECT_THROW(checked.log_prob(x[3]), c10::ValueError);
  EXPECT_EQ(checked.log_prob(x[0]).item<double>(), -INFINITY);
}

// A dtype with the epsilon eps represents every count up to 2 / eps, so nothing was rounded.
TEST(Multinomial, ASumThatIsOneTooSmallIsImpossible) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kLong}) {
    const double most = dtype == at::kFloat ? 0x1p24 : dtype == at::kHalf ? 0x1p11 : 0x1p53;
    for (const double n : {most / 2, most}) {
      // 40 categories have no kernel.
      for (const int64_t categories : {2, 40}) {
        const Tensor p = at::full({categories}, 1.0 / static_cast<double>(categories),
                                  at::isFloatingType(dtype) ? dtype : at::kDouble);
        const Multinomial d(n, p, false), of_logits(n, {.logits = p.log()}, false);
        Tensor x = at::zeros({2, categories}, at::kDouble);
        x.select(-1, 0).fill_(n / 2);
        x.select(-1, 1).copy_(at::tensor({n / 2, n / 2 - 1}, at::kDouble));
        for (const Multinomial& each : {d, of_logits}) {
          const Tensor log_prob = each.log_prob(x.to(dtype));
          EXPECT_TRUE(log_prob[0].isfinite().item<bool>())
              << dtype << ' ' << n << ' ' << categories;
          EXPECT_EQ(log_prob[1].item<double>(), -INFINITY)
              << dtype << ' ' << n << ' ' << categories;
        }
      }
    }
  }
}

// Doubles do not represent all of these numbers. The total count and the sums are rounded.
TEST(Multinomial, CountsBeyondTheExactIntegersOfDoubles) {
  at::manual_seed(12);
  for (const int64_t n : {(int64_t{1} << 53) + 1, (int64_t{1} << 60) + 12345, int64_t{1} << 62}) {
    for (const int64_t categories : {2, 3, 20, 40}) {
      const Tensor p = at::rand({categories}, at::kDouble) + 0.1;
      Tensor x = (p / p.sum() * static_cast<double>(n)).to(at::kLong) - 1;
      x = x.unsqueeze(0).repeat({50, 1}) + at::randint(-1000, 1000, {50, categories});
      x.select(-1, 0).add_(n - x.sum(-1));
      ASSERT_TRUE(x.sum(-1).eq(n).all().item<bool>());
      const Multinomial d(at::scalar_tensor(n, at::kLong), p, true);
      const Tensor log_prob = d.log_prob(x);
      EXPECT_TRUE(log_prob.isfinite().all().item<bool>()) << n << ' ' << categories << log_prob;
      EXPECT_TRUE(d.support()->check(x).all().item<bool>()) << n << ' ' << categories;
      EXPECT_FALSE(d.support()->first_violation(x)) << n << ' ' << categories;
      EXPECT_TRUE(d.log_prob(d.sample({50})).isfinite().all().item<bool>());
      const Tensor fewer = (x.to(at::kDouble) * (1 - 1e-12)).to(at::kLong);
      EXPECT_TRUE(d.log_prob(fewer).isinf().all().item<bool>()) << n << ' ' << categories;
      const Tensor more = (x.to(at::kDouble) * (1 + 1e-12)).to(at::kLong);
      EXPECT_THROW(d.log_prob(more), c10::ValueError) << n << ' ' << categories;
    }
  }
}

TEST(Multinomial, KeepsItsAccuracyForLargeCounts) {
  const Tensor p = at::full({4}, 0.25), x = at::full({4}, 2.5e7);
  EXPECT_NEAR(Multinomial(1e8, p).log_prob(x).item<double>(), -27.61524800580279, 2e-6);
  const Tensor logits = p.log().requires_grad_();
  const Tensor log_prob = Multinomial(1e8, {.logits = logits}).log_prob(x);
  const Tensor slope = test::gradient(log_prob, logits);
  EXPECT_TRUE(slope.abs().le(8).all().item<bool>()) << slope;  // x - n p
}

TEST(Multinomial, MaskedCategoriesHaveFiniteGradients) {
  const Tensor w = doubles({0.5, 0, 1.5}).requires_grad_();
  const Tensor l = doubles({0, -INFINITY, 1}).requires_grad_();
  const Tensor x = doubles({1, 0, 3});
  for (const auto& [d, leaf] :
       {std::pair(Multinomial(4, w), w), std::pair(Multinomial(4, logits(l)), l)}) {
    for (const Tensor& y : {d.log_prob(x), d.entropy(), d.mean().sum()}) {
      const Tensor slope = test::gradient(y, leaf);
      EXPECT_TRUE(slope.isfinite().all().item<bool>()) << slope;
    }
    EXPECT_EQ(d.log_prob(doubles({1, 1, 2})).item<double>(), -INFINITY);
    EXPECT_TRUE(d.sample({200}).select(-1, 1).eq(0).all().item<bool>());
  }
}

TEST(Multinomial, ProbabilitiesThatUnderflowHaveALogProbability) {
  const Tensor l = doubles({0, -1000}).requires_grad_();
  const Tensor log_prob = Multinomial(3, logits(l)).log_prob(doubles({1, 2}));
  EXPECT_NEAR(log_prob.item<double>(), std::log(3) - 2000, 1e-11);
  EXPECT_TRUE(test::gradient(log_prob, l).allclose(doubles({-2, 2}), 1e-12));
}

TEST(Multinomial, DrawsHaveTheirMeansAndCovariances) {
  at::manual_seed(5);
  constexpr int64_t kDraws = 100000;
  const Tensor p = doubles({0.05, 0.3, 0, 0.4, 0.25});
  for (const double n : {1.0, 7.0, 1000.0, 1e9}) {
    const Tensor x = Multinomial(n, p).sample({kDraws});
    EXPECT_TRUE(x.sum(-1).eq(n).all().item<bool>());
    const Tensor centred = x - n * p;
    const Tensor covariance = n * (at::diag(p) - at::outer(p, p));
    const Tensor got = centred.t().mm(centred) / static_cast<double>(kDraws);
    const Tensor variance = covariance.diagonal();
    const Tensor scale = at::outer(variance, variance).sqrt() + n * at::outer(p, p);
    EXPECT_TRUE(((got - covariance).abs() <= 0.06 * scale).all().item<bool>())
        << n << ": " << got << " instead of " << covariance;
    const Tensor error = (variance / static_cast<double>(kDraws)).sqrt();
    EXPECT_TRUE((centred.mean(0).abs() <= 6 * error).all().item<bool>()) << n;
  }
}

TEST(Multinomial, DrawsHaveTheProbabilities) {
  at::manual_seed(6);
  constexpr int64_t kDraws = 100000;
  const Multinomial d(3, doubles({0.2, 0.5, 0.3}));
  const Tensor draws = d.sample({kDraws}), values = compositions(3, 3);
  for (const Tensor& x : values.unbind()) {
    const double p = d.log_prob(x).exp().item<double>();
    const double frequency = draws.eq(x).all(-1).to(at::kDouble).mean().item<double>();
    EXPECT_NEAR(frequency, p, 6 * std::sqrt(p * (1 - p) / kDraws)) << x;
  }
}

// Up to 4 draws for each category are made one by one.
TEST(Multinomial, DrawsOfBothKindsHaveTheProbabilities) {
  constexpr int64_t kDraws = 200000;
  const Tensor p = doubles({0, 0.02, 0.08, 0.3, 0.6, 0});
  for (const double n : {24.0, 25.0}) {
    const Tensor draws =
        Multinomial(n, p).sample({kDraws}, at::make_generator<at::CPUGeneratorImpl>(3));
    for (int64_t k = 0; k < p.size(0); ++k) {
      const Binomial of_category(n, p[k]);
      for (double count = 0; count <= n; ++count) {
        const double expected = of_category.log_prob(doubles({count})).exp().item<double>();
        const double got = draws.select(-1, k).eq(count).to(at::kDouble).mean().item<double>();
        EXPECT_NEAR(got, expected, 5 * std::sqrt(expected / kDraws) + 1e-5)
            << n << " " << k << " " << count;
      }
    }
  }
}

// Each vector of the batch has its own weights, and each draw of the batch takes them again.
TEST(Multinomial, DrawsOfABatchHaveTheirMeans) {
  at::manual_seed(8);
  const Tensor p = at::rand({3, 2, 40}, at::kDouble), n = doubles({5, 400});
  const Multinomial d(n, p);
  const Tensor x = d.sample({4000});
  EXPECT_TRUE(x.sum(-1).eq(n).all().item<bool>());
  const Tensor error = (x.mean(0) - d.mean()) / (d.stddev() / std::sqrt(4000.0));
  EXPECT_LT(error.abs().max().item<double>(), 5);
}

TEST(Multinomial, ManyDrawsOfManyCategoriesAreFast) {
  const Tensor weights = at::rand({4, 10001}, at::kDouble);
  const Multinomial d(1e12, weights);
  const Tensor x = d.sample();
  EXPECT_TRUE(x.sum(-1).eq(1e12).all().item<bool>());
  EXPECT_LT(((x - d.mean()) / d.stddev()).abs().max().item<double>(), 7);
}

TEST(Multinomial, DrawsThatTheDtypeCannotRepresentAreRoundedDown) {
  at::manual_seed(7);
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const double n = dtype == at::kFloat ? 0x1p30 : dtype == at::kHalf ? 60000 : 0x1p14;
    const Multinomial d(n, at::rand({7}).to(dtype), true);
    const Tensor x = d.sample({100});
    EXPECT_EQ(x.scalar_type(), dtype);
    EXPECT_TRUE(d.log_prob(x).isfinite().all().item<bool>()) << dtype;
  }
}

TEST(Multinomial, WhatAreNoParametersAreDrawnAsNaN) {
  const Tensor counts = doubles({NAN, -1, 2.5, INFINITY, 3, 3, 3});
  Tensor p = at::full({7, 2}, 0.5, at::kDouble);
  p[4][0].fill_(NAN);
  p[5].fill_(0);
  const Tensor draws = Multinomial(counts, p, false).sample({4});
  EXPECT_TRUE(draws.slice(1, 0, 6).isnan().all().item<bool>()) << draws;
  EXPECT_TRUE(draws.select(1, 6).sum(-1).eq(3).all().item<bool>()) << draws;
}

TEST(Multinomial, TheTotalCountIsExactInEveryDtype) {
  const Multinomial d = Multinomial(100001, {0.5, 0.5}).to(at::kHalf);
  EXPECT_EQ(d.total_count().item<double>(), 100001);
  EXPECT_EQ(d.mean().scalar_type(), at::kHalf);
  EXPECT_EQ(d.entropy().scalar_type(), at::kHalf);
  EXPECT_TRUE(d.sample({5}).isfinite().all().item<bool>());
}

TEST(Multinomial, RefusesWhatIsNoCount) {
  EXPECT_THROW(Multinomial(-1, {0.5, 0.5}), c10::ValueError);
  EXPECT_THROW(Multinomial(1.5, {0.5, 0.5}), c10::ValueError);
  EXPECT_THROW(Multinomial(doubles({1, 2, 3}), at::ones({2, 4})), c10::ValueError);
  EXPECT_THROW(Multinomial(2, {0.5, -0.5}), c10::ValueError);
  EXPECT_THROW(Multinomial(2, ProbsOrLogits()), c10::ValueError);
}

}  // namespace
}  // namespace torch::distributions
