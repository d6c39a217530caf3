#include <torch/distributions/constraints/constraint.h>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <ostream>
#include <sstream>

#include "support/constraints.h"

namespace torch::distributions {
namespace {

/// A user's own constraint, which has nothing but what it must have: the even numbers.
class Even final : public Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.remainder(2).eq(0); }
  void print(std::ostream& out) const override { out << "Even()"; }
};

TEST(Constraint, DefaultsToContinuousScalars) {
  EXPECT_FALSE(Even().is_discrete());
  EXPECT_EQ(Even().event_dim(), 0);
}

TEST(Constraint, FindsTheFirstViolationByCheck) {
  EXPECT_EQ(Even().first_violation(at::tensor({2, 4, 5, 7})), 2);
  EXPECT_EQ(Even().first_violation(at::tensor({2, 4})), std::nullopt);
  EXPECT_EQ(Even().first_violation(at::empty({0})), std::nullopt);
  test::expect_consistent(Even(), at::arange(12).view({3, 4}));
}

TEST(Constraint, KnowsNothingOfMetaTensors) {
  EXPECT_EQ(Even().first_violation(at::empty({3}, at::kMeta)), std::nullopt);
}

TEST(Constraint, IsPrinted) {
  std::ostringstream out;
  out << Even();
  EXPECT_EQ(out.str(), "Even()");
  EXPECT_EQ(fmt::format("{}", Even()), "Even()");
  EXPECT_EQ(format_as(ConstraintPtr(Even())), "Even()");
}

}  // namespace
}  // namespace torch::distributions
