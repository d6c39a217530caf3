#include <torch/distributions/categorical.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

namespace torch::distributions {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor gradient(const Tensor& y, const Tensor& x) {
  return torch::autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true)[0];
}

template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const c10::ValueError& e) {
    return e.what_without_backtrace();
  }
  return "accepted";
}

TEST(CategoricalTest, MaskedLogitsHaveFiniteGradients) {
  const Tensor logits = at::tensor({0.0, -kInfinity, 1.0}, at::kDouble).requires_grad_();
  const Categorical c({.logits = logits});
  EXPECT_EQ(c.log_prob(at::tensor(1)).item<double>(), -kInfinity);
  EXPECT_EQ(c.probs()[1].item<double>(), 0);
  for (const Tensor& y : {c.log_prob(at::tensor({0, 2})), c.entropy(), c.probs()[0]}) {
    EXPECT_TRUE(gradient(y, logits).isfinite().all().item<bool>());
  }
  const double p = 1 / (1 + std::exp(1));
  EXPECT_NEAR(c.entropy().item<double>(), -(p * std::log(p) + (1 - p) * std::log1p(-p)), 1e-15);
}

TEST(CategoricalTest, ZeroProbabilitiesHaveFiniteGradients) {
  const Tensor probs = at::tensor({0.25, 0.0, 0.75}, at::kDouble).requires_grad_();
  const Categorical c(probs);
  EXPECT_EQ(c.log_prob(at::tensor(1)).item<double>(), -kInfinity);
  EXPECT_EQ(c.logits()[1].item<double>(), -kInfinity);
  for (const Tensor& y : {c.log_prob(at::tensor({0, 1, 2})), c.entropy(), c.logits()[0]}) {
    EXPECT_TRUE(gradient(y, probs).isfinite().all().item<bool>());
  }
  const Categorical certain(at::tensor({0.0, 1.0}));
  EXPECT_EQ(certain.entropy().item<double>(), 0);
  EXPECT_EQ(certain.log_prob(at::tensor(1)).item<double>(), 0);
}

// The weights are normalised, so that raising one lowers the others: d log p_0 / d w = [1 / p_0 -
// 1, -1].
TEST(CategoricalTest, GradientInProbsGoesThroughTheNormalisation) {
  const Tensor probs = at::tensor({0.2, 0.8}, at::kDouble).requires_grad_();
  EXPECT_TRUE(gradient(Categorical(probs).log_prob(at::tensor(0)), probs)
                  .allclose(at::tensor({4.0, -1.0}, at::kDouble)));
}

TEST(CategoricalTest, AnOffsetOfTheLogitsCostsNoDigits) {
  const Categorical offset({.logits = at::tensor({1e4f, 1e4f + 0.5f})}),
      plain({.logits = at::tensor({0.0f, 0.5f})});
  EXPECT_TRUE(offset.logits().allclose(plain.logits(), 1e-6));
}

TEST(CategoricalTest, BadWeightsAreRefused) {
  const auto of = [](const Tensor& probs) { return refusal([&] { Categorical{probs}; }); };
  // Normalised they would be positive.
  EXPECT_THAT(
      of(at::tensor({1.0, 1.0, -1.0, -3.0}).view({2, 2})),
      ::testing::AllOf(
          HasSubstr("Expected parameter probs (Tensor of shape (2, 2)) of distribution "
                    "Categorical(probs: torch.Size([2, 2])) to satisfy the constraint Simplex()"),
          HasSubstr("at index [1]")));
  for (const double bad : {-0.5, kInfinity, std::nan("")})
    EXPECT_NE(of(at::tensor({bad, 1.0})), "accepted") << bad;
  EXPECT_NE(of(at::zeros({3})), "accepted");
  EXPECT_NE(of(at::scalar_tensor(0.5)), "accepted");
  EXPECT_NE(refusal([] { Categorical({.logits = at::full({2, 3}, -kInfinity)}); }), "accepted");
  EXPECT_NE(refusal([] { Categorical({.logits = at::tensor({kInfinity, 0.0})}); }), "accepted");
  EXPECT_NE(refusal([] { Categorical(ProbsOrLogits{}); }), "accepted");
  EXPECT_NE(refusal([] { Categorical({.probs = at::ones({2}), .logits = at::ones({2})}); }),
            "accepted");
}

// Rounding the parts of a long vector moves their sum by more than any fixed tolerance.
TEST(CategoricalTest, LongVectorsOfEveryDtypeAreAccepted) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor weights = at::ones({1 << 17}, dtype);  // whose sum is beyond the largest half
    const Categorical c(weights);
    EXPECT_EQ(c.probs().scalar_type(), dtype);
    EXPECT_NEAR(c.probs()[7].item<double>() * (1 << 17), 1, 1e-2) << dtype;
    EXPECT_EQ(c.log_prob(at::tensor(3)).scalar_type(), dtype);
    EXPECT_EQ(c.entropy().scalar_type(), dtype);
    EXPECT_EQ(c.mean().scalar_type(), dtype);
    EXPECT_EQ(c.sample().scalar_type(), at::kLong);
  }
}

TEST(CategoricalTest, IntegralWeightsTakeTheDefaultDtype) {
  EXPECT_EQ(Categorical(at::tensor({1, 3})).probs().scalar_type(), at::kFloat);
}

TEST(CategoricalTest, ValuesOfAnyBatchThatBroadcasts) {
  at::manual_seed(0);
  const Tensor logits = at::randn({3, 1, 5}, at::kDouble).requires_grad_();
  const Categorical c({.logits = logits});
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{
           {}, {1}, {4}, {3, 1}, {3, 4}, {7, 3, 1}, {7, 3, 4}, {0, 3, 4}}) {
    const Tensor value = at::randint(5, shape, at::kLong);
    const Tensor actual = c.log_prob(value);
    const auto batch = at::infer_size(shape, {3, 1});
    EXPECT_EQ(actual.sizes(), IntArrayRef(batch));
    // By one-hot vectors.
    const Tensor one_hot = value.unsqueeze(-1).eq(at::arange(5));
    const Tensor expected = at::where(one_hot, c.logits(), 0).sum(-1).expand(batch);
    EXPECT_TRUE(actual.equal(expected));
    EXPECT_TRUE(gradient(actual, logits).allclose(gradient(expected, logits)))
        << IntArrayRef(shape);
  }
}

TEST(CategoricalTest, AnIndexOutsideHasNoProbability) {
  for (const bool large : {false, true}) {
    const Categorical c({.logits = large ? at::zeros({2, 3}) : at::zeros({3})}, false);
    Tensor value = at::tensor({-1.0, 3.0, 1.5, 1e30, std::nan(""), 1.0});
    if (large) value = value.unsqueeze(-1).expand({6, 2});
    const Tensor log_prob = c.log_prob(value);
    EXPECT_TRUE(log_prob.slice(0, 0, 5).eq(-kInfinity).all().item<bool>()) << log_prob;
    EXPECT_TRUE(log_prob[5].isfinite().all().item<bool>());
    for (const int64_t index : {int64_t{-1}, int64_t{3}, int64_t{1} << 40}) {
      const Tensor outside = at::full({5, large ? 2 : 1}, index, at::kLong);
      EXPECT_TRUE(c.log_prob(outside).eq(-kInfinity).all().item<bool>()) << index;
    }
  }
  EXPECT_NE(refusal([] { Categorical(at::ones({3})).log_prob(at::tensor(3)); }), "accepted");
}

TEST(CategoricalTest, SamplesOfAnyShape) {
  for (const std::vector<int64_t>& batch :
       std::vector<std::vector<int64_t>>{{}, {2}, {2, 1, 3}, {0}, {2, 0}}) {
    auto probs_shape = batch;
    probs_shape.push_back(4);
    const Categorical c(at::ones(probs_shape));
    for (const std::vector<int64_t>& sample :
         std::vector<std::vector<int64_t>>{{}, {1}, {5}, {2, 3}, {0}, {3, 0}}) {
      auto shape = sample;
      shape.insert(shape.end(), batch.begin(), batch.end());
      const Tensor x = c.sample(sample);
      EXPECT_EQ(x.sizes(), IntArrayRef(shape));
      EXPECT_EQ(c.log_prob(x).sizes(), IntArrayRef(shape));
    }
  }
  EXPECT_EQ(Categorical(at::ones({4})).expand({2, 3}).sample({5}).sizes(), IntArrayRef({5, 2, 3}));
}

TEST(CategoricalTest, RowsAreDrawnFromTheirOwnWeights) {
  const Categorical c(at::eye(4).unsqueeze(0).expand({2, 4, 4}));
  EXPECT_TRUE(c.sample({6}).equal(at::arange(4).expand({6, 2, 4})));
}

TEST(CategoricalTest, ModeAndMoments) {
  const Categorical c(at::tensor({1.0, 5.0, 2.0, 3.0, 1.0, 1.0}).view({2, 3}));
  EXPECT_TRUE(c.mode().equal(at::tensor({1, 0})));
  EXPECT_TRUE(c.mean().isnan().all().item<bool>());
  EXPECT_TRUE(c.stddev().isnan().all().item<bool>());
  EXPECT_EQ(c.mean().sizes(), IntArrayRef({2}));
}

}  // namespace
}  // namespace torch::distributions
