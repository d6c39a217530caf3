#include "ops/vectors/wishart.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;

TEST(WishartLogProbTest, TakesTheFactorOrLogarithmsOfItsGammas) {
  const Tensor df = doubles({3.5, 9});
  const DenseCovariance covariance(doubles({2, 0, 0, 0.3, 1, 0, -1, 0.5, 3}).view({3, 3}));
  const Tensor bartlett =
      doubles({1.5, 0, 0, 0.2, 0.7, 0, -1, 0.4, 2.2}).view({3, 3}).expand({2, 3, 3});
  // A square on the diagonal is twice a gamma variable.
  const Tensor log_gammas = (0.5 * bartlett.diagonal(0, -2, -1).square()).log();
  EXPECT_TRUE(wishart_log_prob_of_bartlett(df, covariance, bartlett, log_gammas)
                  .allclose(wishart_log_prob_of_bartlett(df, covariance, bartlett, {}), 1e-13, 0));
}

}  // namespace
}  // namespace torch::distributions::ops
