#include <torch/distributions/categorical.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include <torch/distributions/kl.h>
#include <torch/distributions/mixture_same_family.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/one_hot_categorical.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::gradient;
using test::kInfinity;
using test::refusal;

using ::testing::HasSubstr;

ProbsOrLogits probs(const Tensor& t) { return {.probs = t}; }
ProbsOrLogits logits(const Tensor& t) { return {.logits = t}; }

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

// If every category of a row is masked, only the results of this row are NaN.
TEST(CategoricalTest, ARowWithEveryCategoryMaskedHasAGradientOfZero) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    for (const int64_t n : {2, 3, 40}) {  // short rows have kernels
      for (const bool by_logits : {true, false}) {
        Tensor weights = at::ones({3, n}, dtype);
        weights[0].fill_(by_logits ? -kInfinity : 0);
        weights[2].copy_(at::linspace(1, 2, n, dtype));
        weights.requires_grad_();
        const auto given = by_logits ? logits(weights) : probs(weights);
        const Categorical c(given, false);
        const OneHotCategorical one_hot(given, false);
        const Categorical other({.logits = at::linspace(0, 2, n, dtype)}, false);
        const MixtureSameFamily mixture(
            c, Normal(at::linspace(-1, 2, n, dtype), at::ones({}, dtype), false), false);
        const Tensor value = at::tensor({0, 1, 1}, at::kLong);
        const Tensor hot = at::one_hot(value, n).to(dtype);
        for (const Tensor& y : {c.log_prob(value), c.entropy(), one_hot.log_prob(hot), c.probs()[2],
                                kl_divergence(c, other), kl_divergence(other, c),
                                mixture.log_prob(at::zeros({3}, dtype))}) {
          // Differentiates the last row alone, and all rows.
          for (const Tensor& part : {y[-1].sum(), y.sum()}) {
            const Tensor g = gradient(part, weights);
            EXPECT_TRUE(g[0].eq(0).all().item<bool>()) << dtype << ' ' << n << ' ' << g;
            EXPECT_TRUE(g.isfinite().all().item<bool>()) << dtype << ' ' << n << ' ' << g;
          }
          EXPECT_TRUE(gradient(y[-1].sum(), weights)[2].ne(0).any().item<bool>());
        }
        EXPECT_TRUE(c.log_prob(value)[0].isnan().item<bool>());
        EXPECT_TRUE(c.entropy()[0].isnan().item<bool>());
        EXPECT_FALSE(c.entropy()[1].isnan().item<bool>());
      }
    }
  }
}

TEST(CategoricalTest, ALogitOfNaNIsNoMask) {
  for (const int64_t n : {2, 40}) {
    Tensor weights = at::zeros({2, n});
    weights[0][1] = std::nan("");
    weights.requires_grad_();
    const Categorical c({.logits = weights}, false);
    EXPECT_TRUE(gradient(c.log_prob(at::tensor({0, 0})), weights)[0].isnan().any().item<bool>());
  }
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

// Raising one weight lowers the probabilities of the others, since the weights are normalised:
// d log p_0 / d w = [1 / p_0 - 1, -1].
TEST(CategoricalTest, GradientInProbsGoesThroughTheNormalisation) {
  const Tensor probs = at::tensor({0.2, 0.8}, at::kDouble).requires_grad_();
  EXPECT_TRUE(gradient(Categorical(probs).log_prob(at::tensor(0)), probs)
                  .allclose(at::tensor({4.0, -1.0}, at::kDouble)));
}

// References by mpmath at 50 digits, from the float values. The gradient in the weight of a likely
// category is a small difference of large terms.
TEST(CategoricalTest, GradientsInProbsKeepTheirDigits) {
  struct Reference {
    std::vector<float> probs;
    std::vector<double> of_log_prob, of_entropy;  // of_log_prob: for the last category
  };
  const Reference references[] = {
      {{3e-06f, 1.3e-09f, 0.0013f},
       {-767.45894052638984, -767.45894052638984, 1.7718266102813045},
       {4648.8936914370067, 10592.098291118702, -10.738808659503034}},
      {{2e-05f, 3e-06f, 1.0f},
       {-0.99997700052938694, -0.99997700052938694, 2.2999470613055149e-5},
       {10.819274925951081, 12.716351217450035, -0.0002545345480543789}},
      {{1e-07f, 1000.0f},
       {-0.0009999999999, 1.0000000115860974e-13},
       {0.023025850913649189, -2.3025851182731526e-12}},
      {{0.0005f, 0.25f, 0.01f, 30.0f},
       {-0.033046380595383475, -0.033046380595383475, -0.033046380595383475,
        0.00028695273794985876},
       {0.36217907406612953, 0.15680877116413624, 0.2631809675006539, -0.0014005030650949808}},
      {{1e-30f, 2e-28f, 1e-25f},
       {-9.9799401252617989e+24, -9.9799401252617989e+24, 2.0059679323391152e+22},
       {1.1477336628635571e+26, 6.1896476203571536e+25, -1.249406840246771e+23}}};
  for (const auto& [values, of_log_prob, of_entropy] : references) {
    const auto n = static_cast<int64_t>(values.size());
    for (const bool is_long : {false, true}) {  // long rows, with weights of 0, take another path
      const Tensor weights =
          at::cat({at::tensor(values), at::zeros({is_long ? 40 : 0})}).requires_grad_();
      const Categorical c(weights);
      const OneHotCategorical one_hot(weights);
      const Tensor index = at::tensor(n - 1);
      const auto expect = [&](const Tensor& y, const std::vector<double>& expected) {
        const Tensor got = gradient(y, weights).slice(0, 0, n).to(at::kDouble);
        const Tensor want = at::tensor(expected, at::kDouble);
        EXPECT_LT((got / want - 1).abs().max().item<double>(), 4 * 0x1p-23) << got << want;
      };
      expect(c.log_prob(index), of_log_prob);
      expect(one_hot.log_prob(at::one_hot(index, weights.numel()).to(at::kFloat)), of_log_prob);
      expect(c.entropy(), of_entropy);
    }
  }
}

TEST(CategoricalTest, AnOffsetOfTheLogitsCostsNoDigits) {
  const Categorical offset({.logits = at::tensor({1e4f, 1e4f + 0.5f})}),
      plain({.logits = at::tensor({0.0f, 0.5f})});
  EXPECT_TRUE(offset.logits().allclose(plain.logits(), 1e-6));
}

TEST(CategoricalTest, BadWeightsAreRefused) {
  const auto of = [](const Tensor& probs) { return refusal([&] { Categorical{probs}; }); };
  // The second row would be positive after normalisation.
  EXPECT_THAT(
      of(at::tensor({1.0, 1.0, -1.0, -3.0}).view({2, 2})),
      ::testing::AllOf(
          HasSubstr("Expected parameter probs (Tensor of shape (2, 2)) of distribution "
                    "Categorical(probs: torch.Size([2, 2])) to satisfy the constraint Simplex()"),
          HasSubstr("at index [1]")));
  for (const double bad : {-0.5, kInfinity, std::nan("")})
    EXPECT_NE(of(at::tensor({bad, 1.0})), "accepted") << bad;
  EXPECT_THAT(of(at::zeros({3})), HasSubstr("every category is masked"));
  EXPECT_THAT(
      of(at::tensor({1.0, 0.0, 0.0, 0.0}).view({2, 2})),
      ::testing::AllOf(HasSubstr("Categorical"), HasSubstr("probs"), HasSubstr("at index [1]"),
                       HasSubstr("every category of row 1 is masked")));
  EXPECT_THAT(
      refusal([] {
        Categorical({.logits = at::tensor({0.0, -kInfinity, -kInfinity, -kInfinity}).view({2, 2})});
      }),
      ::testing::AllOf(HasSubstr("Categorical"), HasSubstr("logits"), HasSubstr("at index [1]"),
                       HasSubstr("every category of row 1 is masked")));
  EXPECT_THAT(of(at::tensor({0.0, -1.0})), ::testing::Not(HasSubstr("masked")));
  EXPECT_NE(of(at::scalar_tensor(0.5)), "accepted");
  EXPECT_NE(refusal([] { Categorical({.logits = at::full({2, 3}, -kInfinity)}); }), "accepted");
  EXPECT_NE(refusal([] { Categorical({.logits = at::tensor({kInfinity, 0.0})}); }), "accepted");
  EXPECT_NE(refusal([] { Categorical(ProbsOrLogits{}); }), "accepted");
  EXPECT_NE(refusal([] { Categorical({.probs = at::ones({2}), .logits = at::ones({2})}); }),
            "accepted");
}

TEST(CategoricalTest, WeightsWhoseSumOverflowsAreWeights) {
  for (const auto& [dtype, large] : {std::pair{at::kFloat, 3e38}, std::pair{at::kDouble, 1e308},
                                     std::pair{at::kHalf, 6e4}, std::pair{at::kBFloat16, 3e38}}) {
    for (const int64_t n : {2, 32, 100}) {
      for (const int64_t rows : {1, 3}) {
        const Tensor weights = at::full({rows, n}, large, dtype);
        weights[0][1] = large / 2;
        weights[0][0] = 1;
        const Categorical c(weights);
        const double total = static_cast<double>(n) - 1.5;
        EXPECT_NEAR(c.probs()[0][1].item<double>() * 2 * total, 1, 1e-2) << dtype << ' ' << n;
        EXPECT_NEAR(c.probs()[0].to(at::kDouble).sum().item<double>(), 1, 1e-2) << dtype;
        EXPECT_NEAR(c.probs()[0][0].item<double>(), 1 / large / total, 1e-7) << dtype;
        EXPECT_EQ(c.sample({100}).sizes(), IntArrayRef({100, rows}));
      }
    }
  }
  EXPECT_TRUE(Categorical(at::tensor({3e38f, 3e38f})).probs().eq(0.5).all().item<bool>());
}

// Rounding the elements of a long vector changes their sum by more than any fixed tolerance.
TEST(CategoricalTest, LongVectorsOfEveryDtypeAreAccepted) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor weights = at::ones({1 << 17}, dtype);  // their sum overflows in half
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
    // The reference uses one-hot vectors.
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
    Tensor value = at::tensor({-1.0, 3.0, 1.5, 1e30, 1.0});
    if (large) value = value.unsqueeze(-1).expand({5, 2});
    const Tensor log_prob = c.log_prob(value);
    EXPECT_TRUE(log_prob.slice(0, 0, 4).eq(-kInfinity).all().item<bool>()) << log_prob;
    EXPECT_TRUE(log_prob[4].isfinite().all().item<bool>());
    for (const int64_t index : {int64_t{-1}, int64_t{3}, int64_t{1} << 40}) {
      const Tensor outside = at::full({5, large ? 2 : 1}, index, at::kLong);
      EXPECT_TRUE(c.log_prob(outside).eq(-kInfinity).all().item<bool>()) << index;
    }
  }
  EXPECT_NE(refusal([] { Categorical(at::ones({3})).log_prob(at::tensor(3)); }), "accepted");
}

TEST(CategoricalTest, AValueOfNaNHasADensityOfNaN) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const bool by_logits : {true, false}) {
      const Tensor weights = at::ones({2, 3}, dtype);
      const Categorical c(by_logits ? logits(weights) : probs(weights), false);
      const Tensor value = at::tensor({0.0, std::nan(""), -1.0, 7.0}, at::kDouble).to(dtype);
      for (const Tensor& x : {value.view({4, 1}), value.view({4, 1}).expand({4, 2})}) {
        const Tensor log_prob = c.log_prob(x);
        EXPECT_TRUE(log_prob[0].isfinite().all().item<bool>());
        EXPECT_TRUE(log_prob[1].isnan().all().item<bool>()) << log_prob;
        EXPECT_TRUE(log_prob.slice(0, 2).eq(-kInfinity).all().item<bool>()) << log_prob;
      }
    }
  }
  // These integers have no special meaning: they are invalid indices, not codes for NaN.
  const Categorical c(at::ones({3}), false);
  for (const int64_t index : {int64_t{-2}, std::numeric_limits<int64_t>::min()})
    EXPECT_EQ(c.log_prob(at::tensor(index)).item<double>(), -kInfinity);
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

TEST(CategoricalTest, ALogitFarBelowTheOthersIsNeverDrawn) {
  Tensor logits = at::full({500}, -1e5);
  logits[0] = 1;
  EXPECT_TRUE(Categorical({.logits = logits}).sample({100000}).eq(0).all().item<bool>());
}

// Two logits between 0 and 1: the entropy is that of a logistic function of their difference.
TEST(CategoricalTest, TheEntropyIsTheMeanOfMinusTheLogProbability) {
  at::manual_seed(0);
  const Categorical c({.logits = at::rand({2000000, 2})});
  const double mean = c.entropy().to(at::kDouble).mean().item<double>();
  EXPECT_NEAR(mean, 0.6733, 2e-4);
  EXPECT_NEAR(-c.log_prob(c.sample()).to(at::kDouble).mean().item<double>(), mean, 1e-3);
}

TEST(CategoricalTest, NothingIsDrawnOfWhatAreNoWeights) {
  for (const int64_t n : {2, 40}) {
    for (const auto& [bad, by_logits] :
         {std::pair{std::nan(""), false}, std::pair{std::nan(""), true}, std::pair{-1.0, false},
          std::pair{kInfinity, false}, std::pair{kInfinity, true}}) {
      Tensor weights = at::ones({2, n});
      weights[1][0] = bad;
      const Categorical c(by_logits ? logits(weights) : probs(weights), false);
      const OneHotCategorical one_hot(by_logits ? logits(weights) : probs(weights), false);
      EXPECT_EQ(c.sample({0}).sizes(), IntArrayRef({0, 2}));
      for (const int64_t count : {1, 3}) {
        EXPECT_THAT(refusal([&] { c.sample({count}); }),
                    ::testing::AllOf(HasSubstr("Categorical"), HasSubstr("row 1")));
        EXPECT_NE(refusal([&] { one_hot.sample({count}); }), "accepted");
      }
    }
    EXPECT_NE(refusal([&] { Categorical(at::zeros({1, n}), false).sample(); }), "accepted");
    EXPECT_NE(refusal([&] {
                Categorical({.logits = at::full({1, n}, -kInfinity)}, false).sample();
              }),
              "accepted");
  }
}

TEST(CategoricalTest, OfNoCategoryIsRefused) {
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{{0}, {2, 0}, {0, 0}}) {
    for (const bool validate : {true, false}) {
      EXPECT_THAT(refusal([&] { Categorical(at::ones(shape), validate); }),
                  HasSubstr("no category"));
      EXPECT_THAT(refusal([&] { Categorical({.logits = at::ones(shape)}, validate); }),
                  HasSubstr("no category"));
      EXPECT_THAT(refusal([&] { OneHotCategorical(at::ones(shape), validate); }),
                  HasSubstr("no category"));
    }
  }
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
