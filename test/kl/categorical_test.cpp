#include <torch/distributions/categorical.h>

#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <torch/distributions/kl.h>
#include <torch/distributions/one_hot_categorical.h>

#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

Categorical by_logits(const Tensor& logits) { return Categorical({.logits = logits}); }

TEST(KlCategoricalTest, MaskedCategoriesHaveNoGradient) {
  const Tensor masked = doubles({0, 1, -kInfinity}).requires_grad_();
  for (const bool same : {true, false}) {
    const Tensor other =
        (same ? masked.detach().clone() : doubles({0.5, 0.25, 2})).requires_grad_();
    const Tensor kl = kl_divergence(by_logits(masked), by_logits(other));
    const auto gradients = torch::autograd::grad({kl}, {masked, other});
    EXPECT_EQ(gradients[0][2].item<double>(), 0);
    for (const Tensor& gradient : gradients) {
      EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << gradient;
      EXPECT_NEAR(gradient.sum().item<double>(), 0, 1e-15);
    }
    if (same) {
      EXPECT_TRUE(gradients[0].eq(0).all().item<bool>()) << gradients[0];
    }
  }
}

TEST(KlCategoricalTest, ZeroWeightsHaveFiniteGradients) {
  const Tensor p = doubles({0.25, 0.75, 0}).requires_grad_(),
               q = doubles({0.5, 0.25, 0.25}).requires_grad_();
  const Tensor kl = kl_divergence(Categorical(p), Categorical(q));
  EXPECT_NEAR(kl.item<double>(), 0.25 * std::log(0.5) + 0.75 * std::log(3), 1e-15);
  for (const Tensor& gradient : torch::autograd::grad({kl}, {p, q})) {
    EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << gradient;
  }
  EXPECT_EQ(kl_divergence(Categorical(q), Categorical(p)).item<double>(), kInfinity);
}

// The reference uses the rounded logits. The accuracy does not depend on the distance of p and q.
TEST(KlCategoricalTest, FloatsKeepTheirDigits) {
  at::manual_seed(0);
  const Tensor logits = at::randn({300, 8});
  for (const double distance : {1e-3, 1e-2, 0.1, 1.0, 5.0, 30.0}) {
    const Categorical p = by_logits(logits), q = by_logits(logits + distance * at::randn({300, 8}));
    const Tensor from = p.logits().to(at::kDouble), to = q.logits().to(at::kDouble);
    const Tensor want = (from.exp() * ((to - from).expm1() - (to - from))).sum(-1);
    const Tensor error = (kl_divergence(p, q).to(at::kDouble) / want - 1).abs().max();
    EXPECT_LT(error.item<double>(), 1e-6) << distance;
  }
}

TEST(KlCategoricalTest, NeedsAsManyCategories) {
  EXPECT_THROW(kl_divergence(Categorical(doubles({1, 1})), Categorical(doubles({1}))),
               c10::ValueError);
  EXPECT_THROW(kl_divergence(OneHotCategorical(doubles({1, 1})), OneHotCategorical(doubles({1}))),
               c10::ValueError);
}

TEST(KlCategoricalTest, BroadcastsBatches) {
  const Tensor p = at::rand({4, 1, 3}, at::kDouble), q = at::rand({2, 3}, at::kDouble);
  const Tensor kl = kl_divergence(Categorical(p), Categorical(q));
  EXPECT_EQ(kl.sizes(), IntArrayRef({4, 2}));
  EXPECT_TRUE(kl[3][1].allclose(kl_divergence(Categorical(p[3][0]), Categorical(q[1]))));
}

}  // namespace
}  // namespace torch::distributions::test
