#include <torch/distributions/logistic_normal.h>

#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/stick_breaking.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::number;

// logit(x) = log(x / (1 - x)) of a single variable is normal.
TEST(LogisticNormal, OfTwoNumbersHasANormalLogit) {
  const LogisticNormal d(doubles({0.5}), 2);
  const Tensor x = doubles({1e-300, 1e-5, 0.25, 0.5, 0.9});
  const Tensor pair = at::stack({x, 1 - x}, -1);
  const Tensor logit = x.log() - (-x).log1p(), jacobian = x.log() + (-x).log1p();
  const Tensor want = Normal(number(0.5), 2).log_prob(logit) - jacobian;
  EXPECT_TRUE(d.log_prob(pair).allclose(want, 1e-14, 1e-14));
}

TEST(LogisticNormal, HasTheBaseAndTransformOfPython) {
  const LogisticNormal d(doubles({0.5, -1}), 2);
  EXPECT_EQ(d.event_shape(), IntArrayRef({3}));
  EXPECT_EQ(d.base_dist()->type().name, std::string("Independent"));
  EXPECT_EQ(d.base_dist()->event_shape(), IntArrayRef({2}));
  ASSERT_EQ(d.transforms().size(), 1);
  EXPECT_TRUE(*d.transforms()[0] == StickBreakingTransform());
  EXPECT_TRUE(d.loc().equal(doubles({0.5, -1})));
  EXPECT_TRUE(d.scale().equal(doubles({2, 2})));
}

TEST(LogisticNormal, OfNumbersIsThatOfOneVariable) {
  const LogisticNormal d(0.5, 2);
  EXPECT_TRUE(d.batch_shape().empty());
  EXPECT_EQ(d.event_shape(), IntArrayRef({2}));
  EXPECT_EQ(d.loc().sizes(), IntArrayRef({1}));
  const LogisticNormal batch = d.expand({4});
  EXPECT_EQ(batch.batch_shape(), IntArrayRef({4}));
  EXPECT_EQ(batch.sample({3}).sizes(), IntArrayRef({3, 4, 2}));
}

TEST(LogisticNormal, ErrorsNameTheClass) {
  const auto make = [] { LogisticNormal(doubles({0, 0}), doubles({1, -1})); };
  EXPECT_THAT(make, testing::ThrowsMessage<c10::ValueError>(testing::HasSubstr("LogisticNormal")));
}

// A number far below the others underflows.
TEST(LogisticNormal, DrawsLieInsideTheSimplex) {
  at::manual_seed(1);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor loc = doubles({-2000, 0, 2000}).to(dtype).requires_grad_();
    const LogisticNormal d(loc, 500);
    const Tensor x = d.rsample({100});
    EXPECT_TRUE((x > 0).all().item<bool>()) << dtype;
    EXPECT_TRUE(d.support()->check(x).all().item<bool>()) << dtype;
    EXPECT_TRUE(gradient(x.sum(), loc).isfinite().all().item<bool>()) << dtype;
    if (dtype != at::kDouble) continue;
    EXPECT_TRUE(d.log_prob(x.detach()).isfinite().all().item<bool>());
  }
}

TEST(LogisticNormal, TheDensityVanishesAtTheBoundary) {
  const Tensor loc = doubles({0.5, -1}).requires_grad_();
  const LogisticNormal d(loc, 2);
  const Tensor log_prob = d.log_prob(doubles({0.5, 0, 0.5, 1, 0, 0, 0.25, 0.25, 0.5}).view({3, 3}));
  EXPECT_EQ(log_prob[0].item<double>(), -INFINITY);
  EXPECT_EQ(log_prob[1].item<double>(), -INFINITY);
  EXPECT_TRUE(std::isfinite(log_prob[2].item<double>()));
  EXPECT_TRUE(gradient(log_prob.sum(), loc).isfinite().all().item<bool>());
}

// A bijection does not change the divergence.
TEST(LogisticNormal, DivergenceIsThatOfTheNormalVariables) {
  const Tensor m = doubles({0.5, -1}), s = doubles({2, 0.5}), n = doubles({0, 3}),
               t = doubles({1, 1});
  const Tensor want = kl_divergence(Normal(m, s), Normal(n, t)).sum();
  EXPECT_TRUE(kl_divergence(LogisticNormal(m, s), LogisticNormal(n, t)).allclose(want, 1e-14));
}

}  // namespace
}  // namespace torch::distributions
