#include "ops/special/beta_mean_distance.h"

#include <c10/util/Exception.h>

#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

Tensor of(const std::vector<Tensor>& x) { return beta_mean_distance(x[0], x[1], x[2]); }

TEST(BetaMeanDistanceTest, IsAccurate) {
  test::expect_accurate("beta_mean_distance", 3, of, {64, 256, true, false});
}

// With points on both sides of the mean, for which a series or the quadrature is used.
TEST(BetaMeanDistanceTest, HasDerivatives) {
  const Tensor x = doubles({0.3, 0.7, 1e-3, 0.9, 0.35, 0.5, 0.2, 0.95}),
               a = doubles({2, 2, 0.5, 30, 40, 8, 0.01, 9}),
               b = doubles({3, 3, 2, 0.4, 60, 9, 0.02, 0.3});
  for (const bool by_tensor_operations : {false, true}) {
    std::optional<TensorOperationsGuard> guard;
    if (by_tensor_operations) guard.emplace();
    EXPECT_TRUE(gradcheck(of, {x, a, b}));
    EXPECT_TRUE(gradgradcheck(of, {x, a, b}));
  }
}

TEST(BetaMeanDistanceTest, KnowsNoThirdDerivativeInTheShapes) {
  const Tensor x = doubles({0.3}).requires_grad_(), a = doubles({2}).requires_grad_(),
               b = doubles({3}).requires_grad_();
  const auto differentiate = [](const Tensor& y, const Tensor& in) {
    return autograd::grad({y.sum()}, {in}, {}, std::nullopt, /*create_graph=*/true)[0];
  };
  const Tensor distance = beta_mean_distance(x, a, b), slope = differentiate(distance, x);
  EXPECT_NO_THROW(differentiate(differentiate(slope, x), a));
  EXPECT_NO_THROW(differentiate(differentiate(slope, b), x));
  EXPECT_THROW(differentiate(differentiate(slope, a), b), c10::NotImplementedError);
  EXPECT_THROW(differentiate(differentiate(differentiate(distance, a), b), x),
               c10::NotImplementedError);
}

// At the mean of Beta(a, a) the distance is p / (4 a) with the density p, for shapes of any size.
TEST(BetaMeanDistanceTest, OfHugeShapes) {
  const Tensor a = doubles({1e3, 1e12, 1e60, 1e200, 1.5e308}), half = at::full_like(a, 0.5);
  const Tensor expected =
      (beta_log_density(half, a, a) - (4 * (a / 1e10)).log() - 10 * std::log(10)).exp();
  EXPECT_TRUE(beta_mean_distance(half, a, a).allclose(expected, 1e-12, 0));
  EXPECT_TRUE(beta_sign(half, a, a).abs().lt(1e-13).all().item<bool>());
  // Elsewhere it is the distance of the mean.
  EXPECT_TRUE(
      beta_mean_distance(at::full_like(a, 0.25), a, a).slice(0, 1).eq(0.25).all().item<bool>());
}

// The points 0 and 1 have half of the probability each.
TEST(BetaMeanDistanceTest, OfTinyShapes) {
  const Tensor x = doubles({0.25, 0.5, 1 - 1e-9}), a = doubles({1e-300});
  EXPECT_TRUE(beta_mean_distance(x, a, a).allclose(doubles({0.5}), 1e-15, 0));
  EXPECT_TRUE(beta_mean_distance(x, a, 3 * a).allclose(0.75 * x + 0.25 * (1 - x), 1e-15, 0));
}

}  // namespace
}  // namespace torch::distributions::ops::special
