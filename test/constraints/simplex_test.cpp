#include <torch/distributions/constraints/simplex.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/categorical.h>
#include <torch/distributions/dirichlet.h>
#include <torch/distributions/multinomial.h>
#include <torch/distributions/one_hot_categorical.h>
#include <torch/distributions/relaxed_one_hot_categorical.h>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

TEST(Simplex, HoldsVectorsOfProbabilities) {
  const Tensor x =
      at::tensor({.2, .8, 0., .2, .7, 0., 1.2, -.2, 0., NAN, .5, .5, 1., 0., 0.}).view({5, 3});
  EXPECT_THAT(test::checked(simplex, x), ElementsAre(true, false, false, false, true));
  EXPECT_THAT(test::checked(simplex, at::tensor({1, 0, 1, 1}).view({2, 2})),
              ElementsAre(true, false));
  EXPECT_EQ(simplex.event_dim(), 1);
  EXPECT_FALSE(simplex.is_discrete());
  EXPECT_EQ(format_as(simplex), "Simplex()");
}

TEST(Simplex, IsNeverStricterThanPython) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    EXPECT_THAT(test::checked(
                    simplex,
                    at::tensor({.5, .5 + 9e-7, .5, .5 - 9e-7}, at::kDouble).view({2, 2}).to(dtype)),
                ElementsAre(true, true));
    EXPECT_THAT(test::checked(
                    simplex,
                    at::tensor({.5, .5 + 2e-6, .5, .5 - 2e-6}, at::kDouble).view({2, 2}).to(dtype)),
                ElementsAre(false, false));
  }
  // Python rounds the sum.
  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const double spread = dtype == at::kDouble ? 1e-12 : dtype == at::kFloat ? 0.5 : 0.0;
    for (const int64_t n : {2, 3, 10, 100, 1000}) {
      const Tensor p = at::rand({400, n}, at::kDouble).softmax(-1);
      // Vectors whose sum is close to Python's limits.
      const Tensor error = 1e-6 * (1 + spread * (2 * at::rand({400, 1}, at::kDouble) - 1)),
                   sign = at::randn({400, 1}, at::kDouble).sign();
      const Tensor x = (p * (1 + error * sign)).to(dtype);
      const Tensor python = x.ge(0).all(-1).logical_and(x.sum(-1).sub(1).abs().lt(1e-6));
      EXPECT_GT(python.sum().item<int64_t>(), 10) << dtype << ' ' << n;
      EXPECT_FALSE(python.logical_and(simplex.check(x).logical_not()).any().item<bool>())
          << dtype << ' ' << n;
    }
  }
}

TEST(Simplex, HoldsWhatWasNormalisedInItsDtype) {
  at::manual_seed(0);
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const int64_t n : {2, 10, 1000, 100000}) {
      const Tensor p = at::rand({3, n}).pow(4).to(dtype);
      EXPECT_FALSE(simplex.first_violation(p / p.sum(-1, true))) << dtype << ' ' << n;
      EXPECT_FALSE(simplex.first_violation(at::randn({3, n}).mul(3).to(dtype).softmax(-1)))
          << dtype << ' ' << n;
      EXPECT_FALSE(simplex.first_violation(at::full({n}, 1.0 / static_cast<double>(n)).to(dtype)))
          << dtype << ' ' << n;
    }
  }
  // Normalised by a sequential sum of floats, as a program may do it.
  const Tensor p = at::rand({1000000});
  float sum = 0;
  for (int64_t i = 0; i < p.numel(); ++i) sum += p.const_data_ptr<float>()[i];
  EXPECT_FALSE(simplex.first_violation(p / sum));
}

// Each distribution is made of the probabilities of another one, and scores its own draws.
TEST(Simplex, HoldsTheProbabilitiesOfDistributions) {
  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const int64_t n : {2, 1000, 1000000}) {
      const Tensor logits = at::randn({n}).mul(3).to(dtype), weights = at::rand({n}).to(dtype);
      std::vector<Tensor> probabilities{Categorical({.logits = logits}, true).probs(),
                                        Categorical(weights, true).probs(), at::softmax(logits, -1),
                                        weights / weights.sum(-1)};
      // LibTorch's sum of many halves overflows.
      if (dtype == at::kHalf && n == 1000000) probabilities.pop_back();
      for (const Tensor& p : probabilities) {
        EXPECT_FALSE(simplex.first_violation(p)) << dtype << ' ' << n;
        EXPECT_NO_THROW(Categorical(p, true)) << dtype << ' ' << n;
        EXPECT_NO_THROW(distributions::Multinomial(10, p, true)) << dtype << ' ' << n;
        EXPECT_EQ(Categorical(p, true).probs().scalar_type(), dtype);
        const OneHotCategorical one_hot(p, true);
        EXPECT_NO_THROW(one_hot.log_prob(one_hot.sample())) << dtype << ' ' << n;
        EXPECT_NO_THROW(OneHotCategorical(one_hot.probs(), true)) << dtype << ' ' << n;
        const RelaxedOneHotCategorical relaxed(0.7, p, true);
        EXPECT_NO_THROW(relaxed.log_prob(relaxed.sample())) << dtype << ' ' << n;
        EXPECT_NO_THROW(RelaxedOneHotCategorical(0.7, relaxed.probs(), true)) << dtype << ' ' << n;
      }
      for (const double concentration : {0.1, 1.0, 30.0}) {
        const Dirichlet dirichlet(at::full({n}, concentration, dtype), true);
        const Tensor draw = dirichlet.sample();
        EXPECT_FALSE(simplex.first_violation(draw)) << dtype << ' ' << n;
        EXPECT_NO_THROW(dirichlet.log_prob(draw)) << dtype << ' ' << n;
        EXPECT_NO_THROW(Categorical(draw, true)) << dtype << ' ' << n;
      }
    }
  }
}

TEST(Simplex, StaysATestInEveryDtype) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const int64_t n : {2, 100}) {
      const Tensor p = at::full({n}, 1.05 / static_cast<double>(n)).to(dtype);
      EXPECT_EQ(simplex.first_violation(p), 0) << dtype << ' ' << n;
    }
  }
}

TEST(Simplex, HoldsVectors) {
  for (const auto device : {at::kCPU, at::kMeta}) {
    EXPECT_THROW(simplex.check(at::ones({}, device)), c10::ValueError);
    EXPECT_THROW(simplex.first_violation(at::ones({}, device)), c10::ValueError);
  }
  // Rows of many floats, whose sum in float differs from their sum in double.
  at::manual_seed(0);
  for (int i = 0; i < 20; ++i) {
    const Tensor x = at::rand({100, 300}).softmax(-1);
    test::expect_consistent(simplex, x * (1 + 2e-6 * at::rand({100, 1})));
  }
}

}  // namespace
}  // namespace torch::distributions::constraints
