#include <gmock/gmock.h>

#include <torch/distributions/core/param.h>

namespace torch::distributions {
namespace {

TEST(Param, ANumberTakesTheDefaultDtype) {
  EXPECT_EQ(Param(2).tensor().scalar_type(), at::kFloat);
  EXPECT_EQ(Param(2).tensor().dim(), 0);
  EXPECT_EQ(Param(2.5).tensor().item<double>(), 2.5);
}

TEST(Param, ATensorStaysTheSame) {
  const Tensor tensor = at::ones({3}, at::kDouble);
  EXPECT_TRUE(Param(tensor).tensor().is_same(tensor));
  EXPECT_TRUE(Param(tensor).tensor(at::kFloat).is_same(tensor));
}

TEST(Param, RemembersWhatItWas) {
  EXPECT_FALSE(Param().defined());
  EXPECT_FALSE(Param(Tensor()).defined());
  EXPECT_TRUE(Param(1).is_integer());
  EXPECT_FALSE(Param(1.0).is_integer());
  EXPECT_TRUE(Param(1.0).is_number());
  EXPECT_FALSE(Param(at::ones({})).is_number());
}

TEST(CommonOptions, AreThoseOfTheFirstFloatingTensor) {
  const Param number = 1, integers = at::ones({2}, at::kLong), doubles = at::ones({2}, at::kDouble),
              halves = at::ones({2}, at::kHalf);
  EXPECT_EQ(common_options({&number}).dtype(), at::kFloat);
  EXPECT_EQ(common_options({&number, &integers}).dtype(), at::kFloat);
  EXPECT_EQ(common_options({&integers, &doubles, &halves}).dtype(), at::kDouble);
  const Param meta = at::ones({2}, at::TensorOptions().dtype(at::kLong).device(at::kMeta));
  EXPECT_EQ(common_options({&number, &meta}).device(), at::kMeta);
}

TEST(RequireExactlyOne, NamesClassAndAlternatives) {
  const Param given = 1, absent;
  EXPECT_NO_THROW(require_exactly_one("Mine", {{"probs", &given}, {"logits", &absent}}));
  for (const Param& both : {given, absent}) {
    try {
      require_exactly_one("Mine", {{"probs", &both}, {"logits", &both}});
      FAIL();
    } catch (const c10::ValueError& error) {
      EXPECT_THAT(error.what_without_backtrace(),
                  ::testing::HasSubstr("Mine: either `probs` or `logits`"));
    }
  }
}

}  // namespace
}  // namespace torch::distributions
