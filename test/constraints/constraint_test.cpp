#include <torch/distributions/constraints/constraint.h>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <ostream>
#include <sstream>
#include <vector>

#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/constraints/mixture_same_family.h>
#include <torch/distributions/constraints/simplex.h>

#include "support/constraints.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::kInfinity;

/// A user's constraint, the even numbers. It overrides only the pure virtual methods.
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

/// Objects of every class, with bounds of all kinds.
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
  // Mixtures without a component, and with one.
  for (const Tensor& weights : {Tensor(), tensor({}), tensor({1})}) {
    add_mixture(greater_than(tensor({})), weights);
    add_mixture(greater_than(0.), weights);
  }
  return list;
}

const std::vector<double> kNumbers{
    -INFINITY, -1e30, -129, -128, -1.5, -1,  -0.0, 0,        1e-30,    0.1,  .25,      .5, 1,
    1 + 1e-7,  1.5,   2,    3,    127,  255, 300,  16777216, 16777217, 1e30, INFINITY, NAN};

/// Random numbers of this dtype.
Tensor some_numbers(IntArrayRef shape, at::ScalarType dtype, bool small) {
  const Tensor list =
      small ? tensor({0, 0, 0, 1, 1, 2}, at::kDouble) : tensor(kNumbers, at::kDouble);
  const Tensor picked = list.take(at::randint(list.numel(), shape, at::kLong));
  if (at::isFloatingType(dtype)) return picked.to(dtype);
  const double most = dtype == at::kLong ? 1e18 : 127, least = dtype == at::kByte ? 0 : -most;
  return picked.nan_to_num().clamp(least, most).to(dtype);
}

/// Values in the sets of vectors and matrices, or outside them by about their tolerance.
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
        // LibTorch's errors are slow, as they record a backtrace, so one for each shape is enough.
        test::expect_consistent(constraint, values.front().to(at::kMeta));
        for (const Tensor& value : values) {
          if (!test::expect_consistent(constraint, value)) break;
        }
        if (::testing::Test::HasFailure()) return;
      }
    }
  }
}

namespace interior {

using namespace constraints;

/// Expects an interior point that is finite and inside the set, has no graph, and has the dtype,
/// the device and the shape (broadcast with the bounds) that were asked for.
void expect_inside(const Constraint& set, IntArrayRef shape, const TensorOptions& options) {
  std::ostringstream what;
  what << set << ' ' << shape << ' ' << options.dtype() << ' ' << options.device();
  const auto point = set.interior_point(shape, options);
  ASSERT_TRUE(point) << what.str();
  EXPECT_EQ(point->dtype(), options.dtype()) << what.str();
  EXPECT_EQ(point->device().type(), options.device().type()) << what.str();
  EXPECT_EQ(at::infer_size(point->sizes(), shape), point->sizes()) << what.str();
  EXPECT_FALSE(point->requires_grad()) << what.str();
  if (point->is_meta()) return;
  EXPECT_TRUE(point->isfinite().all().item<bool>()) << what.str() << '\n' << *point;
  EXPECT_TRUE(set.check(*point).all().item<bool>()) << what.str() << '\n' << *point;
}

/// Sets with all kinds of bounds that contain numbers of `dtype`.
std::vector<ConstraintPtr> sets_of_numbers(at::ScalarType dtype) {
  std::vector<double> ends{-INFINITY, -6e4, -300, -1,   -0.5, 0,       1e-4,
                           0.1,       1,    3,    2050, 6e4,  INFINITY};
  if (dtype != at::kHalf) ends.insert(ends.end(), {-3e38, -1e30, 1e30, 3e38});
  if (dtype == at::kDouble) ends.insert(ends.end(), {-1.7e308, 1.7e308, 1e-300});
  std::sort(ends.begin(), ends.end());
  std::vector<ConstraintPtr> sets{real, boolean};
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (ends[i] < INFINITY) {
      sets.insert(sets.end(), {greater_than(ends[i]), greater_than_eq(ends[i])});
      sets.emplace_back(IntegerGreaterThan(ends[i]));
    }
    if (ends[i] > -INFINITY) {
      sets.emplace_back(less_than(ends[i]));
      sets.emplace_back(IntegerLessThan(ends[i]));
    }
    for (std::size_t j = i + 1; j < ends.size(); ++j) {
      sets.insert(sets.end(), {interval(ends[i], ends[j]), half_open_interval(ends[i], ends[j])});
      if (std::ceil(ends[i]) <= std::floor(ends[j]))
        sets.emplace_back(integer_interval(ends[i], ends[j]));
    }
  }
  // Batches of bounds, one of which requires a gradient.
  const Tensor lower = all::tensor({-kInfinity, 0, 1, -1}, dtype),
               upper = all::tensor({1, kInfinity, 2, kInfinity}, dtype).requires_grad_();
  sets.insert(sets.end(),
              {interval(lower, upper), half_open_interval(lower, upper), greater_than(lower),
               less_than(upper), integer_interval(lower, upper), interval(lower, 7),
               half_open_interval({0., 1., 2., 3.}, upper + 3), greater_than_eq({1, 2, 3, 4})});
  return sets;
}

/// The interior point of a set of numbers.
double number_in(const Constraint& set, at::ScalarType dtype = at::kFloat) {
  return set.interior_point({}, dtype)->item<double>();
}

std::vector<double> vector_in(const Constraint& set, IntArrayRef shape) {
  const Tensor x = set.interior_point(shape, at::kDouble)->contiguous();
  return {x.const_data_ptr<double>(), x.const_data_ptr<double>() + x.numel()};
}

}  // namespace interior

TEST(Constraint, InteriorPointsAreInside) {
  using namespace interior;  // NOLINT(google-build-using-namespace)
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (const auto device : {at::kCPU, at::kMeta}) {
      const TensorOptions options = TensorOptions(dtype).device(device);
      for (const ConstraintPtr& set : sets_of_numbers(dtype)) {
        if (set.is<Bounded>() && device == at::kMeta &&
            (set.as<Bounded>().lower().is_tensor() || set.as<Bounded>().upper().is_tensor()))
          continue;  // the bounds are on the CPU
        for (const at::DimVector& shape :
             std::vector<at::DimVector>{{}, {4}, {0, 4}, {3, 1}, {2, 3, 4}}) {
          expect_inside(set, shape, options);
          if (!shape.empty()) expect_inside(independent(set, 1), shape, options);
        }
      }
      for (const at::DimVector& shape :
           std::vector<at::DimVector>{{1}, {3}, {2, 3}, {0, 3}, {2, 4, 7}, {5000}}) {
        expect_inside(simplex, shape, options);
        expect_inside(one_hot, shape, options);
        expect_inside(real_vector, shape, options);
        for (const double most : {0., 1., 10., 2051., 6e4, 1e300}) {
          expect_inside(multinomial(most), shape, options);
          if (device == at::kCPU)
            expect_inside(multinomial(at::tensor({0., most}).view({2, 1})), shape, options);
        }
      }
      for (const at::DimVector& shape :
           std::vector<at::DimVector>{{0, 0}, {1, 1}, {3, 3}, {2, 4, 4}, {2, 0, 3, 3}}) {
        for (const ConstraintPtr& set :
             std::vector<ConstraintPtr>{lower_triangular, lower_cholesky, corr_cholesky, square,
                                        symmetric, positive_semidefinite, positive_definite}) {
          expect_inside(set, shape, options);
          expect_inside(MixtureSameFamilyConstraint(set), shape, options);
        }
      }
      for (const at::DimVector& shape : std::vector<at::DimVector>{{2, 3}, {3, 2}, {4, 1, 2}}) {
        expect_inside(lower_triangular, shape, options);
        expect_inside(lower_cholesky, shape, options);
      }
    }
  }
}

TEST(Constraint, InteriorPointsOfMixturesLieInAComponentWithWeight) {
  using namespace interior;  // NOLINT(google-build-using-namespace)
  const Tensor lower = all::tensor({0, 5, 9}), upper = lower + 2;
  const auto mixture = [&](const Tensor& weights) {
    return MixtureSameFamilyConstraint(interval(lower, upper), weights);
  };
  EXPECT_EQ(number_in(mixture({})), 1);
  EXPECT_EQ(number_in(mixture(all::tensor({0, .5, .5}))), 6);
  const Tensor batch = all::tensor({0, 0, 1, 1, 0, 0}).view({2, 3});
  EXPECT_THAT(vector_in(mixture(batch), {}), ::testing::ElementsAre(10, 1));
  EXPECT_THAT(vector_in(mixture(batch), {2}), ::testing::ElementsAre(10, 1));
  EXPECT_EQ(vector_in(mixture(batch), {3, 1}).size(), 6);
  // A mixture of vectors: each row of the bounds is a component, each column an element.
  const Tensor lows = at::arange(6, at::kDouble).view({3, 2});
  const MixtureSameFamilyConstraint of_vectors(independent(interval(lows, lows + 1), 1),
                                               all::tensor({0, 1, 1}));
  EXPECT_THAT(vector_in(of_vectors, {2}), ::testing::ElementsAre(2.5, 3.5));
  EXPECT_THAT(vector_in(of_vectors, {3, 2}), ::testing::ElementsAre(2.5, 3.5, 2.5, 3.5, 2.5, 3.5));
  EXPECT_EQ(number_in(MixtureSameFamilyConstraint(positive, all::tensor({0, 1}))), 1);
}

// The distance from the bounds is of the size of the set.
TEST(Constraint, InteriorPointsKeepAwayFromTheEnds) {
  using namespace interior;  // NOLINT(google-build-using-namespace)
  EXPECT_EQ(number_in(real), 0);
  EXPECT_EQ(number_in(positive), 1);
  EXPECT_EQ(number_in(less_than(-3)), -6);
  EXPECT_EQ(number_in(unit_interval), 0.5);
  EXPECT_EQ(number_in(interval(-kInfinity, kInfinity)), 0);
  EXPECT_EQ(number_in(interval(-kInfinity, -2)), -4);
  EXPECT_EQ(number_in(half_open_interval(-2, kInfinity)), 0);
  EXPECT_EQ(number_in(greater_than(1e30)), 2e30F);
  EXPECT_EQ(number_in(greater_than(3e38)), 3e38F / 2 + std::numeric_limits<float>::max() / 2);
  EXPECT_EQ(number_in(interval(-3e38, 3e38)), 0);
  EXPECT_EQ(number_in(interval(7, 1e300)), 14);
  EXPECT_EQ(number_in(interval(7, 1e300), at::kHalf), 14);
  EXPECT_EQ(number_in(greater_than(6e4), at::kHalf), 62752);
  EXPECT_EQ(number_in(interval(6e4, 64000), at::kHalf), 62016);
  // If a set holds a single number of the dtype, that is its interior point.
  EXPECT_EQ(number_in(half_open_interval(2048, 2050), at::kHalf), 2048);
  EXPECT_EQ(number_in(half_open_interval(2050, 2052), at::kHalf), 2050);
  EXPECT_EQ(number_in(greater_than(65472), at::kHalf), 65504);
  EXPECT_EQ(number_in(less_than(-65472), at::kHalf), -65504);
  EXPECT_EQ(number_in(interval(7, 7)), 7);
  EXPECT_EQ(number_in(nonnegative_integer), 1);
  EXPECT_EQ(number_in(positive_integer), 2);
  EXPECT_EQ(number_in(integer_interval(0, 10)), 5);
  EXPECT_EQ(number_in(integer_interval(0.1, 1.9)), 1);
  EXPECT_EQ(number_in(integer_interval(16777215, 16777216)), 16777216);
  EXPECT_THAT(vector_in(multinomial(10), {2}), ::testing::ElementsAre(2, 2));
  EXPECT_THAT(vector_in(one_hot, {3}), ::testing::ElementsAre(1, 0, 0));
  EXPECT_THAT(vector_in(simplex, {4}), ::testing::Each(0.25));
  EXPECT_THAT(vector_in(positive_definite, {2, 2}), ::testing::ElementsAre(1, 0, 0, 1));
}

TEST(Constraint, SomeSetsKnowNoInteriorPoint) {
  using namespace constraints;  // NOLINT(google-build-using-namespace)
  const auto has_point = [](const Constraint& set, IntArrayRef shape) {
    return set.interior_point(shape, at::kFloat).has_value();
  };
  EXPECT_FALSE(has_point(Even(), {}));
  EXPECT_FALSE(has_point(independent(Even(), 1), {2}));
  EXPECT_FALSE(has_point(MixtureSameFamilyConstraint(Even()), {}));
  EXPECT_FALSE(has_point(dependent, {}));
  for (const ConstraintPtr& set : std::vector<ConstraintPtr>{one_hot, simplex, multinomial(3)})
    EXPECT_FALSE(has_point(set, {})) << *set;
  EXPECT_FALSE(has_point(MixtureSameFamilyConstraint(simplex), {}));
  // A mixture without components is empty, and so is a set of square matrices of another shape.
  EXPECT_FALSE(has_point(MixtureSameFamilyConstraint(greater_than(at::zeros({0}))), {}));
  for (const ConstraintPtr& set :
       std::vector<ConstraintPtr>{corr_cholesky, square, symmetric, positive_definite}) {
    EXPECT_FALSE(has_point(set, {2, 3})) << *set;
    EXPECT_FALSE(has_point(set, {3})) << *set;
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
                                       MixtureSameFamilyConstraint(positive),
                                       cat({positive, real}),
                                       stack({positive, real})};
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
