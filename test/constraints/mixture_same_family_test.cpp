#include <torch/distributions/constraints/mixture_same_family.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

TEST(MixtureSameFamilyConstraint, HoldsWhatAnyComponentHolds) {
  // Three intervals, [0, 1], [2, 3] and [4, 5].
  const ConstraintPtr base = interval(at::tensor({0., 2., 4.}), at::tensor({1., 3., 5.}));
  const Tensor x = at::tensor({0.5, 1.5, 2.0, 4.5, 6.0, NAN});
  EXPECT_THAT(test::checked(MixtureSameFamilyConstraint(base), x),
              ElementsAre(true, false, true, true, false, false));
  EXPECT_THAT(test::checked(MixtureSameFamilyConstraint(base, at::tensor({.5, .5, 0.})), x),
              ElementsAre(true, false, true, false, false, false));
}

TEST(MixtureSameFamilyConstraint, WeightsMayHaveABatch) {
  const Tensor low = at::tensor({0., 2., 10., 12.}).view({2, 2}),
               weights = at::tensor({1., 0., 0., 1.}).view({2, 2});
  const MixtureSameFamilyConstraint constraint(interval(low, low + 1), weights);
  EXPECT_THAT(test::checked(constraint, at::tensor({.5, 12.5, 2.5, 10.5}).view({2, 2})),
              ElementsAre(true, true, false, false));
}

TEST(MixtureSameFamilyConstraint, HoldsNothingWithoutAComponentOfPositiveWeight) {
  const Tensor x = at::tensor({1.f, 2.f});
  for (const Tensor& weights : {at::zeros({2}), at::tensor({-1.f, -2.f}), at::tensor({NAN, 0.f}),
                                at::zeros({0}), at::zeros({1})}) {
    const MixtureSameFamilyConstraint constraint(greater_than(0.), weights);
    EXPECT_THAT(test::checked(constraint, x), ElementsAre(false, false));
    EXPECT_EQ(constraint.first_violation(x), 0);
    EXPECT_EQ(independent(constraint, 1).first_violation(x), 0);
  }
  const MixtureSameFamilyConstraint in_part(greater_than(0.),
                                            at::tensor({1.f, 0.f, 0.f, 0.f}).view({2, 2}));
  EXPECT_THAT(test::checked(in_part, x), ElementsAre(true, false));
  for (const Tensor& weights : {Tensor(), at::ones({1})}) {
    const MixtureSameFamilyConstraint of_none(greater_than(at::zeros({0})), weights);
    EXPECT_THAT(test::checked(of_none, x), ElementsAre(false, false));
  }
}

TEST(MixtureSameFamilyConstraint, KeepsEventsTogether) {
  const Tensor low = at::tensor({0., 0., 2., 2.}).view({2, 2});
  const MixtureSameFamilyConstraint constraint(independent(interval(low, low + 1), 1));
  EXPECT_EQ(constraint.event_dim(), 1);
  EXPECT_THAT(test::checked(constraint, at::tensor({.5, .5, .5, 2.5, 2.5, 2.5}).view({3, 2})),
              ElementsAre(true, false, true));
  EXPECT_THROW(constraint.check(at::ones({})), c10::ValueError);
}

TEST(MixtureSameFamilyConstraint, HasTheBasesNature) {
  EXPECT_TRUE(MixtureSameFamilyConstraint(boolean).is_discrete());
  EXPECT_EQ(format_as(MixtureSameFamilyConstraint(real)), "MixtureSameFamilyConstraint(Real())");
  EXPECT_EQ(format_as(MixtureSameFamilyConstraint(real).base_constraint()), "Real()");
}

}  // namespace
}  // namespace torch::distributions::constraints
