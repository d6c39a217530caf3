#include <gmock/gmock.h>

#include <array>

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

TEST(Param, AListKeepsDoublesAndTakesTheDtypeOfWhatItMeets) {
  const Param list{0.1, 0.2};
  EXPECT_TRUE(list.defined());
  EXPECT_FALSE(list.is_number() || list.is_tensor());
  EXPECT_TRUE(list.tensor().equal(at::tensor({0.1F, 0.2F})));
  EXPECT_TRUE(list.tensor(at::kDouble).equal(at::tensor({0.1, 0.2}, at::kDouble)));
  EXPECT_EQ(list.tensor(TensorOptions(at::kHalf).device(at::kMeta)).device(), at::kMeta);
  const Param doubles = at::ones({2}, at::kDouble), integers = at::ones({2}, at::kLong);
  EXPECT_EQ(core::common_options({&list}).dtype(), at::kFloat);
  EXPECT_EQ(core::common_options({&list, &doubles}).dtype(), at::kDouble);
  EXPECT_EQ(core::common_options({&list, &integers}).dtype(), at::kFloat);
}

TEST(Param, AListMayBeOfAnyNumbersAndLieAnywhere) {
  const Tensor expected = at::tensor({1.0, 2.0, 3.0}, at::kDouble);
  const auto holds = [&](const Param& param) { return param.tensor(at::kDouble).equal(expected); };
  const int one = 1;
  const float in_memory[] = {1, 2, 3};
  EXPECT_TRUE(holds({1., 2., 3.}));
  EXPECT_TRUE(holds({1, 2, 3}));
  EXPECT_TRUE(holds({one, 2, 3}));
  EXPECT_TRUE(holds({1, 2.0F, 3.}));
  EXPECT_TRUE(holds({c10::Half(1), c10::Half(2), c10::Half(3)}));
  EXPECT_TRUE(holds(std::vector<double>{1, 2, 3}));
  EXPECT_TRUE(holds(std::vector<float>{1, 2, 3}));
  EXPECT_TRUE(holds(std::vector<int>{1, 2, 3}));
  EXPECT_TRUE(holds(std::vector<int64_t>{1, 2, 3}));
  EXPECT_TRUE(holds(std::array<c10::BFloat16, 3>{1, 2, 3}));
  EXPECT_TRUE(holds(IntArrayRef({1, 2, 3})));
  EXPECT_TRUE(holds(in_memory));
  EXPECT_EQ(Param(std::vector<double>()).tensor().numel(), 0);
}

TEST(Param, AListMadeInInferenceModeServesOutsideOfIt) {
  Param list;
  {
    const c10::InferenceMode on;
    list = {1., 2.};
  }
  EXPECT_FALSE(list.tensor(at::kDouble).is_inference());
}

TEST(Param, TakesLibTorchsNumbers) {
  EXPECT_EQ(Param(at::Scalar(0.5)).number(), 0.5);
  EXPECT_FALSE(Param(at::Scalar(2.0)).is_integer());
  EXPECT_TRUE(Param(at::Scalar(2)).is_integer());
  EXPECT_TRUE(Param(at::Scalar(true)).is_integer());
  EXPECT_EQ(Param(at::Scalar(uint64_t{1} << 63)).number(), 0x1p63);
  EXPECT_EQ(Param(c10::Half(0.5)).number(), 0.5);
  EXPECT_FALSE(Param(c10::BFloat16(2)).is_integer());
  EXPECT_TRUE(Param(std::uint8_t{5}).is_integer());
  EXPECT_TRUE(
      at::isComplexType(Param(at::Scalar(c10::complex<double>(1, 5))).tensor().scalar_type()));
}

template <class Class, class T>
concept TakesTwoInBraces = requires(T t) {
  Class({t, t});
};

TEST(Param, IsNoCharacterAndNoText) {
  static_assert(!std::is_constructible_v<Param, char>);
  static_assert(!std::is_constructible_v<Param, wchar_t>);
  static_assert(!std::is_constructible_v<Param, char8_t>);
  static_assert(!TakesTwoInBraces<Param, char>);
  static_assert(TakesTwoInBraces<Param, std::int8_t>);
  static_assert(!std::is_constructible_v<Param, std::string>);
  static_assert(!std::is_constructible_v<Param, const char*>);
  static_assert(!std::is_constructible_v<Param, std::vector<char>>);
  static_assert(!std::is_convertible_v<at::ScalarType, Param>);
}

TEST(RequireNumbers, NamesClassAndArgument) {
  EXPECT_NO_THROW(core::require_numbers("Mine", "loc", at::ones({})));
  for (const auto dtype : {at::kByte, at::kChar, at::kShort, at::kInt, at::kLong, at::kBool,
                           at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    EXPECT_TRUE(core::holds_numbers(dtype));
  }
  for (const auto dtype :
       {at::kComplexHalf, at::kComplexFloat, at::kComplexDouble, at::kQInt8, at::kQUInt8,
        at::kQInt32, at::kUInt16, at::kUInt32, at::kUInt64, at::kFloat8_e5m2, at::kFloat8_e4m3fn,
        at::kBits8, at::ScalarType::Undefined}) {
    EXPECT_FALSE(core::holds_numbers(dtype)) << dtype;
  }
  try {
    core::require_numbers("Mine", "loc", at::ones({}, at::kComplexFloat));
    FAIL();
  } catch (const c10::TypeError& error) {
    EXPECT_THAT(error.what(), ::testing::StartsWith("Mine: `loc` has the dtype ComplexFloat"));
  }
  EXPECT_THROW(core::require_numbers("Mine", "loc", Tensor()), c10::ValueError);
  EXPECT_THROW(core::require_numbers("Mine", "loc", Param()), c10::ValueError);
  EXPECT_THROW(core::require_numbers("Mine", "loc", Param(at::Scalar(c10::complex<double>(1, 5)))),
               c10::TypeError);
}

TEST(CommonOptions, AreThoseOfTheFirstFloatingTensor) {
  const Param number = 1, integers = at::ones({2}, at::kLong), doubles = at::ones({2}, at::kDouble),
              halves = at::ones({2}, at::kHalf);
  EXPECT_EQ(core::common_options({&number}).dtype(), at::kFloat);
  EXPECT_EQ(core::common_options({&number, &integers}).dtype(), at::kFloat);
  EXPECT_EQ(core::common_options({&integers, &doubles, &halves}).dtype(), at::kDouble);
  const Param meta = at::ones({2}, at::TensorOptions().dtype(at::kLong).device(at::kMeta));
  EXPECT_EQ(core::common_options({&number, &meta}).device(), at::kMeta);
}

TEST(RequireExactlyOne, NamesClassAndAlternatives) {
  const Param given = 1, absent;
  EXPECT_NO_THROW(core::require_exactly_one("Mine", {{"probs", &given}, {"logits", &absent}}));
  for (const Param& both : {given, absent}) {
    try {
      core::require_exactly_one("Mine", {{"probs", &both}, {"logits", &both}});
      FAIL();
    } catch (const c10::ValueError& error) {
      EXPECT_THAT(error.what_without_backtrace(),
                  ::testing::HasSubstr("Mine: either `probs` or `logits`"));
    }
  }
}

}  // namespace
}  // namespace torch::distributions
