#include <torch/distributions/constraints/dependent.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/constraints/real.h>

namespace torch::distributions::constraints {
namespace {

TEST(Dependent, CannotBeChecked) {
  EXPECT_THROW(dependent.check(at::ones({})), c10::ValueError);
  EXPECT_THROW(dependent.first_violation(at::ones({})), c10::ValueError);
  EXPECT_EQ(format_as(dependent), "Dependent()");
}

TEST(Dependent, KnowsWhatItWasTold) {
  EXPECT_THROW(dependent.is_discrete(), c10::NotImplementedError);
  EXPECT_THROW(dependent.event_dim(), c10::NotImplementedError);
  const Dependent told = dependent(true, 2);
  EXPECT_TRUE(told.is_discrete());
  EXPECT_EQ(told.event_dim(), 2);
  EXPECT_EQ(dependent(false)(std::nullopt, 1).event_dim(), 1);
  EXPECT_FALSE(dependent(false)(std::nullopt, 1).is_discrete());
}

TEST(Dependent, IsRecognised) {
  EXPECT_TRUE(is_dependent(dependent));
  EXPECT_TRUE(is_dependent(ConstraintPtr(dependent(false, 0))));
  EXPECT_FALSE(is_dependent(real));
}

}  // namespace
}  // namespace torch::distributions::constraints
