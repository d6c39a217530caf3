#include <torch/distributions/dirichlet.h>

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include "support/gradcheck.h"

namespace torch::distributions {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

Tensor doubles(std::vector<double> values) { return at::tensor(values, at::kDouble); }

// Values of mpmath at 50 digits.
struct Reference {
  std::vector<double> concentration, x;
  double log_prob;
};

TEST(DirichletTest, LogProbCancelsNothing) {
  const Reference references[] = {{{1e8, 1e8, 2e8}, {0.25, 0.25, 0.5}, 19.701965988187773881},
                                  {{1e8, 1e8, 2e8}, {0.25005, 0.24995, 0.5}, 15.701965948188653621},
                                  {{1e-6, 1, 1e6}, {1e-9, 1e-6, 1 - 1e-6}, 19.723260006377885504},
                                  {{3e5, 1e-3, 7}, {0.99995, 1e-12, 5e-5}, 27.989155505337676075}};
  for (const auto& [concentration, x, expected] : references) {
    const double actual = Dirichlet(doubles(concentration)).log_prob(doubles(x)).item<double>();
    EXPECT_NEAR(actual, expected, 64 * kEpsilon * std::abs(expected)) << doubles(concentration);
  }
}

TEST(DirichletTest, EntropyCancelsNothing) {
  const std::pair<std::vector<double>, double> references[] = {
      {{1e6, 1e6}, -6.5285377666175072744},
      {{1e8, 1e8, 2e8}, -18.701965995062773898},
      {{1e-6, 1, 1e6}, -1000012.3927250779814},
      {{1e-3, 1e-3, 1e-3}, -1983.0957130769436666}};
  for (const auto& [concentration, expected] : references) {
    const Dirichlet d(doubles(concentration));
    EXPECT_NEAR(d.entropy().item<double>(), expected, 32 * kEpsilon * std::abs(expected))
        << doubles(concentration);
    const Dirichlet in_float = d.to(at::kFloat);
    EXPECT_NEAR(in_float.entropy().item<double>(), expected, 1e-6 * std::abs(expected))
        << doubles(concentration);
  }
}

TEST(DirichletTest, VarianceOfSmallBesideLarge) {
  const Tensor variance = Dirichlet(doubles({1e8, 1e-6})).variance();
  const double expected = 9.9999998999997005e-23;  // mpmath, of both
  EXPECT_TRUE((variance / expected - 1).abs().lt(32 * kEpsilon).all().item<bool>()) << variance;
}

TEST(DirichletTest, DerivativesOfEveryOrder) {
  const Tensor concentration = doubles({0.5, 2, 3.5}), x = doubles({0.25, 0.25, 0.5});
  const auto log_prob = [](const std::vector<Tensor>& t) {
    return Dirichlet(t[0], false).log_prob(t[1] / t[1].sum());
  };
  EXPECT_TRUE(test::gradcheck(log_prob, {concentration, x}));
  EXPECT_TRUE(test::gradgradcheck(log_prob, {concentration, x}));
  const auto entropy = [](const std::vector<Tensor>& t) { return Dirichlet(t[0]).entropy(); };
  EXPECT_TRUE(test::gradcheck(entropy, {concentration}));
  EXPECT_TRUE(test::gradgradcheck(entropy, {concentration}));
}

TEST(DirichletTest, Vertices) {
  const Tensor vertex = doubles({0, 1});
  EXPECT_EQ(Dirichlet(doubles({1, 1})).log_prob(vertex).item<double>(), 0);
  EXPECT_EQ(Dirichlet(doubles({2, 1})).log_prob(vertex).item<double>(), -kInfinity);
  EXPECT_EQ(Dirichlet(doubles({0.5, 1})).log_prob(vertex).item<double>(), kInfinity);
  const Tensor x = vertex.clone().requires_grad_();
  EXPECT_TRUE(torch::autograd::grad({Dirichlet(doubles({1, 1})).log_prob(x)}, {x})[0]
                  .isfinite()
                  .all()
                  .item<bool>());
}

TEST(DirichletTest, PointsOffTheSimplexHaveNoDensity) {
  const Tensor concentration = doubles({2, 3}).requires_grad_();
  const Dirichlet d(concentration, false);
  const Tensor log_prob = d.log_prob(doubles({0.5, 0.6, -0.5, 1.5, 0.25, 0.75}).view({3, 2}));
  EXPECT_TRUE(log_prob.slice(0, 0, 2).eq(-kInfinity).all().item<bool>());
  EXPECT_TRUE(log_prob[2].isfinite().item<bool>());
  EXPECT_TRUE(
      torch::autograd::grad({log_prob.sum()}, {concentration})[0].isfinite().all().item<bool>());
}

TEST(DirichletTest, Mode) {
  EXPECT_TRUE(Dirichlet(doubles({3, 2, 1})).mode().allclose(doubles({2.0 / 3, 1.0 / 3, 0})));
  EXPECT_TRUE(Dirichlet(doubles({0.5, 2, 3})).mode().allclose(doubles({0, 1.0 / 3, 2.0 / 3})));
  // Unbounded at every vertex, and most at that of the largest concentration.
  EXPECT_TRUE(Dirichlet(doubles({0.5, 0.9, 0.1})).mode().equal(doubles({0, 1, 0})));
  EXPECT_TRUE(Dirichlet(doubles({1, 1})).mode().isnan().all().item<bool>());
}

TEST(DirichletTest, TinyConcentrationsHaveNoAtomInTheMiddle) {
  at::manual_seed(0);
  const Tensor x = Dirichlet(at::full({3}, 1e-3)).sample({20000});
  EXPECT_LT((x.amax(-1) < 0.9).to(at::kDouble).mean().item<double>(), 0.01);
  EXPECT_TRUE(Dirichlet(at::full({3}, 1e-3)).log_prob(x).isfinite().all().item<bool>());
}

TEST(DirichletTest, ShapesAndDtypes) {
  const Dirichlet d(at::ones({2, 3}, at::kHalf));
  EXPECT_EQ(d.batch_shape(), IntArrayRef({2}));
  EXPECT_EQ(d.event_shape(), IntArrayRef({3}));
  EXPECT_EQ(d.sample({0, 4}).sizes(), IntArrayRef({0, 4, 2, 3}));
  for (const Tensor& t :
       {d.sample(), d.mean(), d.mode(), d.variance(), d.entropy(), d.log_prob(d.mean())}) {
    EXPECT_EQ(t.scalar_type(), at::kHalf);
  }
  EXPECT_EQ(d.expand({5, 2}).rsample({4}).sizes(), IntArrayRef({4, 5, 2, 3}));
  EXPECT_EQ(Dirichlet(at::ones({0, 3})).sample({2}).sizes(), IntArrayRef({2, 0, 3}));
}

TEST(DirichletTest, NaturalParametersGiveTheMeanOfTheLogarithm) {
  const Dirichlet d(doubles({0.5, 2, 3}));
  const Tensor expected = doubles({0.5, 2, 3}).digamma() - doubles({5.5}).digamma();
  EXPECT_TRUE(mean_params(d, d.natural_params())[0].allclose(expected));
}

}  // namespace
}  // namespace torch::distributions
