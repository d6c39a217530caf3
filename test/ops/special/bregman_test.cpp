#include "ops/special/deviance.h"

#include "ops/special/constants.h"
#include "ops/special/exp_divergence.h"
#include "ops/special/itakura_saito.h"
#include "ops/special/log_mean_gap.h"
#include "ops/special/reference.h"
#include "ops/special/rounding.h"
#include "ops/special/softplus_divergence.h"
#include "ops/special/stirling_divergence.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

double value(const Tensor& t) { return t.item<double>(); }

TEST(BregmanTest, IsAccurate) {
  test::expect_accurate("itakura_saito", 2, [](const auto& x) { return itakura_saito(x[0], x[1]); },
                        {8, 4, true, true});
  test::expect_accurate("deviance", 2,
                        [](const auto& x) { return deviance(x[0], x[1], x[0] - x[1]); },
                        {8, 4, true, true});
  test::expect_accurate("exp_divergence", 2,
                        [](const auto& x) { return exp_divergence(x[0], x[1]); },
                        {8, 8, true, true});
  test::expect_accurate("softplus_divergence", 2,
                        [](const auto& x) { return softplus_divergence(x[0], x[1]); },
                        {16, 16, true, true});
  // The gradient in y contains trigamma(y) - 1/y, which is only absolutely accurate for a large y.
  test::expect_accurate("stirling_divergence", 2,
                        [](const auto& x) { return stirling_divergence(x[0], x[1], x[0] - x[1]); },
                        {16, 32, true});
  test::expect_accurate(
      "stirling_slope_difference", 2,
      [](const auto& x) { return stirling_slope_difference(x[0], x[1], x[0] - x[1]); },
      {8, 8, true});
  // Just below 12, terms cancel that are 72 times as large as the value, and 850 times as large as
  // its derivative.
  test::expect_accurate("stirlerr_d1", 1, [](const auto& x) { return stirlerr_d1(x[0]); },
                        {128, 2048, true, true});
  test::expect_accurate("log_mean_gap", 2, [](const auto& x) { return log_mean_gap(x[0], x[1]); },
                        {32, 32, true});
}

TEST(BregmanTest, HasDerivatives) {
  const Tensor x = doubles({0.3, 0.9, 1.2, 4.5, 30}), y = doubles({0.2, 7, 1.2, 1.4, 33});
  const Tensor u = doubles({-1.7, -1.1, 0.4, 2.5, 3}), v = doubles({0.2, -1.4, 0.4, -0.6, 3.2});
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs, {.step = 1e-7}));
    EXPECT_TRUE(gradgradcheck(f, inputs, {.step = 1e-7}));
  };
  check([](const auto& t) { return itakura_saito(t[0], t[1]); }, {x, y});
  check([](const auto& t) { return deviance(t[0], t[1], t[0] - t[1]); }, {x, y});
  check([](const auto& t) { return exp_divergence(t[0], t[1]); }, {0.3 * x - 2, 0.1 * y});
  check([](const auto& t) { return softplus_divergence(t[0], t[1]); }, {u, v});
  check([](const auto& t) { return softplus_divergence(t[0], t[1]); }, {-u, -v});
  check([](const auto& t) { return stirling_divergence(t[0], t[1], t[0] - t[1]); }, {x, y});
  check([](const auto& t) { return stirling_slope_difference(t[0], t[1], t[0] - t[1]); }, {x, y});
  check([](const auto& t) { return stirlerr_d1(t[0]); }, {at::cat({x, y})});
  check([](const auto& t) { return log_mean_gap(t[0], t[0] + t[1]); }, {x, y});
  check([](const auto& t) { return nonnegative(t[0] * t[1]); }, {x, y});
}

TEST(BregmanTest, IsZeroAtEqualArguments) {
  const Tensor x = doubles({1e-300, 1e-6, 0.1, 1, 3, 12, 1e8, 1e300}),
               l = doubles({-700, -1, 0, 1e-3, 30, 700});
  for (const Tensor& zero :
       {itakura_saito(x, x), deviance(x, x, x - x), exp_divergence(l, l), softplus_divergence(l, l),
        stirling_divergence(x.clamp(1e-6, 1e8), x.clamp(1e-6, 1e8), x - x), log_mean_gap(x, x)}) {
    EXPECT_TRUE(zero.eq(0).all().item<bool>()) << zero;
  }
}

TEST(BregmanTest, TakesTheLimits) {
  const Tensor zero = doubles({0}), half = doubles({0.5}), inf = doubles({kInfinity});
  EXPECT_EQ(value(deviance(zero, half, -half)), 0.5);
  EXPECT_EQ(value(deviance(half, zero, half)), kInfinity);
  EXPECT_EQ(value(deviance(zero, zero, zero)), 0);
  EXPECT_EQ(value(exp_divergence(zero, -inf)), 1);
  EXPECT_EQ(value(exp_divergence(-inf, -inf)), 0);
  EXPECT_EQ(value(exp_divergence(-inf, zero)), kInfinity);
  EXPECT_EQ(value(softplus_divergence(zero, -inf)), value(softplus_divergence(zero, inf)));
  EXPECT_DOUBLE_EQ(value(softplus_divergence(zero, inf)), std::log(2));
  EXPECT_EQ(value(softplus_divergence(inf, inf)), 0);
  EXPECT_EQ(value(softplus_divergence(-inf, -inf)), 0);
  EXPECT_EQ(value(softplus_divergence(inf, -inf)), kInfinity);
  EXPECT_EQ(value(softplus_divergence(-inf, zero)), kInfinity);
  EXPECT_EQ(value(softplus_divergence(inf, half)), kInfinity);
  EXPECT_DOUBLE_EQ(value(log_mean_gap(zero, half)), 1 - std::log(2));
  EXPECT_EQ(value(nonnegative(doubles({-1e-17}))), 0);
}

// Where the derivative or the function is infinite, the gradient is 0, so that it can be masked.
TEST(BregmanTest, HasFiniteGradientsAtTheLimits) {
  const auto expect_gradients = [](const std::function<Tensor(const Tensor&, const Tensor&)>& f,
                                   double first, double second, double d_first, double d_second) {
    const Tensor x = doubles({first}).requires_grad_(), y = doubles({second}).requires_grad_();
    const auto gradients = autograd::grad({f(x, y).sum()}, {x, y});
    EXPECT_NEAR(value(gradients[0]), d_first, 1e-15);
    EXPECT_NEAR(value(gradients[1]), d_second, 1e-15);
  };
  const auto of_deviance = [](const Tensor& x, const Tensor& m) { return deviance(x, m, x - m); };
  expect_gradients(of_deviance, 0, 0.5, 0, 1);
  expect_gradients(of_deviance, 0, 0, 0, 1);
  expect_gradients(of_deviance, 0.5, 0, 0, 0);
  expect_gradients(exp_divergence, 0, -kInfinity, 1, 0);
  expect_gradients(exp_divergence, -kInfinity, -kInfinity, 0, 0);
  expect_gradients(exp_divergence, -kInfinity, 0, 0, 0);
  expect_gradients(softplus_divergence, 0, kInfinity, -0.5, 0);
  expect_gradients(softplus_divergence, 0, -kInfinity, 0.5, 0);
  expect_gradients(log_mean_gap, 0, 2, 0, 0);
  expect_gradients([](const Tensor& x, const Tensor& y) { return nonnegative(x - y); }, 0, 1, 1,
                   -1);
}

}  // namespace
}  // namespace torch::distributions::ops::special
