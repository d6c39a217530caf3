#include <torch/distributions/exp_relaxed_categorical.h>

#include <gmock/gmock.h>

#include <cmath>

#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::kInfinity;

// For two categories, u = x1 - x0 has a logistic distribution with the mean (log p1 - log p0) / T
// and the scale 1 / T. With y = exp(x) on the simplex, du = dy / (y0 y1), and p(x) = y0 y1 p(y) =
// p(u).
TEST(ExpRelaxedCategorical, TwoCategoriesAreLogistic) {
  const Tensor u = at::linspace(-6, 6, 25, at::kDouble);
  const Tensor x = at::stack({-at::softplus(u), -at::softplus(-u)}, -1);
  const double t = 0.7;
  const Tensor z = t * u - std::log(3.0);  // of p1 / p0 = 3
  const Tensor density = std::log(t) - z - 2 * at::softplus(-z);
  const ExpRelaxedCategorical d(t, doubles({1, 3}));
  EXPECT_TRUE(d.log_prob(x).allclose(density, 1e-13, 1e-13)) << d.log_prob(x) - density;
}

TEST(ExpRelaxedCategorical, TheTemperatureMayDifferOverTheBatch) {
  const Tensor temperatures = doubles({0.1, 1, 5}).unsqueeze(1), weights = doubles({1, 2, 5, 0.5});
  const ExpRelaxedCategorical batch(temperatures, weights);
  EXPECT_EQ(batch.batch_shape(), IntArrayRef({3}));
  EXPECT_EQ(batch.event_shape(), IntArrayRef({4}));
  EXPECT_TRUE(batch.temperature().equal(temperatures));
  EXPECT_EQ(batch.logits().sizes(), IntArrayRef({3, 4}));
  const Tensor x = batch.sample({20});
  EXPECT_EQ(x.sizes(), IntArrayRef({20, 3, 4}));
  for (int64_t i = 0; i < 3; ++i) {
    const ExpRelaxedCategorical one(temperatures[i].item<double>(), weights);
    EXPECT_EQ(one.temperature().sizes(), IntArrayRef({1}));
    EXPECT_TRUE(batch.log_prob(x).select(1, i).allclose(one.log_prob(x.select(1, i)), 1e-14));
  }
  const ExpRelaxedCategorical column(temperatures.unsqueeze(1), at::rand({2, 4}, at::kDouble));
  EXPECT_EQ(column.batch_shape(), IntArrayRef({3, 2}));
  EXPECT_EQ(column.log_prob(column.sample({5})).sizes(), IntArrayRef({5, 3, 2}));
  // Python's result has the shape [5, 5].
  const ExpRelaxedCategorical square(at::ones({5, 1}), {.logits = at::zeros({5, 2})});
  EXPECT_EQ(square.log_prob(at::full({5, 2}, 0.5)).sizes(), IntArrayRef({5}));
}

TEST(ExpRelaxedCategorical, ExpandsAndConverts) {
  const ExpRelaxedCategorical d(doubles({0.5}), {.logits = doubles({0, 1, 2})});
  const ExpRelaxedCategorical wide = d.expand({2, 3});
  EXPECT_EQ(wide.temperature().sizes(), IntArrayRef({2, 3, 1}));
  EXPECT_EQ(wide.sample({4}).sizes(), IntArrayRef({4, 2, 3, 3}));
  EXPECT_EQ(d.to(at::kFloat).sample().scalar_type(), at::kFloat);
  EXPECT_EQ(d.to(at::kFloat).temperature().scalar_type(), at::kFloat);
  EXPECT_THROW(ExpRelaxedCategorical(1e-9, {0.5, 0.5}).to(at::kHalf), c10::ValueError);
}

TEST(ExpRelaxedCategorical, NumbersTakeTheDtypeOfTheOtherParameter) {
  const auto dtype = [](const ExpRelaxedCategorical& d) { return d.sample().scalar_type(); };
  EXPECT_EQ(dtype(ExpRelaxedCategorical(0.5, {0.5, 0.5})), at::kFloat);
  EXPECT_EQ(dtype(ExpRelaxedCategorical(doubles({0.5}), {0.5, 0.5})), at::kDouble);
  EXPECT_EQ(dtype(ExpRelaxedCategorical(1, doubles({0.5, 0.5}))), at::kDouble);
  EXPECT_EQ(dtype(ExpRelaxedCategorical(at::ones({1}), doubles({0.5, 0.5}))), at::kDouble);
  EXPECT_EQ(dtype(ExpRelaxedCategorical(at::tensor({2}), {.logits = {0, 1}})), at::kFloat);
}

TEST(ExpRelaxedCategorical, RefusesWhatIsNoTemperature) {
  EXPECT_THROW(ExpRelaxedCategorical(0, {0.5, 0.5}), c10::ValueError);
  EXPECT_THROW(ExpRelaxedCategorical(-1, {0.5, 0.5}), c10::ValueError);
  EXPECT_THROW(ExpRelaxedCategorical(NAN, {0.5, 0.5}), c10::ValueError);
  EXPECT_THROW(ExpRelaxedCategorical(Param(), {0.5, 0.5}), c10::ValueError);
  EXPECT_THROW(ExpRelaxedCategorical(1, ProbsOrLogits()), c10::ValueError);
  EXPECT_THROW(ExpRelaxedCategorical(at::ones({3, 1}), at::ones({2, 4})), c10::ValueError);
  // One for each category, or for a batch without the dimension of the categories.
  EXPECT_THAT(test::refusal([] {
                ExpRelaxedCategorical(at::ones({2}), at::ones({2, 2}));
              }),
              testing::HasSubstr("the last dimension of `temperature`"));
  EXPECT_THAT(test::refusal([] {
                ExpRelaxedCategorical(-1, {0.5, 0.5});
              }),
              testing::HasSubstr("ExpRelaxedCategorical"));
}

TEST(ExpRelaxedCategorical, LargeScoresDoNotOverflow) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const ExpRelaxedCategorical d(1e3, {.logits = doubles({0, 800, -900}).to(dtype)});
    const Tensor x = doubles({-1, -2.5, -0.5, 0, -500, -700}).view({2, 3}).to(dtype);
    // By mpmath. 2 log T + log 2 = 14.5; the scores are 1000, 3300 and -400, then 0, 5e5 and 7e5.
    const Tensor scores = doubles({200, 2500, -1200, -800, 500000, 698300}).view({2, 3});
    const Tensor want = std::log(2e6) + (scores - scores.amax(-1, true)).sum(-1);
    EXPECT_TRUE(d.log_prob(x).to(at::kDouble).allclose(want, 1e-6)) << d.log_prob(x) << want;
  }
}

TEST(ExpRelaxedCategorical, DerivativesOfEveryOrder) {
  const std::vector<Tensor> inputs{doubles({0.7}), doubles({0.5, 2, 3.5}), doubles({-1, -0.5, -2})};
  for (const bool by_logits : {false, true}) {
    const auto log_prob = [&](const std::vector<Tensor>& t) {
      return ExpRelaxedCategorical(t[0], by_logits ? logits(t[1]) : probs(t[1])).log_prob(t[2]);
    };
    EXPECT_TRUE(test::gradcheck(log_prob, inputs));
    EXPECT_TRUE(test::gradgradcheck(log_prob, inputs));
    const auto draw = [&](const std::vector<Tensor>& t) {
      at::manual_seed(4);
      return ExpRelaxedCategorical(t[0], by_logits ? logits(t[1]) : probs(t[1])).rsample({3});
    };
    EXPECT_TRUE(test::gradcheck(draw, {inputs[0], inputs[1]}));
    EXPECT_TRUE(test::gradgradcheck(draw, {inputs[0], inputs[1]}));
  }
}

// A category of weight 0 is at -inf, and the others are as without it.
TEST(ExpRelaxedCategorical, MaskedCategoriesDoNotCount) {
  const Tensor w = doubles({0.5, 0, 1.5}).requires_grad_();
  const Tensor l = doubles({0, -kInfinity, 1}).requires_grad_();
  const Tensor t = doubles({0.5}).requires_grad_();
  for (const auto& [d, leaf] : {std::pair(ExpRelaxedCategorical(t, w), w),
                                std::pair(ExpRelaxedCategorical(t, logits(l)), l)}) {
    at::manual_seed(5);
    const Tensor x = d.rsample({20});
    EXPECT_TRUE(x.select(-1, 1).eq(-kInfinity).all().item<bool>());
    EXPECT_TRUE(x.select(-1, 0).isfinite().all().item<bool>());
    const Tensor rest = x.detach().index_select(-1, at::tensor({0, 2}));
    const ExpRelaxedCategorical without(t, d.probs().index_select(-1, at::tensor({0, 2})));
    EXPECT_TRUE(d.log_prob(x.detach()).allclose(without.log_prob(rest), 1e-13));
    for (const Tensor& input : {leaf, t}) {
      for (const Tensor& y : {d.log_prob(x.detach()), x.select(-1, 0), x.exp()}) {
        const Tensor slope = test::gradient(y, input);
        EXPECT_TRUE(slope.isfinite().all().item<bool>()) << slope;
      }
    }
    EXPECT_EQ(d.log_prob(doubles({-1, -1, -1})).item<double>(), -kInfinity);
  }
}

TEST(ExpRelaxedCategorical, InfiniteCoordinatesHaveNoDensity) {
  const Tensor t = doubles({0.5}).requires_grad_(), l = doubles({0, 1, 2}).requires_grad_();
  const ExpRelaxedCategorical d(t, logits(l));
  const Tensor x =
      doubles({-kInfinity, -1, -2, kInfinity, -1, -2, -1, -1, -2}).view({3, 3}).requires_grad_();
  const Tensor log_prob = d.log_prob(x);
  EXPECT_TRUE(log_prob.slice(0, 0, 2).eq(-kInfinity).all().item<bool>());
  for (const Tensor& input : {t, l, x}) {
    const Tensor slope = test::gradient(log_prob, input);
    EXPECT_TRUE(slope.isfinite().all().item<bool>()) << slope;
  }
  EXPECT_TRUE(ExpRelaxedCategorical(0.5, {0.5, 0.5}, false)
                  .log_prob(doubles({NAN, -1}))
                  .isnan()
                  .item<bool>());
}

// The frequencies with which a category has the largest coordinate are its probabilities.
TEST(ExpRelaxedCategorical, TheLargestCoordinateIsCategorical) {
  at::manual_seed(6);
  constexpr int64_t kDraws = 200000;
  const Tensor p = doubles({0.1, 0.5, 0.4});
  for (const double t : {1e-6, 0.5, 20.0}) {
    const Tensor x = ExpRelaxedCategorical(t, p).sample({kDraws});
    const Tensor frequency = at::bincount(x.argmax(-1), {}, 3).to(at::kDouble) / kDraws;
    EXPECT_TRUE((frequency - p).abs().le(5 * (p * (1 - p) / kDraws).sqrt()).all().item<bool>())
        << frequency;
  }
}

// Differences of coordinates are logistic with the scale 1 / T.
TEST(ExpRelaxedCategorical, DrawsHaveTheirScale) {
  at::manual_seed(7);
  constexpr int64_t kDraws = 200000;
  for (const double t : {0.01, 1.0, 30.0}) {
    const Tensor x = ExpRelaxedCategorical(t, doubles({1, 2, 7})).sample({kDraws});
    const Tensor z = t * (x.select(-1, 2) - x.select(-1, 0));
    const double variance = std::acos(-1.0) * std::acos(-1.0) / 3;
    EXPECT_NEAR(z.mean().item<double>(), std::log(7), 5 * std::sqrt(variance / kDraws)) << t;
    EXPECT_NEAR(z.var().item<double>() / variance, 1, 0.02) << t;
  }
}

TEST(ExpRelaxedCategorical, DrawsOfEveryTemperatureAreFinite) {
  at::manual_seed(8);
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const double t : {5e-324, 1e-300, 1e-40, 1e-7, 1e-3, 1.0, 6e4}) {
      const Tensor temperature = doubles({t}).to(dtype);
      if (temperature.item<double>() == 0) continue;
      const ExpRelaxedCategorical d(temperature, {.logits = doubles({0, -3, 8}).to(dtype)});
      const Tensor x = d.sample({200});
      EXPECT_EQ(x.scalar_type(), dtype);
      EXPECT_TRUE(x.isfinite().all().item<bool>()) << dtype << ' ' << t;
      EXPECT_FALSE(d.log_prob(x).isnan().any().item<bool>()) << dtype << ' ' << t;
    }
  }
}

// A derivative in the temperature T is of the order of T^-2, and one in the logits of T^-1.
TEST(ExpRelaxedCategorical, DrawsOfLowTemperaturesHaveGradients) {
  at::manual_seed(9);
  const Tensor l = doubles({0, -3, 8}).requires_grad_();
  for (const double least : {5e-324, 1e-310, 1e-300, 1e-160, 1e-150, 1e-7}) {
    const Tensor t = doubles({least}).requires_grad_();
    const Tensor x = ExpRelaxedCategorical(t, logits(l)).rsample({100});
    for (const Tensor& y : {x, x.select(-1, 0), x * 0}) {
      EXPECT_TRUE(test::gradient(y, l).isfinite().all().item<bool>()) << least;
      EXPECT_TRUE(test::gradient(y, t).isfinite().all().item<bool>()) << least;
    }
    if (least < 1e-305) continue;
    // x2 = 0 is the largest in nearly every draw, and dx0 / dl0 = 1 / T.
    const Tensor slope = test::gradient(x.select(-1, 0), l) * (least / 100);
    EXPECT_TRUE(slope.allclose(doubles({1, 0, -1}), 0, 0.1)) << least << slope;
  }
}

TEST(ExpRelaxedCategorical, WhatAreNoParametersAreDrawnAsNaN) {
  const Tensor t = doubles({NAN, -1, 0, 1, 1, 1}).unsqueeze(1);
  Tensor p = at::full({6, 2}, 0.5, at::kDouble);
  p[3][0].fill_(NAN);
  p[4].fill_(0);
  const Tensor x = ExpRelaxedCategorical(t, p, false).sample({4});
  EXPECT_TRUE(x.slice(1, 0, 5).isnan().all().item<bool>()) << x;
  EXPECT_TRUE(x.select(1, 5).isfinite().all().item<bool>()) << x;
}

}  // namespace
}  // namespace torch::distributions
