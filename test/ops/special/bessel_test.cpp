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
  test::expect_accurate("mean_cosine", 1, [](const auto& x) { return mean_cosine(x[0]); },
                        {4, 128, true, true});
  test::expect_accurate("mean_cosine_difference", 2,
                        [](const auto& x) { return mean_cosine_difference(x[0], x[1]); },
                        {64, 128, true, true});
  test::expect_accurate("log_i0_divergence", 2,
                        [](const auto& x) { return log_i0_divergence(x[0], x[1]); },
                        {32, 128, true, true});
}

TEST(BesselTest, HasDerivatives) {
  const Tensor x = doubles({0.01, 0.3, 2, 5.9, 6.1, 9, 40});
  for (const auto f : {+[](const std::vector<Tensor>& t) { return log_i0e(t[0]); },
                       +[](const std::vector<Tensor>& t) { return circular_variance(t[0]); },
                       +[](const std::vector<Tensor>& t) { return mean_cosine(t[0]); }}) {
    EXPECT_TRUE(gradcheck(f, {x}, {.step = 1e-6}));
    EXPECT_TRUE(gradgradcheck(f, {x}, {.step = 1e-6}));
  }
  const Tensor y = doubles({0.02, 0.3, 1.5, 1, 6, 50, 41});
  for (const auto f :
       {+[](const std::vector<Tensor>& t) { return mean_cosine_difference(t[0], t[1]); },
        +[](const std::vector<Tensor>& t) { return log_i0_divergence(t[0], t[1]); }}) {
    EXPECT_TRUE(gradcheck(f, {x, y}, {.step = 1e-6}));
    EXPECT_TRUE(gradgradcheck(f, {x, y}, {.step = 1e-6}));
  }
}

TEST(BesselTest, HasItsLimits) {
  const Tensor ends = doubles({0, std::numeric_limits<double>::infinity()});
  EXPECT_TRUE(circular_variance(ends).equal(doubles({1, 0})));
  EXPECT_TRUE(circular_variance_d1(ends).allclose(doubles({-0.5, 0}), 1e-15, 0));
  EXPECT_TRUE(mean_cosine(ends).equal(doubles({0, 1})));
  EXPECT_TRUE(log_i0_divergence(ends.slice(0, 0, 1), ends.slice(0, 0, 1)).equal(doubles({0})));
  EXPECT_TRUE(log_i0e(ends).equal(doubles({0, -std::numeric_limits<double>::infinity()})));
  // 1 / (2 x) and its derivatives
  EXPECT_TRUE(circular_variance(doubles({1e300})).allclose(doubles({5e-301}), 1e-15, 0));
  EXPECT_TRUE(circular_variance_d1(doubles({1e100})).allclose(doubles({-5e-201}), 1e-15, 0));
  EXPECT_TRUE(circular_variance_d2(doubles({1e50})).allclose(doubles({1e-150}), 1e-15, 0));
}

}  // namespace
}  // namespace torch::distributions::ops::special
