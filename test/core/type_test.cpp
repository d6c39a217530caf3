#include <gmock/gmock.h>

#include <torch/distributions/chi2.h>
#include <torch/distributions/core/type.h>

namespace torch::distributions::core {
namespace {

TEST(Type, KnowsTheLineOfBases) {
  const Type& chi2 = Chi2(1).type();
  EXPECT_STREQ(chi2.name, "Chi2");
  EXPECT_EQ(chi2.distance_to(typeid(Chi2)), 0);
  EXPECT_EQ(chi2.distance_to(typeid(Gamma)), 1);
  EXPECT_EQ(chi2.distance_to(typeid(ExponentialFamily)), 2);
  EXPECT_EQ(chi2.distance_to(typeid(Distribution)), 3);
  EXPECT_EQ(Gamma(1, 1).type().distance_to(typeid(Chi2)), -1);
  EXPECT_EQ(*chi2.base, Gamma::static_type());
}

}  // namespace
}  // namespace torch::distributions::core
