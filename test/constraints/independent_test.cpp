#include <torch/distributions/constraints/independent.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cstdint>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/simplex.h>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;

TEST(IndependentConstraint, HoldsEventsAllOfWhosePartsTheBaseHolds) {
  const Tensor x = at::tensor({1., 2., 1., -1., 3., 4., NAN, 1.}).view({4, 2});
  EXPECT_THAT(test::checked(independent(positive, 1), x), ElementsAre(true, false, true, false));
  EXPECT_THAT(test::checked(independent(positive, 2), x.view({2, 2, 2})),
              ElementsAre(false, false));
  EXPECT_THAT(test::checked(independent(positive, 0), x[1]), ElementsAre(true, false));
  EXPECT_THAT(test::checked(independent(simplex, 1),
                            at::tensor({.5, .5, 1., 0., .5, .5, 1., 1.}).view({2, 2, 2})),
              ElementsAre(true, false));
  EXPECT_EQ(independent(positive, 1).first_violation(x), 1);
  test::expect_consistent(independent(interval(at::tensor({0., 1., 2.}), 5), 1),
                          at::arange(12).view({4, 3}).to(at::kFloat));
}

TEST(IndependentConstraint, NeedsTheDimensions) {
  EXPECT_THROW(independent(positive, 1).check(at::ones({})), c10::ValueError);
  EXPECT_THROW(independent(positive, 1).first_violation(at::ones({})), c10::ValueError);
  EXPECT_THROW(independent(positive, -1), c10::ValueError);
  EXPECT_THROW(independent(real_vector, INT64_MAX), c10::ValueError);
}

TEST(IndependentConstraint, HasTheBasesNature) {
  EXPECT_EQ(independent(simplex, 2).event_dim(), 3);
  EXPECT_TRUE(independent(boolean, 1).is_discrete());
  EXPECT_FALSE(real_vector.is_discrete());
  EXPECT_EQ(real_vector.event_dim(), 1);
  EXPECT_EQ(format_as(real_vector), "IndependentConstraint(Real(), 1)");
  EXPECT_EQ(format_as(independent(independent(positive, 1), 2).base_constraint()),
            "IndependentConstraint(GreaterThan(lower_bound=0.0), 1)");
  EXPECT_EQ(independent(real, 2).reinterpreted_batch_ndims(), 2);
}

}  // namespace
}  // namespace torch::distributions::constraints
