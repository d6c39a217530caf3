#include <gmock/gmock.h>

#include <torch/distributions/core/covariance.h>

namespace torch::distributions {
namespace {

TEST(Covariance, IsAnAggregateThatCanBeFilledAtRunTime) {
  Covariance covariance;
  EXPECT_FALSE(covariance.covariance_matrix.defined() || covariance.precision_matrix.defined() ||
               covariance.scale_tril.defined());
  covariance.scale_tril = at::eye(2);
  EXPECT_TRUE(covariance.scale_tril.defined());
  EXPECT_TRUE((Covariance{.precision_matrix = at::eye(2)}).precision_matrix.defined());
}

}  // namespace
}  // namespace torch::distributions
