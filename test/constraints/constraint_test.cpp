#include <torch/distributions/constraints/constraint.h>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <ostream>
#include <sstream>
#include <vector>

#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/constraints/mixture_same_family.h>
#include <torch/distributions/constraints/simplex.h>

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

namespace all {

using namespace constraints;

Tensor tensor(std::vector<double> values, at::ScalarType dtype = at::kFloat) {
  return at::tensor(values, at::kDouble).to(dtype);
}

/// Every class, with bounds of all kinds.
std::vector<ConstraintPtr> constraints() {
  std::vector<ConstraintPtr> list{real,
                                  boolean,
                                  one_hot,
                                  simplex,
                                  real_vector,
                                  positive,
                                  nonnegative,
                                  unit_interval,
                                  nonnegative_integer,
                                  positive_integer,
                                  lower_triangular,
                                  lower_cholesky,
                                  corr_cholesky,
                                  square,
                                  symmetric,
                                  positive_semidefinite,
                                  positive_definite,
                                  dependent,
                                  dependent(false, 1)};
  const std::vector<Param> bounds{-1,
                                  0.1,
                                  300,
                                  16777216.5,
                                  tensor({0.1}, at::kDouble).squeeze(),
                                  tensor({0, 1}, at::kDouble),
                                  tensor({0.1, 1}),
                                  tensor({0, 1}, at::kChar)};
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const Param &bound = bounds[i], &other = bounds[(i + 1) % bounds.size()];
    list.insert(list.end(), {greater_than(bound), greater_than_eq(bound), less_than(bound),
                             IntegerGreaterThan(bound), IntegerLessThan(bound), multinomial(bound),
                             interval(bound, other), half_open_interval(other, bound),
                             integer_interval(bound, other)});
  }
  const auto add_mixture = [&](const ConstraintPtr& base, const Tensor& weights) {
    const MixtureSameFamilyConstraint mixture(base, weights);
    list.insert(list.end(), {mixture, independent(mixture, 1)});
  };
  for (const ConstraintPtr& base :
       std::vector<ConstraintPtr>{greater_than(0.), greater_than(tensor({0, 1})), simplex,
                                  symmetric, interval(tensor({0, 5}), tensor({1, 7}))}) {
    list.insert(list.end(), {independent(base, 0), independent(base, 1), independent(base, 2)});
    for (const Tensor& weights : {Tensor(), tensor({0, 0}), tensor({1, -2}), tensor({.5, .5}),
                                  tensor({NAN, 1}), tensor({1, 0, 0, 0}).view({2, 2})}) {
      add_mixture(base, weights);
    }
  }
  // Without a component, and with one.
  for (const Tensor& weights : {Tensor(), tensor({}), tensor({1})}) {
    add_mixture(greater_than(tensor({})), weights);
    add_mixture(greater_than(0.), weights);
  }
  return list;
}

const std::vector<double> kNumbers{
    -INFINITY, -1e30, -129, -128, -1.5, -1,  -0.0, 0,        1e-30,    0.1,  .25,      .5, 1,
    1 + 1e-7,  1.5,   2,    3,    127,  255, 300,  16777216, 16777217, 1e30, INFINITY, NAN};

/// Numbers of this dtype at random.
Tensor some_numbers(IntArrayRef shape, at::ScalarType dtype, bool small) {
  const Tensor list =
      small ? tensor({0, 0, 0, 1, 1, 2}, at::kDouble) : tensor(kNumbers, at::kDouble);
  const Tensor picked = list.take(at::randint(list.numel(), shape, at::kLong));
  if (at::isFloatingType(dtype)) return picked.to(dtype);
  const double most = dtype == at::kLong ? 1e18 : 127, least = dtype == at::kByte ? 0 : -most;
  return picked.nan_to_num().clamp(least, most).to(dtype);
}

/// What lies in the sets of vectors and matrices, or next to them at a distance of their tolerance.
std::vector<Tensor> borderline(IntArrayRef shape, at::ScalarType dtype) {
  const auto finish = [&](const Tensor& x) { return x.to(dtype); };
  const auto noise = [&](double size) { return size * at::randn(shape, at::kDouble); };
  const Tensor x = at::randn(shape, at::kDouble);
  if (x.dim() == 0) return {finish(x)};
  std::vector<Tensor> values{finish(x.softmax(-1)), finish(x.softmax(-1) + noise(1e-6))};
  if (x.dim() < 2) return values;
  const Tensor lower = x.tril(), rows = lower / at::linalg_vector_norm(lower, 2, {-1}, true);
  values.insert(values.end(), {finish(lower), finish(lower.abs()), finish(rows.abs()),
                               finish(rows.abs() + noise(1e-6).tril())});
  if (x.size(-1) != x.size(-2)) return values;
  const Tensor gram = x.matmul(x.mT()),
               singular = rows.slice(-1, 0, 1).matmul(rows.slice(-1, 0, 1).mT());
  values.insert(values.end(), {finish(gram), finish(gram + noise(1e-5)), finish(x + x.mT()),
                               finish(singular), finish(gram * noise(1e3).exp())});
  return values;
}

}  // namespace all

TEST(Constraint, FirstViolationIsThatOfCheck) {
  at::manual_seed(0);
  const auto constraints = all::constraints();
  for (const at::DimVector& shape : std::vector<at::DimVector>{
           {}, {0}, {2}, {5, 2}, {2, 0}, {3, 2, 2}, {2, 2, 3}, {2, 0, 0}, {2, 9, 9}}) {
    for (const auto dtype : test::kDtypes) {
      std::vector<Tensor> values;
      if (at::isFloatingType(dtype)) values = all::borderline(shape, dtype);
      for (const bool small : {false, true})
        values.push_back(all::some_numbers(shape, dtype, small));
      for (const ConstraintPtr& constraint : constraints) {
        // An error of LibTorch takes long, for its backtrace: one of a shape will do.
        test::expect_consistent(constraint, values.front().to(at::kMeta));
        for (const Tensor& value : values) {
          if (!test::expect_consistent(constraint, value)) break;
        }
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(Constraint, RefusesAValueThatIsUndefinedOrHoldsNoNumbers) {
  using namespace constraints;  // NOLINT(google-build-using-namespace)
  const std::vector<ConstraintPtr> all{boolean,
                                       one_hot,
                                       nonnegative_integer,
                                       IntegerLessThan(1),
                                       integer_interval(0, 1),
                                       multinomial(3),
                                       real,
                                       real_vector,
                                       positive,
                                       nonnegative,
                                       less_than(1),
                                       unit_interval,
                                       half_open_interval(0, 1),
                                       simplex,
                                       lower_triangular,
                                       lower_cholesky,
                                       corr_cholesky,
                                       square,
                                       symmetric,
                                       positive_semidefinite,
                                       positive_definite,
                                       independent(positive, 1),
                                       MixtureSameFamilyConstraint(positive)};
  for (const ConstraintPtr& constraint : all) {
    const std::string text = format_as(constraint), name = text.substr(0, text.find('('));
    const auto message = [&]<class Error>(const Error*, const Tensor& value, bool first) {
      try {
        first ? void(constraint->first_violation(value)) : void(constraint->check(value));
      } catch (const Error& error) {
        return std::string(error.what());
      }
      return std::string("nothing was thrown");
    };
    for (const bool first : {true, false}) {
      EXPECT_EQ(message(static_cast<c10::ValueError*>(nullptr), {}, first),
                name + ": `value` is undefined");
      for (const auto dtype : {at::kComplexDouble, at::kUInt16, at::kFloat8_e5m2}) {
        EXPECT_THAT(message(static_cast<c10::TypeError*>(nullptr), at::eye(2).to(dtype), first),
                    ::testing::StartsWith(name + ": `value` has the dtype "));
      }
    }
  }
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
