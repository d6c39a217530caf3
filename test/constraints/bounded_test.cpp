#include <torch/distributions/constraints/bounded.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/constraints/interval.h>

namespace torch::distributions::constraints {
namespace {

TEST(Bounded, KeepsNumbersNumbers) {
  EXPECT_TRUE(interval(0, 1).lower().is_number());
  EXPECT_TRUE(interval(0, 1).upper().is_integer());
  EXPECT_FALSE(interval(0, at::ones({2})).upper().is_number());
  EXPECT_TRUE(greater_than(0.5).lower().is_number());
  EXPECT_TRUE(less_than(0.5).upper().is_number());
}

TEST(Bounded, GivesNumbersTheDtypeOfTheOtherBound) {
  const auto mixed = interval(-1, at::ones({2}, at::kDouble));
  EXPECT_EQ(mixed.lower_bound().scalar_type(), at::kDouble);
  EXPECT_EQ(mixed.lower_bound().item<double>(), -1);
  EXPECT_EQ(mixed.upper_bound().sizes(), IntArrayRef({2}));
  EXPECT_EQ(greater_than(2).lower_bound().item<float>(), 2);
  EXPECT_EQ(less_than(2).upper_bound().scalar_type(), at::kFloat);
}

TEST(Bounded, ABoundMayBeAList) {
  const auto box = interval({0., 0.1}, {2., 3.});
  EXPECT_EQ(format_as(box),
            "Interval(lower_bound=tensor([0.0000, 0.1000]), upper_bound=tensor([2., 3.]))");
  EXPECT_EQ(format_as(interval({0, 1}, 4)),
            "Interval(lower_bound=tensor([0., 1.]), upper_bound=4)");
  // Bounds given as numbers are rounded to the dtype of the value.
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
    const Tensor value = at::tensor({0.0, 0.1}, at::kDouble).to(dtype);
    EXPECT_TRUE(box.check(value).all().item<bool>()) << dtype;
    EXPECT_FALSE(box.first_violation(value)) << dtype;
  }
  EXPECT_EQ(box.first_violation(at::tensor({0, 0})), 1);
  EXPECT_EQ(greater_than({1, 2}).first_violation(at::tensor({2, 2})), 1);
  EXPECT_EQ(less_than({1, 2}).first_violation(at::zeros({3, 2})), std::nullopt);
  const auto mixed = interval({0.1, 0.2}, at::ones({2}, at::kDouble));
  EXPECT_TRUE(mixed.lower_bound().equal(at::tensor({0.1, 0.2}, at::kDouble)));
}

TEST(Bounded, PrintsItsBoundsAsPythonDoes) {
  EXPECT_EQ(format_as(greater_than(0.5)), "GreaterThan(lower_bound=0.5)");
  EXPECT_EQ(format_as(greater_than(1)), "GreaterThan(lower_bound=1)");
  EXPECT_EQ(format_as(less_than(1e-5)), "LessThan(upper_bound=1e-05)");
  EXPECT_EQ(format_as(interval(-1, at::tensor({1.0f, 2.5f}))),
            "Interval(lower_bound=-1, upper_bound=tensor([1.0000, 2.5000]))");
  EXPECT_EQ(format_as(interval(at::scalar_tensor(0.5), 2.0)),
            "Interval(lower_bound=0.5, upper_bound=2.0)");
}

}  // namespace
}  // namespace torch::distributions::constraints
