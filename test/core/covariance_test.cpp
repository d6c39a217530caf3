#include <gmock/gmock.h>

#include <torch/distributions/core/covariance.h>
#include <torch/distributions/multivariate_normal.h>

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

template <class Aggregate, class T>
concept FilledByPosition = requires(T t) { Aggregate({t}); };

TEST(Covariance, IsAlwaysNamed) {
  const Tensor eye = at::eye(2);
  EXPECT_TRUE(scale_tril(eye).scale_tril.tensor().is_same(eye));
  EXPECT_TRUE(covariance_matrix(eye).covariance_matrix.tensor().is_same(eye));
  EXPECT_TRUE(precision_matrix(eye).precision_matrix.tensor().is_same(eye));
  EXPECT_EQ(MultivariateNormal({0., 0.}, scale_tril(eye)).event_shape(), IntArrayRef({2}));
  static_assert(!FilledByPosition<Covariance, Tensor>);
}

}  // namespace
}  // namespace torch::distributions
