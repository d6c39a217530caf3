#include <torch/distributions/constraints/discrete.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <limits>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

TEST(Boolean, HoldsZeroAndOne) {
  EXPECT_THAT(test::checked(boolean, at::tensor({0.0, 1.0, 0.5, -1.0, NAN, INFINITY})),
              ElementsAre(true, true, false, false, false, false));
  for (const auto dtype : test::kDtypes) {
    EXPECT_EQ(boolean.first_violation(at::tensor({0, 1, 1}).to(dtype)), std::nullopt) << dtype;
  }
}

TEST(OneHot, HoldsVectorsWithASingleOne) {
  const Tensor x =
      at::tensor({0., 1., 0., 1., 1., 0., 0., 0., 0., .5, .5, 0., 2., -1., 0., NAN, 1., 0.})
          .view({6, 3});
  EXPECT_THAT(test::checked(one_hot, x), ElementsAre(true, false, false, false, false, false));
  EXPECT_THAT(test::checked(one_hot, at::eye(3, at::kLong)), ElementsAre(true, true, true));
  EXPECT_EQ(one_hot.event_dim(), 1);
}

TEST(Integers, MayBeHugeButNotInfiniteNorFractional) {
  const Tensor x = at::tensor({0.0, 0.5, 3.0, -1.0, NAN, INFINITY, 1e30}, at::kDouble);
  EXPECT_THAT(test::checked(nonnegative_integer, x),
              ElementsAre(true, false, true, false, false, false, true));
  EXPECT_THAT(test::checked(positive_integer, x),
              ElementsAre(false, false, true, false, false, false, true));
  EXPECT_THAT(test::checked(IntegerLessThan(2), x),
              ElementsAre(true, false, false, true, false, false, false));
  EXPECT_THAT(test::checked(integer_interval(0, 3), x),
              ElementsAre(true, false, true, false, false, false, false));
}

TEST(Integers, AreToldFromFractionsToTheLastBit) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const double first =
        dtype == at::kFloat ? 0x1p23 : 0x1p52;  // from here on there are no fractions
    const Tensor x = at::tensor({first - 0.5, first - 1, first, first + 1, first / 2 + 0.5,
                                 first / 2 + 1, 2 * first + 2},
                                at::kDouble)
                         .to(dtype);
    EXPECT_THAT(test::checked(nonnegative_integer, x),
                ElementsAre(false, true, true, true, false, true, true))
        << dtype;
    EXPECT_THAT(test::checked(IntegerLessThan(0), -x),
                ElementsAre(false, true, true, true, false, true, true))
        << dtype;
  }
  EXPECT_FALSE(nonnegative_integer.first_violation(at::tensor({65504.0}).to(at::kHalf)));
  EXPECT_TRUE(nonnegative_integer.first_violation(at::tensor({1e-7}).to(at::kHalf)));
}

TEST(Integers, LongValuesKeepAllTheirDigits) {
  const int64_t big = (int64_t{1} << 53) + 1;
  const Tensor x = at::tensor({big});
  EXPECT_THAT(test::checked(integer_interval(0, at::tensor({big - 1})), x), ElementsAre(false));
  EXPECT_THAT(test::checked(integer_interval(0, at::tensor({big})), x), ElementsAre(true));
}

TEST(Integers, AreComparedWithBoundsThatTheirDtypeLacks) {
  const Tensor bytes = at::tensor({0, 100, 127}).to(at::kChar);
  EXPECT_THAT(test::checked(integer_interval(-200, 300), bytes), ElementsAre(true, true, true));
  EXPECT_THAT(test::checked(integer_interval(0, at::tensor(300)), bytes),
              ElementsAre(true, true, true));
  EXPECT_THAT(test::checked(IntegerLessThan(-129), bytes), ElementsAre(false, false, false));
  EXPECT_THAT(test::checked(IntegerGreaterThan(-1), bytes.to(at::kByte)),
              ElementsAre(true, true, true));
  const Tensor large = at::tensor({(int64_t{1} << 24) + 1, int64_t{1} << 24});
  EXPECT_THAT(test::checked(IntegerLessThan(16777216.5), large), ElementsAre(false, true));
  EXPECT_THAT(test::checked(integer_interval(0, at::tensor({16777216.f})), large),
              ElementsAre(false, true));
}

TEST(IntegerInterval, BoundsMayBeTensors) {
  test::expect_consistent(integer_interval(0, at::tensor({1.0, 2.0, 3.0})),
                          at::tensor({1., 3., 3., 2., 1.5, 0.}).view({2, 3}));
  test::expect_consistent(integer_interval(0, at::tensor({1, 2, 3})),
                          at::tensor({1., 3., 3., 2., 1.5, 0.}).view({2, 3}));
}

TEST(Multinomial, HoldsNonnegativeVectorsUpToASum) {
  const Tensor x = at::tensor({1., 2., 0., 1., 2., 1., -1., 2., 1., NAN, 1., 1.}).view({4, 3});
  EXPECT_THAT(test::checked(multinomial(3), x), ElementsAre(true, false, false, false));
  EXPECT_THAT(test::checked(multinomial(at::tensor({3., 4., 4., 4.})), x),
              ElementsAre(true, true, false, false));
  EXPECT_EQ(multinomial(3).event_dim(), 1);
  // Sums are exact in every dtype.
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_THAT(test::checked(multinomial(3), at::tensor({most, most, most, most}).view({2, 2})),
              ElementsAre(false, false));
  EXPECT_THAT(test::checked(multinomial(16777216), at::tensor({16777216.f, 1.f})),
              ElementsAre(false));
  EXPECT_THAT(test::checked(multinomial(at::tensor({300})), at::tensor({200, 200}).to(at::kByte)),
              ElementsAre(false));
}

TEST(Vectors, HaveADimension) {
  for (const ConstraintPtr& constraint :
       std::vector<ConstraintPtr>{one_hot, multinomial(3), multinomial(at::tensor({3}))}) {
    for (const auto device : {at::kCPU, at::kMeta}) {
      EXPECT_THROW(constraint->check(at::ones({}, device)), c10::ValueError);
      EXPECT_THROW(constraint->first_violation(at::ones({}, device)), c10::ValueError);
    }
  }
}

TEST(Discrete, IsDiscreteAndPrintedAsInPython) {
  const std::vector<std::pair<ConstraintPtr, const char*>> all{
      {boolean, "Boolean()"},
      {one_hot, "OneHot()"},
      {nonnegative_integer, "IntegerGreaterThan(lower_bound=0)"},
      {positive_integer, "IntegerGreaterThan(lower_bound=1)"},
      {IntegerLessThan(3), "IntegerLessThan(upper_bound=3)"},
      {integer_interval(0, 10), "IntegerInterval(lower_bound=0, upper_bound=10)"},
      {multinomial(3), "Multinomial()"}};
  for (const auto& [constraint, text] : all) {
    EXPECT_TRUE(constraint->is_discrete()) << text;
    EXPECT_EQ(format_as(constraint), text);
  }
}

}  // namespace
}  // namespace torch::distributions::constraints
