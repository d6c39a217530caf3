#include "ops/special/normal.h"

#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(NormalFunctionsTest, IsAccurate) {
  test::expect_accurate("ndtr", 1, [](const auto& x) { return ndtr(x[0]); },
                        {4, 4, true, true, 0, 1});
  test::expect_accurate("log_ndtr", 1, [](const auto& x) { return log_ndtr(x[0]); },
                        {4, 16, true, true, 2, 2});
  test::expect_accurate("ndtri", 1, [](const auto& x) { return ndtri(x[0]); },
                        {4, 8, false, true, 0, 2});
  test::expect_accurate("inverse_mills", 1, [](const auto& x) { return inverse_mills(x[0]); },
                        {16, 32, true, true, 2, 2});
}

TEST(NormalFunctionsTest, HasDerivatives) {
  const Tensor x = doubles({-12, -3, -0.7, 0, 0.2, 1.3, 5}),
               p = doubles({0.01, 0.2, 0.5, 0.7, 0.99});
  const auto check = [](const distributions::test::Differentiable& f,
                        const std::vector<Tensor>& inputs) {
    EXPECT_TRUE(gradcheck(f, inputs));
    EXPECT_TRUE(gradgradcheck(f, inputs));
  };
  check([](const auto& t) { return ndtr(t[0]); }, {x});
  check([](const auto& t) { return log_ndtr(t[0]); }, {x});
  check([](const auto& t) { return inverse_mills(t[0]); }, {x});
  check([](const auto& t) { return ndtri(t[0]); }, {p});
}

TEST(NormalFunctionsTest, KeepsTheLimits) {
  const double inf = INFINITY;
  EXPECT_TRUE(at::equal(ndtr(doubles({-inf, inf, 0})), doubles({0, 1, 0.5})));
  EXPECT_TRUE(ndtr(doubles({NAN})).isnan().item<bool>());
  EXPECT_TRUE(at::equal(ndtri(doubles({0, 1, 0.5})), doubles({-inf, inf, 0})));
  EXPECT_TRUE(at::equal(log_ndtr(doubles({-inf, inf})), doubles({-inf, 0})));
}

// First and second derivatives far out, where phi is 0 and the Mills ratio is close to 1 / x.
TEST(NormalFunctionsTest, DerivativesAreFiniteFarOut) {
  const Tensor x = doubles({-1e8, -1e3, 50, 1e8}).requires_grad_();
  const Tensor first = autograd::grad({log_ndtr(x).sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_TRUE(at::allclose(first, doubles({1e8, 1000.000999998, 0, 0}), 1e-14));
  const Tensor second = autograd::grad({first.sum()}, {x})[0];
  EXPECT_TRUE(at::allclose(second, doubles({-1, -1 + 1e-6, 0, 0}), 1e-11));
  const Tensor density = autograd::grad({ndtr(x).sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_TRUE(at::equal(autograd::grad({density.sum()}, {x})[0], at::zeros({4}, at::kDouble)));
}

}  // namespace
}  // namespace torch::distributions::ops::special
