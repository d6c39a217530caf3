#include "ops/special/bessel.h"

#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(BesselTest, IsAccurate) {
  test::expect_accurate("log_i0e", 1, [](const auto& x) { return log_i0e(x[0]); },
                        {4, 32, false, true});
  test::expect_accurate("circular_variance", 1,
                        [](const auto& x) { return circular_variance(x[0]); },
                        {32, 512, true, true});
}

TEST(BesselTest, HasDerivatives) {
  const Tensor x = doubles({0.01, 0.3, 2, 5.9, 6.1, 9, 40});
  for (const auto f : {+[](const std::vector<Tensor>& t) { return log_i0e(t[0]); },
                       +[](const std::vector<Tensor>& t) { return circular_variance(t[0]); }}) {
    EXPECT_TRUE(gradcheck(f, {x}, {.step = 1e-6}));
    EXPECT_TRUE(gradgradcheck(f, {x}, {.step = 1e-6}));
  }
}

TEST(BesselTest, HasItsLimits) {
  const Tensor ends = doubles({0, std::numeric_limits<double>::infinity()});
  EXPECT_TRUE(circular_variance(ends).equal(doubles({1, 0})));
  EXPECT_TRUE(circular_variance_d1(ends).allclose(doubles({-0.5, 0}), 1e-15, 0));
  EXPECT_TRUE(log_i0e(ends).equal(doubles({0, -std::numeric_limits<double>::infinity()})));
  // 1 / (2 x) and its derivatives
  EXPECT_TRUE(circular_variance(doubles({1e300})).allclose(doubles({5e-301}), 1e-15, 0));
  EXPECT_TRUE(circular_variance_d1(doubles({1e100})).allclose(doubles({-5e-201}), 1e-15, 0));
  EXPECT_TRUE(circular_variance_d2(doubles({1e50})).allclose(doubles({1e-150}), 1e-15, 0));
}

}  // namespace
}  // namespace torch::distributions::ops::special
