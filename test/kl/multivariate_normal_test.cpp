#include <torch/distributions/multivariate_normal.h>

#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/low_rank_multivariate_normal.h>
#include <torch/distributions/normal.h>

#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

Tensor factors(IntArrayRef shape) {
  return at::rand(shape, kDoubles).tril() + at::eye(shape.back(), kDoubles);
}

MultivariateNormal mvn(const Tensor& loc, const Tensor& factor) {
  return MultivariateNormal(loc, {.scale_tril = factor});
}

// A factor whose batch is smaller than that of the means is used for all of them at once. The
// result equals that of separate divergences.
TEST(KlMultivariateNormalTest, BroadcastsBatches) {
  at::manual_seed(0);
  const std::vector<MultivariateNormal> some{
      mvn(at::randn({3}, kDoubles), factors({3, 3})),
      mvn(at::randn({4, 3}, kDoubles), factors({3, 3})),
      mvn(at::randn({3}, kDoubles), factors({4, 3, 3})),
      mvn(at::randn({2, 1, 3}, kDoubles), factors({2, 4, 3, 3})),
      mvn(at::randn({2, 4, 3}, kDoubles), factors({2, 1, 3, 3}))};
  for (const auto& p : some) {
    for (const auto& q : some) {
      const Tensor kl = kl_divergence(p, q);
      EXPECT_EQ(kl.sizes(), IntArrayRef(at::infer_size(p.batch_shape(), q.batch_shape())));
      const auto wide_p = p.expand({2, 4}), wide_q = q.expand({2, 4});
      const Tensor wide = kl.expand({2, 4});
      for (const int64_t i : {0, 1}) {
        for (const int64_t j : {0, 3}) {
          const auto one = [&](const MultivariateNormal& d) {
            return mvn(d.loc()[i][j], d.scale_tril()[i][j].contiguous());
          };
          EXPECT_NEAR(wide[i][j].item<double>(),
                      kl_divergence(one(wide_p), one(wide_q)).item<double>(), 1e-12);
        }
      }
    }
  }
}

TEST(KlMultivariateNormalTest, IsTheNormalsInOneDimension) {
  const Tensor loc = at::randn({5, 1}, kDoubles), scale = at::rand({5, 1, 1}, kDoubles) + 0.1;
  const auto kl =
      kl_divergence(mvn(loc, scale), mvn(at::zeros({1}, kDoubles), at::eye(1, kDoubles)));
  const Normal p(loc.squeeze(-1), scale.squeeze(-1).squeeze(-1)), q(at::zeros({}, kDoubles), 1.0);
  EXPECT_TRUE(kl.allclose(kl_divergence(p, q), 1e-14, 0));
}

TEST(KlMultivariateNormalTest, IsDifferentiable) {
  at::manual_seed(0);
  const auto kl = [](const std::vector<Tensor>& t) {
    return kl_divergence(mvn(t[0], t[1].tril()), mvn(t[2], t[3].tril()));
  };
  const std::vector<Tensor> inputs{at::randn({2, 3}, kDoubles), factors({3, 3}),
                                   at::randn({3}, kDoubles), factors({2, 3, 3})};
  EXPECT_TRUE(gradcheck(kl, inputs));
  EXPECT_TRUE(gradgradcheck(kl, inputs));
}

// An Independent of a Normal is a MultivariateNormal with a diagonal covariance.
TEST(KlMultivariateNormalTest, TakesAnIndependentOfANormal) {
  at::manual_seed(0);
  for (const std::vector<int64_t>& batch : std::vector<std::vector<int64_t>>{{}, {4}, {2, 1}}) {
    std::vector<int64_t> shape(batch);
    shape.push_back(3);
    const Tensor loc = at::randn(shape, kDoubles), scale = at::rand(shape, kDoubles) + 0.1;
    const Independent independent(Normal(loc, scale), 1);
    const MultivariateNormal same = mvn(loc, scale.diag_embed());
    for (const MultivariateNormal& other :
         {mvn(at::randn({3}, kDoubles), factors({3, 3})),
          mvn(at::randn({2, 4, 3}, kDoubles), factors({4, 3, 3}))}) {
      const Tensor from = kl_divergence(independent, other), to = kl_divergence(other, independent);
      EXPECT_TRUE(from.allclose(kl_divergence(same, other), 1e-13));
      EXPECT_TRUE(to.allclose(kl_divergence(other, same), 1e-13));
    }
    EXPECT_TRUE(kl_divergence(independent, same).eq(0).all().item<bool>());
    EXPECT_TRUE(kl_divergence(same, independent).eq(0).all().item<bool>());
  }
}

TEST(KlMultivariateNormalTest, IsDifferentiableInAnIndependent) {
  at::manual_seed(0);
  const auto kl = [](const std::vector<Tensor>& t) {
    const MultivariateNormal p = mvn(t[0], t[1].tril());
    const Independent q(Normal(t[2], t[3]), 1);
    return kl_divergence(p, q) + kl_divergence(q, p);
  };
  const std::vector<Tensor> inputs{at::randn({2, 3}, kDoubles), factors({3, 3}),
                                   at::randn({3}, kDoubles), at::rand({2, 3}, kDoubles) + 0.5};
  EXPECT_TRUE(gradcheck(kl, inputs));
  EXPECT_TRUE(gradgradcheck(kl, inputs));
}

LowRankMultivariateNormal low_rank(const Tensor& loc, const Tensor& factor, const Tensor& diag) {
  return LowRankMultivariateNormal(loc, factor, diag);
}

MultivariateNormal dense(const LowRankMultivariateNormal& d) {
  return MultivariateNormal(d.loc(), {.covariance_matrix = d.covariance_matrix()});
}

TEST(KlLowRankMultivariateNormalTest, IsThatOfTheDenseOnes) {
  at::manual_seed(0);
  const std::vector<LowRankMultivariateNormal> some{
      low_rank(at::randn({3}, kDoubles), at::randn({3, 2}, kDoubles),
               at::rand({3}, kDoubles) + 0.1),
      low_rank(at::randn({4, 3}, kDoubles), at::randn({3, 1}, kDoubles),
               at::rand({3}, kDoubles) + 0.1),
      low_rank(at::randn({3}, kDoubles), at::randn({4, 3, 5}, kDoubles),
               at::rand({3}, kDoubles) + 0.1),
      low_rank(at::randn({2, 1, 3}, kDoubles), at::randn({3, 0}, kDoubles),
               at::rand({2, 4, 3}, kDoubles) + 0.1),
      low_rank(at::randn({2, 4, 3}, kDoubles), at::randn({2, 1, 3, 2}, kDoubles),
               at::rand({2, 4, 3}, kDoubles) + 0.1)};
  const Independent independent(
      Normal(at::randn({4, 3}, kDoubles), at::rand({4, 3}, kDoubles) + 0.1), 1);
  const MultivariateNormal other = mvn(at::randn({4, 3}, kDoubles), factors({4, 3, 3}));
  const auto expect_close = [](const Tensor& got, const Tensor& want) {
    ASSERT_EQ(got.sizes(), want.sizes());
    EXPECT_TRUE(got.allclose(want, 1e-11, 1e-11)) << got << want;
  };
  for (const auto& p : some) {
    for (const auto& q : some) expect_close(kl_divergence(p, q), kl_divergence(dense(p), dense(q)));
    expect_close(kl_divergence(p, other), kl_divergence(dense(p), other));
    expect_close(kl_divergence(other, p), kl_divergence(other, dense(p)));
    expect_close(kl_divergence(p, independent), kl_divergence(dense(p), independent));
    expect_close(kl_divergence(independent, p), kl_divergence(independent, dense(p)));
    EXPECT_TRUE(kl_divergence(p, p).eq(0).all().item<bool>());
  }
}

// Both formulas, of close covariances and of others, are used in one batch.
TEST(KlLowRankMultivariateNormalTest, IsDifferentiable) {
  at::manual_seed(0);
  const Tensor factor = at::randn({2, 3, 2}, kDoubles), diag = at::rand({2, 3}, kDoubles) + 0.5;
  const Tensor change = at::tensor({0.01, 1.0}, kDoubles).view({2, 1});
  const auto kl = [](const std::vector<Tensor>& t) {
    return kl_divergence(low_rank(t[0], t[1], t[2]), low_rank(t[3], t[4], t[5]));
  };
  const std::vector<Tensor> inputs{at::randn({3}, kDoubles),
                                   factor,
                                   diag,
                                   at::randn({2, 3}, kDoubles),
                                   factor + change.unsqueeze(-1) * at::randn({2, 3, 2}, kDoubles),
                                   diag * (1 + change * at::rand({2, 3}, kDoubles))};
  EXPECT_TRUE(gradcheck(kl, inputs));
  EXPECT_TRUE(gradgradcheck(kl, inputs));
}

// At the border between the two formulas, their results meet.
TEST(KlLowRankMultivariateNormalTest, IsContinuous) {
  at::manual_seed(1);
  const Tensor loc = at::zeros({4}, kDoubles), factor = at::randn({4, 2}, kDoubles),
               diag = at::rand({4}, kDoubles) + 0.5;
  const LowRankMultivariateNormal p = low_rank(loc, factor, diag);
  for (const double size : {0.25, 0.124, 0.126, 0.06, 0.02, 1e-3}) {
    const auto q = low_rank(loc, factor * (1 + size / 3), diag / (1 + size));
    EXPECT_NEAR(
        kl_divergence(p, q).item<double>() / kl_divergence(dense(p), dense(q)).item<double>(), 1,
        1e-9 / size / size);
  }
}

// All but 1e-12 of the variance of one coordinate is that of the factor, which q's diagonal alone
// does not show.
TEST(KlLowRankMultivariateNormalTest, KeepsItsDigitsUnderADominantFactor) {
  const Tensor loc = at::zeros({2}, kDoubles);
  const auto p = low_rank(loc, doubles({1, 0}).view({2, 1}), doubles({3, 1e-12}));
  const auto q = low_rank(loc, doubles({1, 0}).view({2, 1}), doubles({1e-12, 1e-12}));
  const double ratio = 4 / (1 + 1e-12);
  EXPECT_NEAR(kl_divergence(p, q).item<double>(), 0.5 * (ratio - 1 - std::log(ratio)), 1e-14);
}

}  // namespace
}  // namespace torch::distributions::test
