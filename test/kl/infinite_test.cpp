#include <gmock/gmock.h>

#include <limits>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/laplace.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/pareto.h>
#include <torch/distributions/poisson.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions::test {
namespace {

TEST(KlInfiniteTest, IsInfiniteWhateverTheParameters) {
  const Tensor column = at::ones({2, 1}), row = at::ones({3});
  const std::vector<DistributionPtr> unbounded{Exponential(column), Gamma(column, 1.0),
                                               Normal(0.0, column), Laplace(0.0, column)};
  for (const auto& p : unbounded) {
    for (const auto& q : std::vector<DistributionPtr>{Beta(row, 1.0), Uniform(-1e30 * row, 1e30)}) {
      EXPECT_TRUE(kl_divergence(p, q).equal(at::full({2, 3}, kInfinity))) << *p << *q;
    }
  }
  for (const auto& q : std::vector<DistributionPtr>{Exponential(row), Gamma(row, 1.0)}) {
    for (const auto& p : {unbounded[2], unbounded[3]}) {
      EXPECT_TRUE(kl_divergence(p, q).equal(at::full({2, 3}, kInfinity))) << *p << *q;
    }
  }
  for (const auto& p : unbounded) {
    EXPECT_TRUE(kl_divergence(p, Pareto(row, 1.0)).equal(at::full({2, 3}, kInfinity))) << *p;
  }
  for (const auto& q : std::vector<DistributionPtr>{Beta(row, 1.0), Uniform(0.0, 1e30 * row)}) {
    EXPECT_TRUE(kl_divergence(Pareto(column, 1.0), q).equal(at::full({2, 3}, kInfinity))) << *q;
  }
  EXPECT_TRUE(kl_divergence(Beta(column, 1.0), Pareto(1e-30 * row, 1.0))
                  .equal(at::full({2, 3}, kInfinity)));
  const Tensor half = 0.5 * row;
  for (const auto& q : std::vector<DistributionPtr>{Bernoulli(half), Bernoulli({.logits = half}),
                                                    Binomial(9, half)}) {
    EXPECT_TRUE(kl_divergence(Poisson(column), q).equal(at::full({2, 3}, kInfinity))) << *q;
  }
}

TEST(KlInfiniteTest, HasTheDtypeOfTheParameters) {
  const Normal p(at::zeros({2}), 1.0);
  EXPECT_EQ(kl_divergence(p, Beta(at::ones({2}), 1.0)).scalar_type(), at::kFloat);
  EXPECT_EQ(kl_divergence(p, Beta(at::ones({2}, at::kDouble), 1.0)).scalar_type(), at::kDouble);
  EXPECT_EQ(kl_divergence(p.to(at::kHalf), Beta(at::ones({2}, at::kHalf), 1.0)).scalar_type(),
            at::kHalf);
}

/// An infinite element does not affect the gradients of the others.
TEST(KlInfiniteTest, LeavesTheNeighboursAlone) {
  const Tensor low = at::tensor({0.0, 0.25}, at::kDouble).requires_grad_();
  const Tensor kl =
      kl_divergence(Uniform(low, 1.0), Uniform(at::tensor({0.5, 0.0}, at::kDouble), 2.0));
  EXPECT_EQ(kl[0].item<double>(), kInfinity);
  kl[1].backward();
  EXPECT_EQ(low.grad()[0].item<double>(), 0);
  EXPECT_NEAR(low.grad()[1].item<double>(), 1 / 0.75, 1e-15);
}

TEST(KlInfiniteTest, BinomialsOfFewerTrialsOnTheRight) {
  const Tensor n = at::tensor({3.0, 5.0, 5.0}, at::kDouble),
               m = at::tensor({3.0, 4.0, 4.0}, at::kDouble);
  const Tensor p = at::tensor({0.5, 0.5, 0.0}, at::kDouble);
  const Tensor kl = kl_divergence(Binomial(n, p), Binomial(m, 0.25));
  EXPECT_TRUE(kl[0].isfinite().item<bool>());
  EXPECT_EQ(kl[1].item<double>(), kInfinity);
  EXPECT_NEAR(kl[2].item<double>(), -4 * std::log(0.75), 1e-15);  // all counts are 0
  try {
    kl_divergence(Binomial(m, p), Binomial(n, 0.25));
    FAIL();
  } catch (const c10::NotImplementedError& error) {
    EXPECT_THAT(error.what_without_backtrace(),
                ::testing::HasSubstr(
                    "p type Binomial and q type Binomial: the total_count of q exceeds that of p"));
  }
}

}  // namespace
}  // namespace torch::distributions::test
