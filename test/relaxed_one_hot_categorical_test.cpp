#include <torch/distributions/relaxed_one_hot_categorical.h>

#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/kl.h>
#include <torch/distributions/transforms/exp.h>

#include "support/counted_transform.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::kInfinity;

TEST(RelaxedOneHotCategorical, TwoEqualCategoriesAtTemperatureOneAreUniform) {
  const Tensor u = doubles({0, 1e-300, 0.25, 0.5, 1 - 1e-10, 1});
  const RelaxedOneHotCategorical d(1, {1.0, 1.0});
  const Tensor log_prob = d.log_prob(at::stack({u, 1 - u}, -1));
  EXPECT_TRUE(log_prob.abs().le(1e-13).all().item<bool>()) << log_prob;
}

TEST(RelaxedOneHotCategorical, IsTheExponentialOfAnExpRelaxedCategorical) {
  const Tensor weights = doubles({1, 3, 0.5, 2});
  const ExpRelaxedCategorical d(0.4, weights);
  const RelaxedOneHotCategorical other(0.4, weights);
  at::manual_seed(3);
  const Tensor x = d.sample({50});
  at::manual_seed(3);
  const Tensor y = other.sample({50});
  EXPECT_TRUE(x.exp().allclose(y, 1e-13, 0));
  EXPECT_TRUE((d.log_prob(x) - x.sum(-1)).allclose(other.log_prob(y), 1e-10, 1e-10));
}

TEST(RelaxedOneHotCategorical, BaseAndTransformsArePythons) {
  const RelaxedOneHotCategorical d(0.5, {.logits = doubles({0, 1, 2})});
  ASSERT_EQ(d.transforms().size(), 1U);
  EXPECT_TRUE(*d.transforms()[0] == *TransformPtr(ExpTransform()));
  const auto& base = dynamic_cast<const ExpRelaxedCategorical&>(*d.base_dist());
  EXPECT_TRUE(base.temperature().equal(d.temperature()));
  EXPECT_TRUE(base.logits().equal(d.logits()));
  const TransformedDistribution other(d.base_dist(), d.transforms());
  const Tensor y = d.sample({30});
  EXPECT_TRUE(other.log_prob(y).allclose(d.log_prob(y), 1e-12, 1e-12));
}

TEST(RelaxedOneHotCategorical, IsNotEvaluatedByItsTransforms) {
  const test::WithCountedTransforms<RelaxedOneHotCategorical> d(
      RelaxedOneHotCategorical(0.5, doubles({1, 2, 3})));
  const Tensor y = d.rsample({5});
  d.sample();
  d.log_prob(y);
  EXPECT_THROW(d.log_prob(y + 1), c10::ValueError);
  EXPECT_EQ(d.calls(), 0);
}

TEST(RelaxedOneHotCategorical, MethodsWithoutAFormulaAreNotImplemented) {
  const RelaxedOneHotCategorical d(0.5, {0.5, 0.5});
  const Tensor y = d.sample();
  EXPECT_THROW(d.mean(), c10::NotImplementedError);
  EXPECT_THROW(d.mode(), c10::NotImplementedError);
  EXPECT_THROW(d.variance(), c10::NotImplementedError);
  EXPECT_THROW(d.entropy(), c10::NotImplementedError);
  EXPECT_THROW(d.cdf(y), c10::NotImplementedError);
  EXPECT_THROW(d.log_survival_function(y), c10::NotImplementedError);
  EXPECT_THROW(kl_divergence(d, d), c10::NotImplementedError);
}

TEST(RelaxedOneHotCategorical, ErrorsNameTheClass) {
  const auto refusal = [](const auto&... arguments) {
    return test::refusal([&] { RelaxedOneHotCategorical(arguments...); });
  };
  EXPECT_THAT(refusal(-1, doubles({0.5, 0.5})), testing::HasSubstr("RelaxedOneHotCategorical"));
  EXPECT_THAT(refusal(1, doubles({0.5, -0.5})), testing::HasSubstr("RelaxedOneHotCategorical"));
  EXPECT_THAT(refusal(doubles({1, 1}), doubles({0.5, 0.5})),
              testing::StartsWith("RelaxedOneHotCategorical"));
  EXPECT_THAT(refusal(1, ProbsOrLogits()), testing::StartsWith("RelaxedOneHotCategorical"));
  for (const auto& name : {refusal(-1, doubles({0.5, 0.5})), refusal(1, doubles({0.5, -0.5}))})
    EXPECT_THAT(name, testing::Not(testing::HasSubstr("ExpRelaxed")));
}

TEST(RelaxedOneHotCategorical, PointsOffTheSimplexHaveNoDensity) {
  const Tensor l = doubles({0, 1}).requires_grad_();
  const RelaxedOneHotCategorical d(0.5, logits(l), false);
  const Tensor y =
      doubles({0.5, 0.6, -0.5, 1.5, 0.25, 0.75, NAN, 0.5}).view({4, 2}).requires_grad_();
  const Tensor log_prob = d.log_prob(y);
  EXPECT_TRUE(log_prob.slice(0, 0, 2).eq(-kInfinity).all().item<bool>()) << log_prob;
  EXPECT_TRUE(log_prob[2].isfinite().item<bool>());
  EXPECT_TRUE(log_prob[3].isnan().item<bool>());
  for (const Tensor& input : {l, y}) {
    const Tensor slope = test::gradient(log_prob.slice(0, 0, 3), input).slice(0, 0, 3);
    EXPECT_TRUE(slope.isfinite().all().item<bool>()) << slope;
  }
}

// With m of n coordinates of e -> 0, the density is of the order of e^(T (n - m) - m).
TEST(RelaxedOneHotCategorical, ZerosHaveTheLimitOfTheDensity) {
  const Tensor weights = doubles({1, 2, 3, 4}), e = doubles({1e-250, 1e-50});
  for (const double t : {1.0 / 4, 1.0 / 3, 0.5, 1.0, 3.0, 10.0}) {
    const RelaxedOneHotCategorical d(t, weights);
    for (int64_t m = 1; m <= 3; ++m) {
      Tensor y = at::full({4}, 1.0 / static_cast<double>(4 - m), at::kDouble);
      y.slice(0, 0, m).fill_(0);
      Tensor near = y.expand({2, 4}).clone();
      near.slice(1, 0, m).copy_(e.unsqueeze(1).expand({2, m}));
      const double limit = d.log_prob(y).item<double>();
      const Tensor beside = d.log_prob(near);
      const double rise = (beside[0] - beside[1]).item<double>();
      if (std::abs(rise) < 1e-9) {
        EXPECT_NEAR(limit, beside[0].item<double>(), 1e-9) << t << ' ' << m;
      } else {
        EXPECT_EQ(limit, rise > 0 ? kInfinity : -kInfinity) << t << ' ' << m;
      }
    }
  }
}

TEST(RelaxedOneHotCategorical, GradientsAtZerosAreFinite) {
  for (const double temperature : {0.25, 1.0, 4.0}) {
    const Tensor t = doubles({temperature}).requires_grad_();
    const Tensor p = doubles({0.25, 0.75}).requires_grad_();
    const Tensor y = doubles({0, 1}).requires_grad_();
    const Tensor log_prob = RelaxedOneHotCategorical(t, p).log_prob(y);
    for (const Tensor& input : {t, p, y}) {
      const Tensor slope = test::gradient(log_prob, input);
      EXPECT_TRUE(slope.isfinite().all().item<bool>()) << temperature << slope;
    }
  }
}

TEST(RelaxedOneHotCategorical, DerivativesOfEveryOrder) {
  const std::vector<Tensor> inputs{doubles({0.7}), doubles({0.5, 2, 3.5}),
                                   doubles({0.25, 0.25, 0.5})};
  const auto log_prob = [](const std::vector<Tensor>& t) {
    return RelaxedOneHotCategorical(t[0], logits(t[1])).log_prob(t[2] / t[2].sum());
  };
  EXPECT_TRUE(test::gradcheck(log_prob, inputs));
  EXPECT_TRUE(test::gradgradcheck(log_prob, inputs));
  const auto draw = [](const std::vector<Tensor>& t) {
    at::manual_seed(4);
    return RelaxedOneHotCategorical(t[0], logits(t[1])).rsample({3});
  };
  EXPECT_TRUE(test::gradcheck(draw, {inputs[0], inputs[1]}));
  EXPECT_TRUE(test::gradgradcheck(draw, {inputs[0], inputs[1]}));
}

TEST(RelaxedOneHotCategorical, DrawsOfEveryTemperatureAndDtypeLieInTheSimplex) {
  at::manual_seed(1);
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const int64_t n : {1, 2, 3, 64, 1000}) {
      for (const double t : {1e-7, 1e-3, 0.1, 1.0, 100.0, 6e4}) {
        const Tensor temperature = at::full({1}, t, dtype).requires_grad_();
        const Tensor l = at::randn({4, n}, at::kFloat).to(dtype).requires_grad_();
        const RelaxedOneHotCategorical d(temperature, logits(l));
        const Tensor y = d.rsample({5});
        EXPECT_EQ(y.scalar_type(), dtype);
        EXPECT_TRUE(((y > 0) & (y <= 1)).all().item<bool>()) << dtype << ' ' << n << ' ' << t;
        EXPECT_NO_THROW(EXPECT_FALSE(d.log_prob(y).isnan().any().item<bool>()))
            << dtype << ' ' << n << ' ' << t;
        const Tensor first = y.select(-1, 0);
        EXPECT_FALSE(test::gradient(first, l).isnan().any().item<bool>())
            << dtype << ' ' << n << ' ' << t;
        EXPECT_FALSE(test::gradient(first, temperature).isnan().any().item<bool>())
            << dtype << ' ' << n << ' ' << t;
      }
    }
  }
  const Tensor least = doubles({5e-324}).requires_grad_();
  const Tensor y = RelaxedOneHotCategorical(least, doubles({1, 2, 3})).rsample({50});
  EXPECT_TRUE(y.amax(-1).gt(0.999).all().item<bool>());
  EXPECT_TRUE(test::gradient(y.select(-1, 0), least).isfinite().all().item<bool>());
}

TEST(RelaxedOneHotCategorical, MaskedCategoriesAreDrawnAsZero) {
  const Tensor l = doubles({0, -kInfinity, 1}).requires_grad_();
  const RelaxedOneHotCategorical d(0.5, logits(l));
  const Tensor y = d.rsample({50});
  EXPECT_TRUE(y.select(-1, 1).eq(0).all().item<bool>());
  EXPECT_TRUE(y.select(-1, 0).gt(0).all().item<bool>());
  EXPECT_TRUE(d.log_prob(y).isfinite().all().item<bool>());
  EXPECT_TRUE(test::gradient(y.select(-1, 0), l).isfinite().all().item<bool>());
  EXPECT_TRUE(test::gradient(d.log_prob(y), l).isfinite().all().item<bool>());
}

// Whatever the temperature, category k has the largest coordinate with probability p_k.
TEST(RelaxedOneHotCategorical, TheLargestCoordinateIsCategorical) {
  at::manual_seed(2);
  constexpr int64_t kDraws = 200000;
  const RelaxedOneHotCategorical d(0.5, {.logits = doubles({0.1, 0.5, 0.4})});
  const Tensor frequency =
      at::bincount(d.sample({kDraws}).argmax(-1), {}, 3).to(at::kDouble) / kDraws;
  EXPECT_TRUE((frequency - doubles({0.2603, 0.3883, 0.3514})).abs().le(5e-3).all().item<bool>())
      << frequency;
}

// The mean of y1 for two equal weights is 1 / 2 at every temperature; at T = 1 y1 is uniform.
TEST(RelaxedOneHotCategorical, DrawsHaveTheirVariance) {
  at::manual_seed(3);
  constexpr int64_t kDraws = 200000;
  const Tensor y = RelaxedOneHotCategorical(1, doubles({1, 1})).sample({kDraws}).select(-1, 0);
  EXPECT_NEAR(y.mean().item<double>(), 0.5, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(y.var().item<double>() * 12, 1, 0.015);
}

TEST(RelaxedOneHotCategorical, ExpandsAndConverts) {
  const RelaxedOneHotCategorical d(doubles({0.5}), {.logits = doubles({0, 1, 2})});
  const RelaxedOneHotCategorical wide = d.expand({2, 3});
  EXPECT_EQ(wide.batch_shape(), IntArrayRef({2, 3}));
  EXPECT_EQ(wide.temperature().sizes(), IntArrayRef({2, 3, 1}));
  EXPECT_EQ(wide.sample({4}).sizes(), IntArrayRef({4, 2, 3, 3}));
  EXPECT_EQ(wide.log_prob(wide.sample({4})).sizes(), IntArrayRef({4, 2, 3}));
  EXPECT_EQ(d.to(at::kFloat).sample().scalar_type(), at::kFloat);
  EXPECT_FALSE(RelaxedOneHotCategorical(doubles({0.5}).requires_grad_(), doubles({1, 2}))
                   .detach()
                   .rsample()
                   .requires_grad());
}

}  // namespace
}  // namespace torch::distributions
