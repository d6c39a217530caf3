#include <torch/distributions/one_hot_categorical.h>

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>
#include <sstream>
#include <string>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::kInfinity;

TEST(OneHotCategoricalTest, IsACategoricalInOtherClothes) {
  const Tensor logits = at::randn({2, 3}, at::kDouble);
  const OneHotCategorical one_hot({.logits = logits});
  const Categorical plain({.logits = logits});
  at::manual_seed(1);
  const Tensor x = one_hot.sample({5});
  at::manual_seed(1);
  const Tensor index = plain.sample({5});
  EXPECT_TRUE(x.argmax(-1).equal(index));
  EXPECT_TRUE(x.sum(-1).eq(1).all().item<bool>());
  EXPECT_EQ(x.scalar_type(), at::kDouble);
  EXPECT_TRUE(one_hot.log_prob(x).equal(plain.log_prob(index)));
  EXPECT_TRUE(one_hot.entropy().equal(plain.entropy()));
  EXPECT_TRUE(one_hot.mean().equal(plain.probs()));
  EXPECT_TRUE(one_hot.mode().argmax(-1).equal(plain.mode()));
}

TEST(OneHotCategoricalTest, OtherVectorsHaveNoProbability) {
  const OneHotCategorical d(at::ones({3}), false);
  const Tensor log_prob = d.log_prob(
      at::tensor({0.5, 0.5, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0}).view({4, 3}));
  EXPECT_TRUE(log_prob.slice(0, 0, 3).eq(-kInfinity).all().item<bool>());
  EXPECT_TRUE(log_prob[3].isfinite().item<bool>());
  EXPECT_THROW(OneHotCategorical(at::ones({3})).log_prob(at::tensor({0.5, 0.5, 0.0})),
               c10::ValueError);
}

TEST(OneHotCategoricalTest, AVectorWithANaNHasADensityOfNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const int64_t n : {3, 40}) {
    Tensor value = at::zeros({3, n}, at::kDouble);
    value[0][0] = nan;
    value[1][1] = nan;
    value[1][0] = 1;
    value[2][0] = 1;
    for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
      const OneHotCategorical d(at::ones({n}, dtype), false);
      for (const Tensor& x : {value.to(dtype), value.to(dtype).t().contiguous().t()}) {
        const Tensor log_prob = d.log_prob(x);
        EXPECT_TRUE(log_prob.slice(0, 0, 2).isnan().all().item<bool>()) << log_prob;
        EXPECT_TRUE(log_prob[2].isfinite().item<bool>());
      }
    }
  }
}

TEST(OneHotCategoricalTest, ValidationIsPassedOn) {
  EXPECT_THROW(OneHotCategorical(at::tensor({-1.0, 2.0})), c10::ValueError);
  EXPECT_NO_THROW(OneHotCategorical(at::tensor({-1.0, 2.0}), false));
  for (const Tensor& wrong : {at::zeros({2, 3}), at::ones({}), at::ones({2, 0})}) {
    try {
      OneHotCategorical{wrong};
      FAIL();
    } catch (const c10::ValueError& error) {
      EXPECT_NE(std::string(error.what()).find("OneHotCategorical"), std::string::npos)
          << error.what();
      EXPECT_NE(std::string(error.what()).find("probs"), std::string::npos) << error.what();
    }
  }
}

TEST(OneHotCategoricalTest, EnumeratesTheUnitVectors) {
  const OneHotCategorical d(at::ones({4, 2, 3}));
  EXPECT_TRUE(d.enumerate_support(false).equal(at::eye(3).view({3, 1, 1, 3})));
  EXPECT_TRUE(d.enumerate_support().equal(at::eye(3).view({3, 1, 1, 3}).expand({3, 4, 2, 3})));
  EXPECT_TRUE(d.log_prob(d.enumerate_support()).exp().sum(0).allclose(at::ones({4, 2})));
}

TEST(OneHotCategoricalTest, ChangesGoThrough) {
  const OneHotCategorical d(at::ones({3}));
  const OneHotCategorical wide = d.expand({2, 4});
  EXPECT_EQ(wide.probs().sizes(), IntArrayRef({2, 4, 3}));
  EXPECT_EQ(wide.sample({0, 5}).sizes(), IntArrayRef({0, 5, 2, 4, 3}));
  EXPECT_EQ(d.to(at::kDouble).sample().scalar_type(), at::kDouble);
}

TEST(OneHotCategoricalStraightThroughTest, GradientIsThatOfTheProbabilities) {
  const Tensor logits = at::tensor({0.5, -1.0, 2.0}, at::kDouble).requires_grad_();
  const OneHotCategoricalStraightThrough d({.logits = logits});
  at::manual_seed(2);
  const Tensor x = d.rsample({4});
  at::manual_seed(2);
  EXPECT_TRUE(x.equal(d.sample({4})));
  EXPECT_TRUE(((x == 0) | (x == 1)).all().item<bool>());
  const Tensor weights = at::tensor({1.0, 2.0, -3.0}, at::kDouble);
  const Tensor actual =
      torch::autograd::grad({(x * weights).sum()}, {logits}, {}, /*retain_graph=*/true)[0];
  const Tensor expected = torch::autograd::grad({4 * (d.probs() * weights).sum()}, {logits})[0];
  EXPECT_TRUE(actual.allclose(expected));
  EXPECT_FALSE(d.sample().requires_grad());
  EXPECT_FALSE(OneHotCategorical({.logits = logits}).has_rsample());
}

TEST(OneHotCategoricalStraightThroughTest, KeepsItsClass) {
  const OneHotCategoricalStraightThrough d(at::ones({3}));
  const DistributionPtr wide = d.Distribution::expand({2});
  EXPECT_EQ(wide->type(), OneHotCategoricalStraightThrough::static_type());
  EXPECT_EQ(*wide->type().base, OneHotCategorical::static_type());
}

}  // namespace
}  // namespace torch::distributions
