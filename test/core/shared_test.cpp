#include <gmock/gmock.h>

#include <torch/distributions/core/shared.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/normal.h>

namespace torch::distributions {
namespace {

double rate(const Distribution& distribution) { return distribution.mean().item<double>(); }

TEST(Shared, OwnsACopyOfAnyConcreteValue) {
  DistributionPtr any = Normal(3, 1);
  const DistributionPtr copy = any;
  any = Exponential(0.5);
  EXPECT_EQ(rate(any), 2);
  EXPECT_EQ(rate(copy), 3);
  EXPECT_EQ(copy->type(), Normal::static_type());
}

TEST(Shared, TakesNoAbstractOrForeignType) {
  static_assert(!std::is_convertible_v<int, DistributionPtr>);
  static_assert(!std::is_constructible_v<ConstraintPtr, Normal>);
  static_assert(!std::is_default_constructible_v<DistributionPtr>);
}

}  // namespace
}  // namespace torch::distributions
