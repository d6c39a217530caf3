#include "ops/special/gumbel_mean_distance.h"

#include "ops/special/reference.h"
#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions::ops::special {
namespace {

using distributions::test::doubles;
using distributions::test::gradcheck;
using distributions::test::gradgradcheck;

TEST(GumbelMeanDistanceTest, IsAccurate) {
  test::expect_accurate("gumbel_mean_distance", 1,
                        [](const auto& z) { return gumbel_mean_distance(z[0]); },
                        {4, 4, true, false});
}

TEST(GumbelMeanDistanceTest, HasDerivatives) {
  const Tensor z = doubles({-9, -1.2, -1, 0, 0.4, 3, 50});
  const auto f = [](const std::vector<Tensor>& t) { return gumbel_mean_distance(t[0]); };
  EXPECT_TRUE(gradcheck(f, {z}, {.step = 1e-6}));
  EXPECT_TRUE(gradgradcheck(f, {z}, {.step = 1e-6}));
}

TEST(GumbelMeanDistanceTest, FarOutIsTheDistanceFromTheMean) {
  const Tensor z = doubles({-1e300, -1000, 1000, 1e300});
  EXPECT_TRUE(gumbel_mean_distance(z).allclose((z - kEuler).abs(), 1e-15, 0));
}

}  // namespace
}  // namespace torch::distributions::ops::special
