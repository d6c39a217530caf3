#include <torch/distributions/multivariate_normal.h>

#include <gmock/gmock.h>

#include <torch/distributions/independent.h>
#include <torch/distributions/kl.h>
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

}  // namespace
}  // namespace torch::distributions::test
