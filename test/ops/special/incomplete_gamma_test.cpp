#include "ops/special/incomplete_gamma.h"

#include <c10/util/Exception.h>

#include "ops/special/reference.h"
#include "ops/special/stirling.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(IncompleteGammaTest, IsAccurate) {
  const test::Limits limits{16, 24, true, true, 4, 4};
  for (const std::string suffix : {"", "_large"}) {
    test::expect_accurate(
        "gammainc" + suffix, 2, [](const auto& x) { return gammainc(x[0], x[1]); }, limits);
    test::expect_accurate(
        "gammaincc" + suffix, 2, [](const auto& x) { return gammaincc(x[0], x[1]); }, limits);
  }
}

TEST(IncompleteGammaTest, LogarithmsAreAccurateWhereTheTailsUnderflow) {
  // Relative to 1 where the logarithm is small. A slope may be a tail itself.
  const test::Limits limits{16, 64, false, true, 0, 8};
  for (const std::string suffix : {"", "_large"}) {
    test::expect_accurate(
        "log_gammainc" + suffix, 2, [](const auto& x) { return log_gammainc(x[0], x[1]); }, limits);
    test::expect_accurate(
        "log_gammaincc" + suffix, 2, [](const auto& x) { return log_gammaincc(x[0], x[1]); },
        limits);
  }
}

TEST(IncompleteGammaTest, SecondDerivativeIsAccurate) {
  for (const bool by_tensor_operations : {false, true}) {
    for (const std::string name : {"gammainc", "gammaincc"}) {
      const auto columns = test::reference_columns(name);
      const Tensor a = columns[0].clone().requires_grad_();
      std::optional<TensorOperationsGuard> guard;
      if (by_tensor_operations) guard.emplace();
      const Tensor value = name == "gammainc" ? gammainc(a, columns[1]) : gammaincc(a, columns[1]);
      const Tensor first = autograd::grad({value.sum()}, {a}, {}, std::nullopt, true)[0];
      const Tensor second = autograd::grad({first.sum()}, {a})[0];
      // The second derivative crosses zero in the bulk. There the scale is (dP/da)^2 over the tail.
      const Tensor scale = columns[5].abs().maximum(
          columns[3].square() / columns[2].minimum(1 - columns[2]).clamp_min(1e-300));
      EXPECT_LE(((second - columns[5]).abs() / scale.clamp_min(1e-290)).max().item<double>(), 1e-12)
          << name << by_tensor_operations;
    }
  }
}

TEST(IncompleteGammaTest, HasDerivatives) {
  const Tensor a = doubles({0.3, 0.05, 2.5, 8, 40, 200}), x = doubles({0.2, 0.4, 4, 6, 42, 150});
  const auto check = [&](const distributions::test::Differentiable& f) {
    EXPECT_TRUE(gradcheck(f, {a, x}, {.atol = 1e-8}));
    EXPECT_TRUE(gradgradcheck(f, {a, x}, {.atol = 1e-8}));
  };
  check([](const auto& t) { return gammainc(t[0], t[1]); });
  check([](const auto& t) { return gammaincc(t[0], t[1]); });
  check([](const auto& t) { return log_gammainc(t[0], t[1]); });
  check([](const auto& t) { return log_gammaincc(t[0], t[1]); });
}

TEST(IncompleteGammaTest, KnowsNoThirdDerivativeInA) {
  const Tensor a = doubles({2}).requires_grad_(), x = doubles({3}).requires_grad_();
  Tensor derivative = gammainc(a, x);
  for (int i = 0; i < 2; ++i)
    derivative = autograd::grad({derivative.sum()}, {a}, {}, std::nullopt, true)[0];
  EXPECT_NO_THROW(autograd::grad({derivative.sum()}, {x}, {}, /*retain_graph=*/true));
  EXPECT_THROW(autograd::grad({derivative.sum()}, {a}), c10::NotImplementedError);
}

TEST(IncompleteGammaTest, LogarithmsHaveSecondDerivativesFarOut) {
  const Tensor a = doubles({50, 300, 1e4, 0.5}), x = doubles({4, 900, 2e4, 1e3});
  const auto check = [&](const distributions::test::Differentiable& f) {
    EXPECT_TRUE(gradcheck(f, {a, x}, {.atol = 1e-6}));
    EXPECT_TRUE(gradgradcheck(f, {a, x}, {.atol = 1e-6}));
  };
  check([](const auto& t) { return log_gammainc(t[0].slice(0, 0, 1), t[1].slice(0, 0, 1)); });
  check([](const auto& t) { return log_gammaincc(t[0].slice(0, 1), t[1].slice(0, 1)); });
}

TEST(IncompleteGammaTest, LogarithmsKeepTheLimits) {
  const double inf = INFINITY;
  const Tensor a = doubles({2, 2, 0, inf}).requires_grad_(), x = doubles({0, inf, 1, 1});
  EXPECT_TRUE(at::equal(log_gammainc(a, x), doubles({-inf, 0, 0, -inf})));
  EXPECT_TRUE(at::equal(log_gammaincc(a, x), doubles({0, -inf, -inf, 0})));
  // Where the density and the tail underflow together, and where parts of the slope overflow.
  const Tensor far = doubles({0.5, 1e15}), end = doubles({1.79e308, 5e-324}).requires_grad_();
  const Tensor slope = autograd::grad({log_gammaincc(far, end).sum()}, {end})[0];
  EXPECT_TRUE(at::equal(slope, doubles({-1, 0})));
  const Tensor outside =
      log_gammaincc(doubles({-1, 1, 0, inf, NAN, 1}), doubles({1, -1, 0, inf, 1, NAN}));
  EXPECT_TRUE(outside.isnan().all().item<bool>());
}

TEST(IncompleteGammaTest, KeepsTheLimits) {
  const double inf = INFINITY;
  const Tensor a = doubles({2, 2, 0, inf, 1e-300, 1e12}).requires_grad_(),
               x = doubles({0, inf, 1, 1, 1e300, 1e3});
  const Tensor p = gammainc(a, x);
  EXPECT_TRUE(at::equal(p, doubles({0, 1, 1, 0, 1, 0})));
  EXPECT_TRUE(at::equal(gammaincc(a, x), 1 - p));
  EXPECT_TRUE(at::isfinite(autograd::grad({p.sum()}, {a})[0]).all().item<bool>());
  const Tensor outside =
      gammainc(doubles({-1, 1, 0, inf, NAN, 1}), doubles({1, -1, 0, inf, 1, NAN}));
  EXPECT_TRUE(outside.isnan().all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::ops::special
