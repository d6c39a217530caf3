#include <gmock/gmock.h>

#include <torch/csrc/autograd/autograd.h>
#include <torch/distributions/uniform.h>

#include <cmath>
#include <limits>
#include <utility>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::kInfinity;

TEST(Uniform, TheSupportIsClosed) {
  const Uniform uniform(0, 2);
  EXPECT_TRUE(uniform.log_prob(at::tensor({0.0, 1.0, 2.0}, at::kFloat))
                  .allclose(at::full({3}, -std::log(2.0))));
  EXPECT_EQ(Uniform(0, 2, false).log_prob(at::full({}, 2.0000002)).item<double>(),
            -std::numeric_limits<double>::infinity());
}

// In half, one sum in thirty would round to the upper bound.
TEST(Uniform, DrawsAreBelowTheUpperBound) {
  at::manual_seed(0);
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const auto& [low, high] :
         {std::pair{100.0, 101.0}, std::pair{-1.0, 8e-8}, std::pair{1.0, 1.0625},
          std::pair{-0.5, 0.25}, std::pair{-60000.0, 60000.0}, std::pair{0.0, 6e-8}}) {
      const Uniform uniform(at::full({}, low, dtype), at::full({}, high, dtype));
      for (const Tensor& x : {uniform.sample({20000}), uniform.rsample({20000})}) {
        EXPECT_TRUE(((x >= uniform.low()) & (x < uniform.high())).all().item<bool>())
            << dtype << ' ' << low << ' ' << high;
        EXPECT_NO_THROW(uniform.log_prob(x));
      }
    }
  }
}

TEST(Uniform, AWidthThatOverflowsIsDrawn) {
  at::manual_seed(0);
  for (const auto& [dtype, bound] : {std::pair{at::kFloat, 3e38}, std::pair{at::kDouble, 1.7e308},
                                     std::pair{at::kHalf, 6e4}, std::pair{at::kBFloat16, 3e38}}) {
    const Tensor low = at::full({2}, -bound, dtype).requires_grad_(),
                 high = at::full({2}, bound, dtype);
    low.data()[1] = 0;
    const Tensor x = Uniform(low, high).rsample({4000});
    const Tensor u = x.detach().to(at::kDouble) / bound;
    EXPECT_TRUE((x.detach().abs() <= high).all().item<bool>());
    EXPECT_NEAR(u.select(1, 0).mean().item<double>(), 0, 0.06) << dtype;
    EXPECT_NEAR(u.select(1, 1).mean().item<double>(), 0.5, 0.03) << dtype;
    EXPECT_NEAR(u.select(1, 0).std().item<double>(), 1 / std::sqrt(3.0), 0.03) << dtype;
    // d x / d low = 1 - noise
    const Tensor gradient = torch::autograd::grad({x.select(1, 0)[7]}, {low})[0];
    EXPECT_NEAR(gradient[0].item<double>(), (1 - u[7][0].item<double>()) / 2, 1e-2) << dtype;
  }
}

TEST(Uniform, WhatAreNoBoundsAreDrawnAsNaN) {
  constexpr double kNaN = NAN;
  const Tensor low = at::tensor({1.0, kNaN, 0.0, 0.0, -kInfinity, 0.5, 0.0}),
               high = at::tensor({0.0, 1.0, kNaN, kInfinity, 0.0, 0.5, 1.0});
  const Tensor draws = Uniform(low, high, false).sample({20});
  EXPECT_TRUE(draws.slice(1, 0, 5).isnan().all().item<bool>()) << draws;
  EXPECT_TRUE(draws.select(1, 5).eq(0.5).all().item<bool>()) << draws;
  EXPECT_TRUE(draws.select(1, 6).lt(1).all().item<bool>()) << draws;
}

TEST(Uniform, TheBoundsMustBeInOrder) {
  EXPECT_THROW(Uniform(1, 0), c10::ValueError);
  EXPECT_THROW(Uniform(1, 1), c10::ValueError);
  EXPECT_NO_THROW(Uniform(1, 0, false));
}

TEST(Uniform, TheWidthMayOverflow) {
  const Uniform wide(at::full({}, -3e38), at::full({}, 3e38));
  const double log_width = 89.28998976718218;  // log(6e38)
  EXPECT_NEAR(wide.log_prob(at::zeros({})).item<double>(), -log_width, 1e-5);
  EXPECT_NEAR(wide.entropy().item<double>(), log_width, 1e-5);
  EXPECT_FLOAT_EQ(wide.cdf(at::zeros({})).item<float>(), 0.5F);
  EXPECT_FLOAT_EQ(wide.icdf(at::full({}, 0.25)).item<float>(), -1.5e38F);
  EXPECT_FLOAT_EQ(wide.stddev().item<float>(), 1.7320508e38F);
}

TEST(Uniform, WithoutAnIntervalEverythingIsNaN) {
  const Uniform none(at::ones({}), at::zeros({}), false);
  for (const Tensor& result : {none.log_prob(at::full({}, 0.5)), none.cdf(at::full({}, 0.5)),
                               none.entropy(), none.stddev()})
    EXPECT_TRUE(result.isnan().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
