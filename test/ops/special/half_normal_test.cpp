#include "ops/special/half_normal.h"

#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(HalfNormalTest, IsAccurate) {
  test::expect_accurate("half_normal_quantile", 1,
                        [](const auto& x) { return half_normal_quantile(x[0]); },
                        {4, 8, true, true, 0, 2});
}

TEST(HalfNormalTest, HasDerivatives) {
  const auto f = [](const std::vector<Tensor>& t) { return half_normal_quantile(t[0]); };
  const Tensor p = doubles({0.01, 0.3, 0.5, 0.7, 0.99});
  EXPECT_TRUE(gradcheck(f, {p}, {.step = 1e-7}));
  EXPECT_TRUE(gradgradcheck(f, {p}, {.step = 1e-7}));
}

TEST(HalfNormalTest, HasTheEnds) {
  EXPECT_TRUE(half_normal_quantile(doubles({0, 1})).equal(doubles({0, INFINITY})));
  EXPECT_TRUE(half_normal_quantile(doubles({NAN})).isnan().item<bool>());
}

}  // namespace
}  // namespace torch::distributions::ops::special
