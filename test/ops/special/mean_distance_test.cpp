#include "ops/special/mean_distance.h"

#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(MeanDistanceTest, IsAccurate) {
  test::expect_accurate("laplace_mean_distance", 3,
                        [](const auto& x) { return laplace_mean_distance(x[0], x[1], x[2]); },
                        {4, 4, true, true});
  test::expect_accurate("normal_mean_distance", 3,
                        [](const auto& x) { return normal_mean_distance(x[0], x[1], x[2]); },
                        {8, 8, true, true});
}

TEST(MeanDistanceTest, HasDerivatives) {
  const Tensor d = doubles({0, 0.3, -0.9, 1.2, -30}), a = doubles({1, 0.2, 7, 0.8, 1.4}),
               b = doubles({2, 0.3, 1, 1.5, 2});
  for (const auto f :
       {+[](const std::vector<Tensor>& t) { return laplace_mean_distance(t[0], t[1], t[2]); },
        +[](const std::vector<Tensor>& t) { return normal_mean_distance(t[0], t[1], t[2]); }}) {
    EXPECT_TRUE(gradcheck(f, {d, a, b}, {.step = 1e-7}));
    EXPECT_TRUE(gradgradcheck(f, {d, a, b}, {.step = 1e-7}));
  }
}

TEST(MeanDistanceTest, FarOutIsTheDistance) {
  const Tensor d = doubles({3, -3}), a = doubles({1e-320}), b = doubles({0.5});
  EXPECT_TRUE(laplace_mean_distance(d, a, b).equal(doubles({6, 6})));
  EXPECT_TRUE(normal_mean_distance(d, a, b).equal(doubles({6, 6})));
  EXPECT_TRUE(laplace_sign(d, a).equal(doubles({1, -1})));
  EXPECT_TRUE(normal_sign(d, a).equal(doubles({1, -1})));
}

}  // namespace
}  // namespace torch::distributions::ops::special
