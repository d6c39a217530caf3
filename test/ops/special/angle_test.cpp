#include "ops/special/angle.h"

#include "ops/special/reference.h"
#include "ops/special/versine.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(AngleTest, IsAccurate) {
  test::expect_accurate("angle_share", 2, [](const auto& x) { return angle_share(x[0], x[1]); },
                        {4, 4, true, true});
  test::expect_accurate("log_angle_share", 2,
                        [](const auto& x) { return log_angle_share(x[0], x[1]); },
                        {6, 6, true, true});
  test::expect_accurate("versine_of_half", 1, [](const auto& x) { return versine_of_half(x[0]); },
                        {4, 4, true, true});
}

TEST(AngleTest, HasDerivatives) {
  const Tensor y = doubles({0.3, 2, 1.2, 1, 1e-3, 40}), x = doubles({0.2, 7, 0.8, 1, 33, 0.5});
  for (const auto f : {+[](const std::vector<Tensor>& t) { return angle_share(t[0], t[1]); },
                       +[](const std::vector<Tensor>& t) { return log_angle_share(t[0], t[1]); }}) {
    EXPECT_TRUE(gradcheck(f, {y, x}, {.step = 1e-7}));
    EXPECT_TRUE(gradgradcheck(f, {y, x}, {.step = 1e-7}));
  }
}

TEST(AngleTest, VersineHasDerivatives) {
  const Tensor h = doubles({-4, -1e-3, 0, 0.3, 1.5, 20});
  const auto f = [](const std::vector<Tensor>& t) { return versine_of_half(t[0]); };
  EXPECT_TRUE(gradcheck(f, {h}, {.step = 1e-7}));
  EXPECT_TRUE(gradgradcheck(f, {h}, {.step = 1e-7}));
}

TEST(AngleTest, NothingOverflows) {
  const Tensor y = doubles({1e-200, 1e-300, 1e308, 1e308}), x = doubles({1e200, 1e-300, 1e308, 0});
  EXPECT_TRUE(angle_share(y, x).allclose(doubles({0, 0.5, 0.5, 1}), 1e-15, 0));
  const Tensor want =
      doubles({-400 * std::log(10.0) + std::log(2 / M_PI), -std::log(2.0), -std::log(2.0), 0});
  EXPECT_TRUE(log_angle_share(y, x).allclose(want, 1e-15, 0));
}

// One branch may have an infinite derivative where the other one is taken.
TEST(AngleTest, SecondDerivativesAreNumbersEverywhere) {
  const auto check = [](const auto& f, const Tensor& y) {
    const Tensor leaf_y = y.clone().requires_grad_(),
                 leaf_x = doubles({1, 0, 1, 1e100, 1e-100, 1}).requires_grad_();
    const std::vector<Tensor> leaves{leaf_y, leaf_x};
    const auto first = autograd::grad({f(leaf_y, leaf_x).sum()}, leaves, {}, std::nullopt,
                                      /*create_graph=*/true);
    for (const Tensor& slope : first) {
      EXPECT_FALSE(slope.isnan().any().item<bool>()) << slope;
      for (const Tensor& second : autograd::grad({slope.sum()}, leaves, {}, true))
        EXPECT_FALSE(second.isnan().any().item<bool>()) << second;
    }
  };
  check(angle_share, doubles({0, 1, 1, 1e-100, 1e100, 1e9}));
  check(log_angle_share, doubles({1e-100, 1, 1, 1e-100, 1e100, 1e9}));
}

}  // namespace
}  // namespace torch::distributions::ops::special
