#include "ops/draws/simplex.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include <torch/distributions/philox.h>

#include "ops/special/beta_draw.h"
#include "ops/special/elementwise.h"

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;
using distributions::test::gradient;

TEST(SampleDirichletTest, HasTheBitsOfLibTorch) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const Tensor concentration =
        at::tensor({0.3, 1.0, 2.5, 40.0}, at::TensorOptions(dtype)).expand({1000, 4});
    at::manual_seed(3);
    const Tensor expected = at::_sample_dirichlet(concentration);
    at::manual_seed(3);
    EXPECT_TRUE(sample_dirichlet(concentration, std::nullopt).equal(expected)) << dtype;
  }
}

TEST(SampleDirichletTest, KnowsTheGammasOfItsDraws) {
  const Tensor concentration = doubles({0.05, 0.3, 2, 30}).expand({100, 4});
  const Philox random(3);
  for (const std::optional<Generator>& generator :
       {std::optional<Generator>(), std::optional<Generator>(random)}) {
    GammaDraws gammas;
    const Tensor x = sample_dirichlet(concentration, generator, &gammas);
    EXPECT_TRUE(log_of(gammas).softmax(-1).allclose(x, 1e-10, 1e-300));
  }
}

// If a gamma underflows, the random stream advances as LibTorch's does, and rows without such a
// gamma keep their values.
TEST(SampleDirichletTest, KeepsTheStreamWhereGammasUnderflow) {
  const Tensor concentration = doubles({1e-3, 1e-3, 2, 3}).view({2, 2}).repeat({500, 1});
  at::manual_seed(3);
  const Tensor expected = at::_sample_dirichlet(concentration), next = at::rand({3});
  at::manual_seed(3);
  const Tensor actual = sample_dirichlet(concentration, std::nullopt);
  EXPECT_TRUE(at::rand({3}).equal(next));
  EXPECT_TRUE(actual.slice(0, 1, std::nullopt, 2)
                  .allclose(expected.slice(0, 1, std::nullopt, 2), 1e-14, 0));
  EXPECT_FALSE(actual.allclose(expected));
}

// P(0.1 < X < 0.9) for Beta(0.001, 0.001) is 0.0021934 (mpmath). With gammas that underflow, the
// share of draws would be 0.25.
TEST(SampleDirichletTest, TinyConcentrationsLieAtTheEnds) {
  constexpr double kProbability = 0.00219338914833586;
  constexpr int64_t kDraws = 200000;
  const double sigma = std::sqrt(kProbability / kDraws);
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    at::manual_seed(0);
    const Tensor x =
        sample_dirichlet(at::full({kDraws, 2}, 1e-3, dtype), std::nullopt).select(-1, 0);
    const double between = ((x > 0.1) & (x < 0.9)).to(at::kDouble).mean().item<double>();
    EXPECT_NEAR(between, kProbability, 5 * sigma);
    EXPECT_NEAR(x.to(at::kDouble).mean().item<double>(), 0.5, 5 * 0.5 / std::sqrt(kDraws));
    EXPECT_TRUE(((x > 0) & (x < 1)).all().item<bool>());
  }
}

TEST(SampleDirichletTest, HalfIsDrawnAndKeepsItsDtype) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const Tensor x = sample_dirichlet(at::full({100, 3}, 0.01, dtype), std::nullopt);
    EXPECT_EQ(x.scalar_type(), dtype);
    EXPECT_TRUE(((x > 0) & (x < 1)).all().item<bool>());
  }
}

TEST(SampleDirichletTest, GradientIsThatOfTheBetaMarginals) {
  const Tensor concentration = doubles({0.5, 2, 3}).requires_grad_();
  at::manual_seed(1);
  const Tensor x = sample_dirichlet(concentration, std::nullopt);
  const Tensor weights = doubles({1, -2, 0.5});
  const Tensor actual = gradient(x * weights, concentration);
  const Tensor draw = x.detach();
  const Tensor velocity =
      special::beta_draw_da(draw, concentration.detach(), 5.5 - concentration.detach());
  EXPECT_TRUE(actual.allclose(velocity * (weights - (draw * weights).sum()), 1e-12));
  // The draw stays on the simplex: the derivatives sum to 0.
  EXPECT_LT(gradient(x, concentration).abs().max().item<double>(), 1e-15);
}

// The mean of the gradient is the gradient of the mean a_0 / A, which is (A - a_0) / A^2 and
// -a_0 / A^2.
TEST(SampleDirichletTest, GradientIsUnbiased) {
  const Tensor concentration = doubles({0.5, 1.5, 0.05}).requires_grad_();
  at::manual_seed(1);
  constexpr int64_t kDraws = 200000;
  const Tensor x = sample_dirichlet(concentration.expand({kDraws, 3}), std::nullopt);
  const Tensor actual = gradient(x.select(-1, 0), concentration) / kDraws;
  const double total = 2.05;
  const Tensor expected = doubles({total - 0.5, -0.5, -0.5}) / (total * total);
  EXPECT_TRUE(actual.allclose(expected, 0, 0.005)) << actual << expected;
}

TEST(SampleDirichletTest, SecondDerivativeIsRefused) {
  const Tensor concentration = doubles({0.5, 2}).requires_grad_();
  const Tensor first =
      gradient(sample_dirichlet(concentration, std::nullopt).select(0, 0), concentration, true);
  EXPECT_THROW(gradient(first, concentration), c10::NotImplementedError);
}

}  // namespace
}  // namespace torch::distributions::ops
