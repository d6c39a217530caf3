#include "ops/special/tilted_uniform.h"

#include "ops/special/constants.h"
#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(TiltedUniformTest, IsAccurate) {
  test::expect_accurate("log_mean_exp", 1, [](const auto& x) { return log_mean_exp(x[0]); },
                        {4, 4, true, true});
  test::expect_accurate("tilted_mean", 1, [](const auto& x) { return tilted_mean(x[0]); },
                        {4, 16, true, true});
  test::expect_accurate("tilted_variance", 1, [](const auto& x) { return tilted_variance(x[0]); },
                        {16, 16, true});
  test::expect_accurate("log_mean_exp_divergence", 2,
                        [](const auto& x) { return log_mean_exp_divergence(x[0], x[1]); },
                        {32, 32, true, true});
  test::expect_accurate("tilted_cdf", 2, [](const auto& x) { return tilted_cdf(x[0], x[1]); },
                        {8, 16, true, true, 2, 4});
  test::expect_accurate("tilted_survival", 2,
                        [](const auto& x) { return tilted_survival(x[0], x[1]); },
                        {8, 16, true, true, 2, 4});
  test::expect_accurate("tilted_log_cdf", 2,
                        [](const auto& x) { return tilted_log_cdf(x[0], x[1]); },
                        {8, 16, false, true, 0, 4});
  test::expect_accurate("tilted_log_survival", 2,
                        [](const auto& x) { return tilted_log_survival(x[0], x[1]); },
                        {8, 16, false, true, 0, 4});
  test::expect_accurate("tilted_quantile", 2,
                        [](const auto& x) { return tilted_quantile(x[0], x[1]); },
                        {8, 16, true, true, 2, 4});
}

TEST(TiltedUniformTest, HasDerivatives) {
  const Tensor x = doubles({0.1, 0.4, 0.7, 0.9, 0.02, 0.5, 0.99}),
               t = doubles({2, -0.3, 0, 1e-10, -12, 3.5, 0.8}), s = t.flip(0) + 0.7;
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs, {.step = 1e-7}));
    EXPECT_TRUE(gradgradcheck(f, inputs, {.step = 1e-7}));
  };
  check([](const auto& v) { return log_mean_exp(v[0]); }, {t});
  check([](const auto& v) { return tilted_mean(v[0]); }, {t});
  check([](const auto& v) { return tilted_variance(v[0]); }, {t});
  check([](const auto& v) { return log_mean_exp_divergence(v[0], v[1]); }, {s, t});
  check([](const auto& v) { return tilted_cdf(v[0], v[1]); }, {x, t});
  check([](const auto& v) { return tilted_survival(v[0], v[1]); }, {x, t});
  check([](const auto& v) { return tilted_log_cdf(v[0], v[1]); }, {x, t});
  check([](const auto& v) { return tilted_log_survival(v[0], v[1]); }, {x, t});
  check([](const auto& v) { return tilted_quantile(v[0], v[1]); }, {x, t});
  EXPECT_TRUE(gradcheck([](const auto& v) { return tilted_cumulant3(v[0]); }, {t}, {.step = 1e-7}));
}

TEST(TiltedUniformTest, TakesTheLimits) {
  const auto value = [](const Tensor& y) { return y.item<double>(); };
  const Tensor zero = doubles({0}), one = doubles({1}), inf = doubles({kInfinity});
  EXPECT_EQ(value(log_mean_exp(zero)), 0);
  EXPECT_EQ(value(log_mean_exp(inf)), kInfinity);
  EXPECT_EQ(value(log_mean_exp(-inf)), -kInfinity);
  EXPECT_EQ(value(tilted_mean(inf)), 1);
  EXPECT_EQ(value(tilted_mean(-inf)), 0);
  EXPECT_EQ(value(tilted_variance(inf)), 0);
  EXPECT_EQ(value(log_mean_exp_divergence(inf, zero)), kInfinity);
  EXPECT_EQ(value(log_mean_exp_divergence(zero, -inf)), kInfinity);
  EXPECT_EQ(value(log_mean_exp_divergence(one, one)), 0);
  for (const double t : {-1e300, -800.0, -1e-300, 0.0, 1e-20, 3.0, 800.0, 1e300}) {
    const Tensor tilt = doubles({t});
    EXPECT_EQ(value(tilted_cdf(zero, tilt)), 0) << t;
    EXPECT_EQ(value(tilted_cdf(one, tilt)), 1) << t;
    EXPECT_EQ(value(tilted_survival(zero, tilt)), 1) << t;
    EXPECT_EQ(value(tilted_survival(one, tilt)), 0) << t;
    EXPECT_EQ(value(tilted_log_cdf(one, tilt)), 0) << t;
    EXPECT_EQ(value(tilted_log_survival(zero, tilt)), 0) << t;
    EXPECT_EQ(value(tilted_quantile(zero, tilt)), 0) << t;
    EXPECT_EQ(value(tilted_quantile(one, tilt)), 1) << t;
  }
}

}  // namespace
}  // namespace torch::distributions::ops::special
