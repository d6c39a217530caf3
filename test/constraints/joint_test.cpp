#include <torch/distributions/constraints/joint.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <cmath>

#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/constraints/simplex.h>

#include "support/constraints.h"

namespace torch::distributions::constraints {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const c10::ValueError& error) {
    return error.what_without_backtrace();
  }
  return "no ValueError";
}

TEST(Joint, ChecksEachPart) {
  const Tensor x = at::tensor({-1., 1., 1., -1., -1., -1., NAN, 1., 2.}).view({3, 3});
  for (const int64_t dim : {-1, 1}) {
    EXPECT_THAT(test::checked(cat({real, positive}, dim, {1, 2}), x),
                ElementsAre(true, true, true, true, false, false, false, true, true));
    EXPECT_THAT(test::checked(stack({real, positive, less_than(0)}, dim), x),
                ElementsAre(true, true, false, true, false, true, false, true, false));
  }
  EXPECT_THAT(test::checked(cat({positive, real}, -2, {1, 2}), x),
              ElementsAre(false, true, true, true, true, true, false, true, true));
  EXPECT_THAT(test::checked(stack({positive, real, real}, -2), x),
              ElementsAre(false, true, true, true, true, true, false, true, true));
}

TEST(Joint, KeepsEventsTogether) {
  const Tensor x = at::tensor({.5, .5, 1., .5, .5, -1., .5, .6, 1., 1., 0., NAN}).view({4, 3});
  // A simplex and a number are parts of one event.
  for (const int64_t dim : {-1, 1}) {
    EXPECT_THAT(test::checked(cat({simplex, positive}, dim, {2, 1}), x),
                ElementsAre(true, false, false, false));
  }
  // Each row is an event: the first ones must be simplices, the others positive throughout.
  const Tensor rows = at::tensor({.5, .5, .6, .5, .6, .5, -.5, 1.5}).view({4, 2});
  for (const int64_t dim : {-2, 0}) {
    EXPECT_THAT(test::checked(cat({simplex, positive}, dim, {2, 2}), rows),
                ElementsAre(true, false, true, false));
    EXPECT_THAT(test::checked(stack({simplex, simplex, positive, real}, dim), rows),
                ElementsAre(true, false, true, true));
  }
  EXPECT_THAT(test::checked(stack({simplex, positive}, -1), rows.slice(0, 0, 2)),
              ElementsAre(false));
  EXPECT_THAT(
      test::checked(stack({positive, simplex}, -1), at::tensor({7., .25, 8., .75}).view({2, 2})),
      ElementsAre(true));
  const Tensor matrices = at::eye(2).repeat({2, 1, 1});
  EXPECT_THAT(test::checked(cat({corr_cholesky, positive_definite}, -3), matrices),
              ElementsAre(true, true));
  EXPECT_THAT(test::checked(cat({corr_cholesky, positive_definite}, -3), 2 * matrices),
              ElementsAre(false, true));
  EXPECT_THAT(test::checked(cat({positive_definite, real}, -3), matrices.neg()),
              ElementsAre(false, true));
}

TEST(Joint, HasTheNatureOfItsParts) {
  EXPECT_EQ(cat({real, positive}).event_dim(), 0);
  EXPECT_EQ(cat({real, simplex}).event_dim(), 1);
  EXPECT_EQ(cat({simplex, symmetric}, -1).event_dim(), 2);
  EXPECT_EQ(stack({real, positive}, -1).event_dim(), 0);
  EXPECT_EQ(stack({real, positive}, 3).event_dim(), 0);
  EXPECT_EQ(stack({real, simplex}, 0).event_dim(), 1);
  EXPECT_EQ(stack({real, simplex}, -1).event_dim(), 2);
  EXPECT_EQ(stack({real, simplex}, -2).event_dim(), 1);
  EXPECT_EQ(stack({symmetric, simplex}, -2).event_dim(), 3);
  EXPECT_EQ(stack({symmetric, simplex}, -3).event_dim(), 2);
  EXPECT_FALSE(cat({real, positive}).is_discrete());
  EXPECT_TRUE(cat({real, boolean}).is_discrete());
  EXPECT_FALSE(stack({real}).is_discrete());
  EXPECT_TRUE(stack({one_hot, simplex}).is_discrete());
  EXPECT_EQ(format_as(cat({real, boolean}, 1, {2, 3})), "Cat()");
  EXPECT_EQ(format_as(stack({real, boolean})), "Stack()");
  EXPECT_THROW(stack({real, dependent}).event_dim(), c10::NotImplementedError);

  const Cat set = cat({real, simplex}, -1, {2, 3});
  EXPECT_EQ(set.dim(), -1);
  EXPECT_THAT(set.lengths(), ElementsAre(2, 3));
  EXPECT_EQ(format_as(set.cseq().at(1)), "Simplex()");
  EXPECT_THAT(cat({real, simplex}).lengths(), ElementsAre(1, 1));
  EXPECT_EQ(stack({real, simplex}, 1).dim(), 1);
  EXPECT_EQ(format_as(stack({real, simplex}).cseq().at(0)), "Real()");
}

TEST(Joint, NamesWhatIsWrong) {
  EXPECT_EQ(error_of([] { cat({}); }), "Cat: `cseq` is empty");
  EXPECT_EQ(error_of([] { stack({}); }), "Stack: `cseq` is empty");
  EXPECT_EQ(error_of([] { stack({ConstraintPtr()}); }), "Stack: `cseq` is an empty handle");
  EXPECT_EQ(error_of([] {
              cat({real}, 0, {1, 2});
            }),
            "Cat: expected 1 `lengths`, one for each of `cseq`, got 2");
  EXPECT_EQ(error_of([] { cat({real}, 0, {-1}); }),
            "Cat: `lengths` must be >= 0 and have a sum below 2^63, got [-1]");
  const Cat set = cat({real, positive}, -1, {1, 2});
  for (const bool first : {false, true}) {
    const auto error = [&](const Constraint& constraint, const Tensor& value) {
      return error_of([&] {
        first ? static_cast<void>(constraint.first_violation(value))
              : static_cast<void>(constraint.check(value));
      });
    };
    EXPECT_EQ(error(set, at::ones({2, 4})),
              "Cat: expected value to have the size 3 in dimension -1, the sum of `lengths`, got 4 "
              "in the shape torch.Size([2, 4])");
    EXPECT_EQ(error(stack({real, real}), at::ones({3, 1})),
              "Stack: expected value to have the size 2 in dimension -2, one for each part, got 3 "
              "in the shape torch.Size([3, 1])");
    EXPECT_EQ(error(set, at::ones({})), "Cat: `dim` is -1, but value has 0 dimensions");
    EXPECT_EQ(error(cat({real, symmetric}), at::ones({2})),
              "Cat: expected value to have at least 2 dimensions, got 1");
    EXPECT_THAT(error(stack({simplex, simplex}, 1), at::ones({3, 2})),
                HasSubstr("must be counted from the right: `dim` must be -1"));
    EXPECT_EQ(error(set, {}), "Cat: `value` is undefined");
  }
}

TEST(Joint, FirstViolationIsThatOfTheWhole) {
  Tensor x = at::ones({2, 3});
  const Cat numbers = cat({real, positive}, -1, {1, 2});
  EXPECT_EQ(numbers.first_violation(x), std::nullopt);
  x[1][2] = -1;
  EXPECT_EQ(numbers.first_violation(x), 5);
  x[0][0] = NAN;
  EXPECT_EQ(numbers.first_violation(x), 0);
  EXPECT_EQ(stack({positive, positive, positive}, -1).first_violation(x.slice(0, 1)), 2);
  EXPECT_EQ(numbers.first_violation(at::empty({2, 3}, at::kMeta)), std::nullopt);
  for (const auto dtype : test::kDtypes) {
    const Tensor value = at::arange(12).view({2, 2, 3}).remainder(3).to(dtype);
    for (const int64_t dim : {-1, -2, -3, 0, 1, 2}) {
      const int64_t size = value.size(dim);
      for (const ConstraintPtr& part : std::vector<ConstraintPtr>{
               positive, boolean, one_hot, simplex, square, independent(real, 2),
               greater_than(at::tensor({0.5, -1.}).view({2, 1, 1}))}) {
        test::expect_consistent(cat({real, part}, dim, {1, size - 1}), value);
        test::expect_consistent(cat({part, nonnegative, real}, dim, {size - 1, 0, 1}), value);
        std::vector<ConstraintPtr> all(static_cast<std::size_t>(size), part);
        test::expect_consistent(stack(all, dim), value);
        all.front() = less_than(2);
        test::expect_consistent(stack(all, dim), value);
      }
    }
  }
}

TEST(Joint, InteriorPointsAreInside) {
  const auto expect_inside = [](const Constraint& set, IntArrayRef shape, IntArrayRef whole) {
    for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
      const std::optional<Tensor> point = set.interior_point(shape, dtype);
      ASSERT_TRUE(point) << set << shape;
      EXPECT_EQ(point->sizes(), whole) << set << shape;
      EXPECT_EQ(point->scalar_type(), dtype);
      EXPECT_TRUE(set.check(*point).all().item<bool>()) << set << *point;
    }
  };
  const Cat event = cat({simplex, less_than(-3)}, -1, {3, 2});
  expect_inside(event, {5}, {5});
  expect_inside(event, {2, 5}, {2, 5});
  // The parts lie along a batch dimension.
  expect_inside(cat({positive, less_than(-3)}, -1, {3, 2}), {}, {5});
  expect_inside(cat({simplex, less_than(-3)}, -2, {3, 2}), {4}, {5, 4});
  expect_inside(cat({simplex, less_than(-3)}, -3, {3, 2}), {4}, {5, 1, 4});
  expect_inside(cat({simplex, less_than(-3)}, 0, {3, 2}), {5, 4}, {5, 4});
  expect_inside(stack({positive, less_than(-3)}, -1), {}, {2});
  expect_inside(stack({simplex, less_than(-3)}, -2), {4}, {2, 4});
  expect_inside(stack({simplex, less_than(-3)}, -1), {4, 2}, {4, 2});
  expect_inside(stack({symmetric, less_than(-3)}, 0), {2, 3, 3}, {2, 3, 3});
  expect_inside(cat({greater_than(at::arange(3.).view({3, 1})), less_than(-3)}, -1), {2}, {3, 2});
  expect_inside(independent(event, 1), {2, 5}, {2, 5});

  EXPECT_FALSE(event.interior_point({4}, at::kFloat));
  EXPECT_FALSE(event.interior_point({}, at::kFloat));
  EXPECT_FALSE(cat({real, dependent(false, 0)}).interior_point({2}, at::kFloat));
  EXPECT_FALSE(cat({real, real}, 1).interior_point({2}, at::kFloat));
  EXPECT_FALSE(stack({simplex, simplex}, 1).interior_point({3}, at::kFloat));
}

}  // namespace
}  // namespace torch::distributions::constraints
