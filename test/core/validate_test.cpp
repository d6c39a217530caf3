#include <gmock/gmock.h>

#include <torch/distributions/core/validate.h>
#include <torch/distributions/uniform.h>
#include <thread>

namespace torch::distributions {
namespace {

bool raises(const Uniform& uniform) {
  try {
    uniform.log_prob(at::full({}, 3.0));
    return false;
  } catch (const c10::ValueError&) {
    return true;
  }
}

TEST(Validate, ConvertsFromABoolAlone) {
  static_assert(std::is_convertible_v<bool, Validate>);
  static_assert(!std::is_convertible_v<int, Validate> && !std::is_convertible_v<double, Validate>);
  EXPECT_FALSE(Validate().value().has_value());
  EXPECT_EQ(Validate(true).value(), true);
}

TEST(ValidateArgsGuard, HoldsInItsScopeAndNests) {
  const Uniform uniform(0, 1);
  EXPECT_TRUE(raises(uniform));
  {
    const ValidateArgsGuard off(false);
    EXPECT_FALSE(raises(uniform));
    {
      const ValidateArgsGuard on(true);
      EXPECT_TRUE(raises(uniform));
    }
    EXPECT_FALSE(raises(uniform));
  }
  EXPECT_TRUE(raises(uniform));
}

TEST(ValidateArgsGuard, IsThreadLocal) {
  const ValidateArgsGuard off(false);
  bool raised = false;
  std::thread([&] { raised = raises(Uniform(0, 1)); }).join();
  EXPECT_TRUE(raised);
}

TEST(ValidateArgsGuard, YieldsToTheObjectsOwnChoice) {
  const Uniform always(0, 1, true), never(0, 1, false);
  EXPECT_FALSE(raises(never));
  const ValidateArgsGuard off(false);
  EXPECT_TRUE(raises(always));
}

TEST(DefaultValidateArgs, IsForEveryThread) {
  Distribution::set_default_validate_args(false);
  bool raised = true;
  std::thread([&] { raised = raises(Uniform(0, 1)); }).join();
  Distribution::set_default_validate_args(true);
  EXPECT_FALSE(raised);
}

}  // namespace
}  // namespace torch::distributions
