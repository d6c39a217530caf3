#include <torch/distributions/constraints/real.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

TEST(Real, HoldsEverythingButNan) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    EXPECT_THAT(
        test::checked(real, at::tensor({0.0, -1e4, INFINITY, -INFINITY, NAN, 1.0}).to(dtype)),
        ElementsAre(true, true, true, true, false, true));
  }
  EXPECT_EQ(real.first_violation(at::tensor({1, 2})), std::nullopt);
}

TEST(Real, IsContinuousScalarAndPrinted) {
  EXPECT_FALSE(real.is_discrete());
  EXPECT_EQ(real.event_dim(), 0);
  EXPECT_EQ(format_as(real), "Real()");
}

}  // namespace
}  // namespace torch::distributions::constraints
