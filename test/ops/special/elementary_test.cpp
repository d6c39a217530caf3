#include "ops/special/exponential.h"

#include "ops/special/hyperbolic.h"
#include "ops/special/log_of_ratio.h"
#include "ops/special/normal.h"
#include "ops/special/reference.h"
#include "ops/special/sigmoid.h"
#include "ops/special/unit_power.h"
#include "ops/special/xlogy.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;
using distributions::test::gradient;

Tensor leaf(std::vector<double> values) { return doubles(std::move(values)).requires_grad_(); }

TEST(ElementaryTest, IsAccurate) {
  test::expect_accurate("xlogy", 2, [](const auto& x) { return special::xlogy(x[0], x[1]); },
                        {1.5, 1.5, true, true});
  test::expect_accurate("xlog1py", 2, [](const auto& x) { return xlog1py(x[0], x[1]); },
                        {1.5, 1.5, true, true});
  test::expect_accurate("log1mexp", 1, [](const auto& x) { return log1mexp(x[0]); },
                        {2, 2, true, true});
  test::expect_accurate("log1pmx", 1, [](const auto& x) { return log1pmx(x[0]); },
                        {4, 2, true, true});
  test::expect_accurate("softplus", 1, [](const auto& x) { return special::softplus(x[0]); },
                        {1.5, 2, true, true});
  test::expect_accurate("sigmoid", 1, [](const auto& x) { return special::sigmoid(x[0]); },
                        {2, 4, true, true});
  test::expect_accurate("log_sigmoid", 1, [](const auto& x) { return special::log_sigmoid(x[0]); },
                        {1.5, 2, true, true});
  test::expect_accurate("expm1", 1, [](const auto& x) { return special::expm1(x[0]); },
                        {2, 2, true, true});
  test::expect_accurate("tanh", 1, [](const auto& x) { return special::tanh(x[0]); },
                        {2, 4, true, true});
  test::expect_accurate("atanh", 1, [](const auto& x) { return special::atanh(x[0]); },
                        {4, 4, true, true});
  test::expect_accurate("log_cosh", 1, [](const auto& x) { return log_cosh(x[0]); },
                        {2, 2, false, true});
  test::expect_accurate("log_of_ratio", 2, [](const auto& x) { return log_of_ratio(x[0], x[1]); },
                        {2, 2, true, true});
  test::expect_accurate("probability_of_odds", 1,
                        [](const auto& x) { return probability_of_odds(x[0]); },
                        {2, 4, true, true});
  test::expect_accurate("unit_power", 2, [](const auto& x) { return unit_power(x[0], x[1]); },
                        {2, 4, true, true, 1, 1});
}

TEST(ElementaryTest, HasDerivatives) {
  const Tensor any = doubles({-3, -0.7, 0.2, 1.3, 25}), positive = doubles({0.1, 0.9, 1.7, 3, 7});
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs));
    EXPECT_TRUE(gradgradcheck(f, inputs));
  };
  check([](const auto& x) { return special::xlogy(x[0], x[1]); }, {any, positive});
  check([](const auto& x) { return xlog1py(x[0], x[1]); }, {any, positive});
  check([](const auto& x) { return log1mexp(x[0]); }, {-positive});
  check([](const auto& x) { return log1pmx(x[0]); }, {positive - 0.9});
  check([](const auto& x) { return special::softplus(x[0]); }, {any});
  check([](const auto& x) { return special::sigmoid(x[0]); }, {any});
  check([](const auto& x) { return special::log_sigmoid(x[0]); }, {any});
  check([](const auto& x) { return special::expm1(x[0]); }, {any / 5});
  check([](const auto& x) { return special::tanh(x[0]); }, {any / 5});
  check([](const auto& x) { return special::atanh(x[0]); }, {any / 30});
  check([](const auto& x) { return log_cosh(x[0]); }, {any});
  check([](const auto& x) { return log_of_ratio(x[0], x[1]); }, {positive, positive.flip(0)});
  check([](const auto& x) { return probability_of_odds(x[0]); }, {positive});
  check([](const auto& x) { return unit_power(x[0], x[1]); }, {(-positive).exp(), positive});
}

TEST(ElementaryTest, APowerOfZeroHasASlope) {
  const Tensor x = at::zeros({3}, at::kDouble).requires_grad_(), a = leaf({0.5, 1, 2});
  const Tensor power = unit_power(x, a);
  EXPECT_TRUE(power.eq(0).all().item<bool>());
  EXPECT_TRUE(gradient(power, x).equal(doubles({INFINITY, 1, 0})));
  EXPECT_TRUE(gradient(power, a).eq(0).all().item<bool>());
}

TEST(ElementaryTest, TheLogarithmOfARatioThatOverflowsIsFinite) {
  const Tensor tiny = leaf({5e-324, 1e300}), huge = leaf({1e300, 5e-324});
  const Tensor value = log_of_ratio(huge, tiny);
  EXPECT_NEAR(value[0].item<double>(), 1435.2156, 1e-3);
  EXPECT_EQ(value[1].item<double>(), -value[0].item<double>());
  EXPECT_TRUE(gradient(value, tiny).isfinite().all().item<bool>());
  EXPECT_TRUE(gradient(value, huge).isfinite().all().item<bool>());
}

// At x = 0, first and second derivatives of x log y and x log(1 + y) are finite for all y.
TEST(ElementaryTest, ProductsWithALogarithmAreFlatAtZero) {
  for (const double shift : {0.0, 1.0}) {
    const auto f = [&](const Tensor& x, const Tensor& y) {
      return shift == 0 ? special::xlogy(x, y) : xlog1py(x, y);
    };
    const Tensor x = leaf({0, 0, 0}), y = leaf({0 - shift, -1 - shift, 2 - shift});
    const Tensor value = f(x, y);
    EXPECT_TRUE(at::equal(value, at::zeros({3}, at::kDouble)));
    const auto first =
        autograd::grad({value.sum()}, {x, y}, {}, std::nullopt, /*create_graph=*/true);
    EXPECT_TRUE(at::allclose(first[0], doubles({0, 0, std::log(2)})));
    EXPECT_TRUE(at::equal(first[1], at::zeros({3}, at::kDouble)));
    const auto second = autograd::grad({first[0].sum() + first[1].sum()}, {x, y});
    EXPECT_TRUE(second[0].isfinite().all().item<bool>());
    EXPECT_TRUE(second[1].isfinite().all().item<bool>());
  }
}

TEST(ElementaryTest, KeepsTheLimits) {
  const double inf = INFINITY;
  EXPECT_TRUE(
      at::equal(log1mexp(doubles({0, -inf, -1e-320})), doubles({-inf, 0, std::log(1e-320)})));
  EXPECT_TRUE(log1mexp(doubles({1})).isnan().item<bool>());
  EXPECT_TRUE(at::equal(special::softplus(doubles({-inf, inf, 1e6})), doubles({0, inf, 1e6})));
  EXPECT_TRUE(at::equal(log1pmx(doubles({-1, 0})), doubles({-inf, 0})));
  const Tensor x = leaf({-745, -1e300});
  const Tensor slope = autograd::grad({log1mexp(x).sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_TRUE(gradient(slope, x).isfinite().all().item<bool>());
}

// at::softplus(x) returns x for x > 20.
TEST(ElementaryTest, SoftplusHasNoThreshold) {
  EXPECT_GT(special::softplus(doubles({30})).item<double>(), 30);
}

}  // namespace
}  // namespace torch::distributions::ops::special
