#include <torch/distributions/constraints/interval.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

TEST(Interval, EndsBelongToTheSetOrNot) {
  for (const auto dtype : test::kDtypes) {
    if (dtype == at::kByte || dtype == at::kBool) continue;
    const Tensor x = at::tensor({-2, -1, 0, 1, 2}).to(dtype);
    EXPECT_THAT(test::checked(greater_than(-1), x), ElementsAre(false, false, true, true, true));
    EXPECT_THAT(test::checked(greater_than_eq(-1), x), ElementsAre(false, true, true, true, true));
    EXPECT_THAT(test::checked(less_than(1), x), ElementsAre(true, true, true, false, false));
    EXPECT_THAT(test::checked(interval(-1, 1), x), ElementsAre(false, true, true, true, false));
    EXPECT_THAT(test::checked(half_open_interval(-1, 1), x),
                ElementsAre(false, true, true, false, false));
    EXPECT_THAT(test::checked(interval(-0.5, 1.5), x),
                ElementsAre(false, false, true, true, false));
  }
  EXPECT_THAT(test::checked(positive, at::tensor({0, 1}, at::kByte)), ElementsAre(false, true));
  EXPECT_THAT(test::checked(positive, at::tensor({0, 1}).to(at::kBool)), ElementsAre(false, true));
}

TEST(Interval, NanIsNoneOfItsNumbersAndInfinityMayBe) {
  const Tensor x = at::tensor({NAN, INFINITY, -INFINITY});
  EXPECT_THAT(test::checked(positive, x), ElementsAre(false, true, false));
  EXPECT_THAT(test::checked(nonnegative, x), ElementsAre(false, true, false));
  EXPECT_THAT(test::checked(less_than(0), x), ElementsAre(false, false, true));
  EXPECT_THAT(test::checked(interval(-INFINITY, INFINITY), x), ElementsAre(false, true, true));
  EXPECT_THAT(test::checked(half_open_interval(0, INFINITY), x), ElementsAre(false, false, false));
}

TEST(Interval, ANumberTakesTheDtypeOfTheValue) {
  // 0.1f is above the double 0.1, and half's 0.1 below it.
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor x = at::tensor({0.1}, at::kDouble).to(dtype);
    EXPECT_THAT(test::checked(interval(0.1, 0.1), x), ElementsAre(true)) << dtype;
    EXPECT_THAT(test::checked(greater_than(0.1), x), ElementsAre(false)) << dtype;
  }
}

TEST(Interval, TensorBoundsBroadcast) {
  const Tensor low = at::tensor({0.0, 1.0, 2.0}), high = at::tensor({3.0, 1.5}).view({2, 1});
  test::expect_consistent(interval(low, high), at::tensor({1.0, 1.2, 2.5}).view({1, 3}));
  test::expect_consistent(interval(low, high), at::ones({1, 1}));
  test::expect_consistent(greater_than(low),
                          at::tensor({1.0, 1.0, 3.0, 1.0, 2.0, 2.0}).view({2, 3}));
  test::expect_consistent(greater_than(low.expand({4, 3})),
                          at::arange(4).view({4, 1}).to(at::kFloat));
  test::expect_consistent(less_than(high.t()), at::tensor({2.0, 2.0}).view({1, 2}));
  EXPECT_EQ(
      interval(low, 5).first_violation(at::tensor({1.0, 1.0, 3.0, 1.0, 0.5, 2.0}).view({2, 3})), 4);
  EXPECT_THROW(interval(low, 5).first_violation(at::ones({2})), c10::Error);
}

TEST(Interval, DtypesOfValueAndBoundsMayDiffer) {
  for (const auto value_dtype : test::kDtypes) {
    for (const auto bound_dtype : test::kDtypes) {
      const Tensor x = at::tensor({0, 1, 2, 1}).to(value_dtype),
                   bound = at::tensor({1, 1, 1, 0}).to(bound_dtype);
      test::expect_consistent(greater_than(bound), x);
      test::expect_consistent(interval(bound, at::scalar_tensor(1, bound_dtype)), x);
      test::expect_consistent(less_than(at::scalar_tensor(0.1, at::kDouble)),
                              x.to(at::kFloat) * 0.1f);
    }
  }
}

TEST(Interval, FindsTheFirstOfManyWhereverItIs) {
  const int64_t n = 1000;
  for (const int64_t at : {0, 1, 255, 256, 257, 767, 998, 999}) {
    for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kLong}) {
      Tensor x = at::ones({n}, dtype);
      x.slice(0, at, std::nullopt, 3).fill_(-1);
      EXPECT_EQ(positive.first_violation(x), at);
      EXPECT_EQ(unit_interval.first_violation(x.view({8, 125}).t().contiguous().t()), at);
      EXPECT_EQ(greater_than(at::zeros({n}, dtype)).first_violation(x), at);
      EXPECT_EQ(interval(at::zeros({125}), 1).first_violation(x.view({8, 125})), at);
    }
  }
}

TEST(Interval, TakesOneElementOrNone) {
  for (const auto dtype : test::kDtypes) {
    EXPECT_EQ(positive.first_violation(at::ones({}, dtype)), std::nullopt) << dtype;
    EXPECT_EQ(positive.first_violation(at::zeros({}, dtype)), 0) << dtype;
    EXPECT_EQ(positive.first_violation(at::zeros({1, 1}, dtype)), 0) << dtype;
    EXPECT_EQ(positive.first_violation(at::zeros({2, 0}, dtype)), std::nullopt) << dtype;
    EXPECT_EQ(greater_than(at::zeros({0}, dtype)).first_violation(at::zeros({2, 1}, dtype)),
              std::nullopt)
        << dtype;
  }
}

TEST(Interval, LeavesOtherTensorsToCheck) {
  EXPECT_EQ(positive.first_violation(at::tensor({1.0, -1.0}).to_sparse().to_dense()), 1);
  EXPECT_EQ(positive.first_violation(at::empty({3}, at::kMeta)), std::nullopt);
  EXPECT_EQ(greater_than(at::zeros({3}, at::kMeta)).first_violation(at::empty({3}, at::kMeta)),
            std::nullopt);
  // A lazily negated view.
  const Tensor complex = at::complex(at::tensor({1.0, 2.0}), at::tensor({3.0, -4.0}));
  const Tensor negated = at::imag(complex.conj());
  ASSERT_TRUE(negated.is_neg());
  EXPECT_EQ(positive.first_violation(negated), 0);
  EXPECT_EQ(less_than(0).first_violation(negated), 1);
}

TEST(Interval, ObjectsAreOfTheFactoriesClasses) {
  EXPECT_EQ(typeid(positive), typeid(greater_than(3)));
  EXPECT_EQ(typeid(nonnegative), typeid(greater_than_eq(3)));
  EXPECT_EQ(typeid(unit_interval), typeid(interval(3, 4)));
  EXPECT_EQ(format_as(positive), "GreaterThan(lower_bound=0.0)");
  EXPECT_EQ(format_as(nonnegative), "GreaterThanEq(lower_bound=0.0)");
  EXPECT_EQ(format_as(unit_interval), "Interval(lower_bound=0.0, upper_bound=1.0)");
  EXPECT_EQ(format_as(half_open_interval(0, 1)), "HalfOpenInterval(lower_bound=0, upper_bound=1)");
  EXPECT_FALSE(positive.is_discrete());
}

// Each bound is compared with the value in their common dtype.
TEST(Interval, BoundsMayHaveDifferentDtypes) {
  const Tensor x = at::tensor({.1f, .3f});  // 0.1 + 1.5e-9, 0.3 + 1.2e-8
  test::expect_consistent(interval(at::zeros({2}, at::kDouble), .1), x);
  test::expect_consistent(interval(.1, at::ones({2}, at::kDouble)), x);
  test::expect_consistent(
      half_open_interval(at::zeros({2}, at::kHalf), at::tensor({.1, .3}, at::kDouble)), x);
  test::expect_consistent(interval(at::zeros({}, at::kLong), .1), x);
  EXPECT_THAT(test::checked(interval(at::zeros({2}, at::kDouble), .1), x),
              ElementsAre(true, false));
}

}  // namespace
}  // namespace torch::distributions::constraints
