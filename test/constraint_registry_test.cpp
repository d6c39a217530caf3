#include <torch/distributions/constraint_registry.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include <torch/distributions/constraints/dependent.h>
#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/constraints/mixture_same_family.h>
#include <torch/distributions/constraints/simplex.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/cat.h>
#include <torch/distributions/transforms/corr_cholesky.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/identity_transform.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/lower_cholesky.h>
#include <torch/distributions/transforms/positive_definite.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/transforms/softmax.h>
#include <torch/distributions/transforms/softplus.h>
#include <torch/distributions/transforms/stack.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>

#include "support/transforms.h"

namespace torch::distributions {
namespace {

using constraints::half_open_interval;
using constraints::interval;

TEST(ConstraintRegistry, AMissingRuleNamesThoseThatThereAre) {
  const auto message = [](const ConstraintRegistry& registry) {
    try {
      registry(constraints::lower_triangular);
    } catch (const c10::NotImplementedError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  EXPECT_THAT(
      message(transform_to),
      ::testing::StartsWith(
          "Cannot transform LowerTriangular constraints. Those that can be are Cat, CorrCholesky, "
          "GreaterThan, GreaterThanEq, HalfOpenInterval, IndependentConstraint, Interval, "
          "LessThan, LowerCholesky, PositiveDefinite, PositiveSemidefinite, Real, Simplex, Stack"));
  EXPECT_THAT(message(ConstraintRegistry()), ::testing::StartsWith("Cannot transform"));
}

TEST(ConstraintRegistry, ListsAsBoundsKeepTheDigitsOfDoubles) {
  const Tensor low = at::tensor({0.1, 0.2}, at::kDouble), high = at::tensor({0.7, 5.}, at::kDouble);
  const Tensor x = at::tensor({-0.4, 2.5}, at::kDouble);
  EXPECT_TRUE(biject_to(interval({0.1, 0.2}, {0.7, 5.}))(x).allclose(
      biject_to(interval(low, high))(x), 1e-15, 1e-15));
  EXPECT_TRUE(biject_to(interval({0.1, 0.2}, high))(x).allclose(biject_to(interval(low, high))(x),
                                                                1e-15, 1e-15));
  EXPECT_TRUE(biject_to(constraints::greater_than({0.1, 0.2}))(x).allclose(
      biject_to(constraints::greater_than(low))(x), 1e-15, 1e-15));
  EXPECT_EQ(biject_to(interval({0.1, 0.2}, 7))(x.to(at::kFloat)).scalar_type(), at::kFloat);
}

TEST(ConstraintRegistry, RulesOfBoth) {
  const auto exp_then = [](Param loc, Param scale) {
    return TransformPtr(
        ComposeTransform({ExpTransform(), AffineTransform(std::move(loc), std::move(scale))}));
  };
  const auto sigmoid_then = [](Param loc, Param scale) {
    return TransformPtr(
        ComposeTransform({SigmoidTransform(), AffineTransform(std::move(loc), std::move(scale))}));
  };
  const Tensor low = at::tensor({0.0, -1.0}), high = at::tensor({1.0, 2.0});
  const std::vector<std::pair<ConstraintPtr, TransformPtr>> rules{
      {constraints::real, identity_transform},
      {constraints::positive, exp_then(0, 1)},
      {constraints::nonnegative, exp_then(0, 1)},
      {constraints::greater_than(low), exp_then(low, 1)},
      {constraints::less_than(3), exp_then(3, -1)},
      {constraints::unit_interval, SigmoidTransform()},
      {interval(0, 1), SigmoidTransform()},
      {half_open_interval(0, 1), SigmoidTransform()},
      {interval(-1, 3), sigmoid_then(-1, 4)},
      {half_open_interval(-1, 3), sigmoid_then(-1, 4)},
      {interval(at::zeros({}), 1), sigmoid_then(0, 1)},
      {interval(-INFINITY, 2), exp_then(2, -1)},
      {half_open_interval(2, INFINITY), exp_then(2, 1)},
      {interval(-INFINITY, INFINITY), identity_transform},
      {interval(low, high), sigmoid_then(low, at::tensor({1.0, 3.0}))},
      {interval(low, 2), sigmoid_then(low, at::tensor({2.0, 3.0}))},
      {constraints::real_vector, IndependentTransform(identity_transform, 1)},
      {constraints::independent(constraints::positive, 2),
       IndependentTransform(exp_then(0, 1), 2)}};
  for (const auto& [constraint, transform] : rules) {
    for (const ConstraintRegistry* registry : {&biject_to, &transform_to}) {
      const TransformPtr found = (*registry)(constraint);
      EXPECT_TRUE(found == transform) << *constraint << ": " << *found;
      EXPECT_TRUE(found->bijective());
      const Tensor x = at::tensor({0.3, -0.2}).view({1, 2});
      if (constraint->event_dim() <= 1) {
        EXPECT_TRUE(constraint->check(found(x)).all().item<bool>()) << *constraint;
        EXPECT_TRUE(found->inv()(found(x)).allclose(x, 1e-4, 1e-6)) << *constraint;
      }
    }
  }
}

TEST(ConstraintRegistry, IntervalsMayBeWiderThanTheirDtype) {
  const auto expect_onto = [](const ConstraintPtr& constraint, double lower, double upper,
                              at::ScalarType dtype) {
    for (const ConstraintRegistry* registry : {&biject_to, &transform_to}) {
      const TransformPtr t = (*registry)(constraint);
      const Tensor x = at::tensor({-50., -1., 0., 1., 50.}, at::kDouble).to(dtype), y = t(x);
      EXPECT_TRUE(y.isfinite().all().item<bool>()) << *constraint << y;
      EXPECT_TRUE(constraint->check(y).all().item<bool>()) << *constraint << y;
      const Tensor share = x.to(at::kDouble).sigmoid();
      const double eps = dtype == at::kDouble ? 1e-15 : dtype == at::kFloat ? 1e-6 : 1e-2;
      EXPECT_TRUE(
          (y.to(at::kDouble) / upper).allclose((1 - share) * (lower / upper) + share, 0, eps))
          << *constraint << y;
      EXPECT_TRUE(t->inv()(y.slice(0, 1, 4)).allclose(x.slice(0, 1, 4), 1e-2, 1e-2)) << *constraint;
      // log(upper - lower) + log(sigmoid'(0))
      const Tensor zero = x.slice(0, 2, 3);
      EXPECT_NEAR(t->log_abs_det_jacobian(zero, t(zero)).item<double>(),
                  std::log(upper / 2 - lower / 2) - std::log(2), 1e-2);
    }
  };
  expect_onto(interval(-1e308, 1e308), -1e308, 1e308, at::kDouble);
  expect_onto(half_open_interval(-1.7e308, 1e308), -1.7e308, 1e308, at::kDouble);
  expect_onto(interval(-3e38, 3e38), -3e38, 3e38, at::kFloat);
  expect_onto(interval(-60000, 50000), -60000, 50000, at::kHalf);
  expect_onto(interval(at::tensor(-1e308, at::kDouble), 1e308), -1e308, 1e308, at::kDouble);
  expect_onto(interval(at::tensor({-3e38f}), at::tensor({3e38f})), -3e38f, 3e38f, at::kFloat);
  expect_onto(interval(-100, at::tensor({100}, at::kChar)), -100, 100, at::kFloat);
  expect_onto(interval(at::tensor({-100}, at::kChar), at::tensor({100}, at::kChar)), -100, 100,
              at::kFloat);
  expect_onto(interval(at::tensor({-60000.}).to(at::kHalf), at::tensor({50000.}).to(at::kHalf)),
              -60000, 50000, at::kHalf);
}

TEST(ConstraintRegistry, EndsMayBeInfiniteInSomeElements) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor low = at::tensor({-1.0, -1.0, -kInfinity, -kInfinity}, at::kDouble),
               high = at::tensor({3.0, kInfinity, 3.0, kInfinity}, at::kDouble);
  const Tensor x = at::tensor({0.3, -0.7}, at::kDouble).unsqueeze(-1).expand({2, 4});
  const std::vector<ConstraintPtr> each{interval(-1, 3), interval(-1, kInfinity),
                                        interval(-kInfinity, 3), interval(-kInfinity, kInfinity)};
  for (const ConstraintPtr& constraint : std::vector<ConstraintPtr>{
           interval(low, high), half_open_interval(low, high),
           interval({-1., -1., -kInfinity, -kInfinity}, {3., kInfinity, 3., kInfinity})}) {
    const TransformPtr t = biject_to(constraint);
    test::expect_bijection(t, x);
    test::expect_differentiable(t, x);
    const Tensor y = t(x);
    for (int64_t i = 0; i < 4; ++i) {
      const TransformPtr one = biject_to(each[static_cast<std::size_t>(i)]);
      EXPECT_TRUE(y.select(1, i).equal(one(x.select(1, i)))) << *constraint << i;
    }
    EXPECT_TRUE(t == biject_to(constraint));
    EXPECT_EQ(hash_value(*t), hash_value(*biject_to(constraint)));
    EXPECT_TRUE(constraint->check(y).all().item<bool>());
    // Ends and values beyond them have no preimage.
    const auto found = t->preimage(at::tensor({-1.0, -1.0, 3.0, 7.0}, at::kDouble));
    EXPECT_TRUE(found.outside.equal(at::tensor({1, 1, 1, 0}).to(at::kBool)));
    EXPECT_TRUE(found.x.isfinite().all().item<bool>());
    EXPECT_EQ(t->to(at::kMeta)(x.to(at::kMeta)).sizes(), y.sizes());
    // The transform of the half-line would overflow.
    const Tensor far = at::tensor({1000.0, 0.0, 0.0, 0.0}, at::kDouble).requires_grad_();
    for (const bool create_graph : {false, true}) {  // by a kernel, and by tensor operations
      const Tensor slope = autograd::grad({t(far)[0]}, {far}, {}, std::nullopt, create_graph)[0];
      EXPECT_TRUE(slope.equal(at::zeros({4}, at::kDouble)));
    }
  }
  const Tensor infinite = at::full({2}, kInfinity);
  EXPECT_TRUE(biject_to(interval(at::zeros({2}), infinite)) ==
              biject_to(constraints::greater_than_eq(0)));
  EXPECT_TRUE(biject_to(interval(-infinite, at::zeros({2}))) ==
              biject_to(constraints::less_than(0)));
  EXPECT_TRUE(biject_to(interval(-infinite, infinite)) == identity_transform);
}

TEST(ConstraintRegistry, ACatOfNumbersIsACatTransform) {
  const ConstraintPtr set =
      constraints::cat({constraints::greater_than(at::zeros({3})), constraints::real}, 0, {3, 2});
  EXPECT_TRUE(biject_to(set).is<CatTransform>());
}

TEST(ConstraintRegistry, RulesOfEach) {
  EXPECT_TRUE(biject_to(constraints::simplex) == StickBreakingTransform());
  EXPECT_TRUE(transform_to(constraints::simplex) == SoftmaxTransform());
  EXPECT_TRUE(biject_to(constraints::corr_cholesky) == CorrCholeskyTransform());
  EXPECT_TRUE(transform_to(constraints::corr_cholesky) == CorrCholeskyTransform());
  EXPECT_TRUE(transform_to(constraints::lower_cholesky) == LowerCholeskyTransform());
  EXPECT_TRUE(transform_to(constraints::positive_definite) == PositiveDefiniteTransform());
  EXPECT_TRUE(transform_to(constraints::positive_semidefinite) == PositiveDefiniteTransform());
  for (const ConstraintPtr& constraint :
       std::vector<ConstraintPtr>{constraints::lower_cholesky, constraints::positive_definite,
                                  constraints::positive_semidefinite}) {
    EXPECT_THROW(biject_to(constraint), c10::NotImplementedError) << *constraint;
  }
  EXPECT_TRUE(biject_to(constraints::independent(constraints::simplex, 1)) ==
              IndependentTransform(StickBreakingTransform(), 1));
  EXPECT_TRUE(transform_to(constraints::independent(constraints::simplex, 1)) ==
              IndependentTransform(SoftmaxTransform(), 1));
}

TEST(ConstraintRegistry, JoinsTheTransformsOfParts) {
  using constraints::cat, constraints::positive, constraints::real, constraints::simplex,
      constraints::stack, constraints::unit_interval;
  const TransformPtr above = biject_to(positive), sigmoid = SigmoidTransform(),
                     stick = StickBreakingTransform(), softmax = SoftmaxTransform();
  for (const ConstraintRegistry* registry : {&biject_to, &transform_to}) {
    const TransformPtr of_simplex = (*registry)(simplex);
    EXPECT_TRUE((*registry)(cat({positive, unit_interval}, -1, {2, 3})) ==
                CatTransform({above, sigmoid}, -1, {2, 3}));
    EXPECT_TRUE((*registry)(stack({positive, simplex}, -2)) ==
                StackTransform({above, of_simplex}, -2));
    EXPECT_TRUE((*registry)(constraints::independent(stack({positive, real}, -1), 1)) ==
                IndependentTransform(StackTransform({above, identity_transform}, -1), 1));
    EXPECT_THROW((*registry)(cat({positive, constraints::boolean})), c10::NotImplementedError);
    EXPECT_THROW((*registry)(stack({constraints::boolean})), c10::NotImplementedError);
  }
  // The lengths of a constraint are those of y: 3 numbers on the simplex are 2 in x.
  EXPECT_TRUE(biject_to(cat({simplex, positive}, -1, {3, 2})) ==
              CatTransform({stick, above}, -1, {2, 2}));
  for (const int64_t dim : {0, -1}) {
    EXPECT_TRUE(transform_to(cat({simplex, positive}, dim, {3, 2})) ==
                CatTransform({softmax, above}, dim, {3, 2}));
  }
  EXPECT_TRUE(biject_to(cat({simplex, simplex}, -1, {3, 2})) ==
              CatTransform({stick, stick}, -1, {2, 1}));
  // Rows that are simplices.
  EXPECT_TRUE(biject_to(cat({simplex, simplex}, -2, {3, 2})) ==
              CatTransform({stick, stick}, -2, {3, 2}));
  EXPECT_TRUE(biject_to(cat({cat({simplex, positive}, -1, {3, 1}), simplex}, -1, {4, 2})) ==
              CatTransform({CatTransform({stick, above}, -1, {2, 1}), stick}, -1, {3, 1}));
  at::manual_seed(0);
  const std::vector<std::pair<ConstraintPtr, std::vector<int64_t>>> sets{
      {cat({simplex, positive, unit_interval}, -1, {3, 2, 1}), {5}},
      {cat({simplex, simplex}, -2, {3, 2}), {5, 4}},
      {stack({simplex, simplex}, -1), {4, 2}},
      {stack({positive, real, unit_interval}), {3, 4}}};
  for (const auto& [set, shape] : sets) {
    const TransformPtr bijection = biject_to(set);
    const Tensor x = 3 * at::randn(shape, at::kDouble), y = bijection(x);
    EXPECT_TRUE(set->check(y).all().item<bool>()) << *set << y;
    EXPECT_TRUE(bijection->inv()(y).allclose(x, 1e-9, 1e-9)) << *set;
    EXPECT_EQ(bijection->log_abs_det_jacobian(x, y).dim(), x.dim() - set->event_dim());
    const TransformPtr onto = transform_to(set);
    const Tensor u = 3 * at::randn(onto->inverse_shape(y.sizes()), at::kDouble);
    EXPECT_TRUE(set->check(onto(u)).all().item<bool>()) << *set;
  }
}

// Dimension 0 is one of the event or of the batch, as the value has one dimension or more.
TEST(ConstraintRegistry, JoinsPartsAlongADimensionThatIsCountedFromTheLeft) {
  using constraints::cat, constraints::corr_cholesky, constraints::positive, constraints::simplex;
  at::manual_seed(0);
  const constraints::Cat both = cat({simplex, simplex}, 0, {3, 4}),
                         mixed = cat({simplex, positive}, 0, {3, 2}),
                         rows = cat({simplex, simplex}, 1, {2, 1}),
                         matrices = cat({corr_cholesky, corr_cholesky}, 0, {2, 1});
  const struct {
    ConstraintPtr set;
    std::vector<int64_t> of_x, of_y;
  } cases[] = {{both, {5}, {7}},       {both, {7, 2}, {7, 3}},       {mixed, {4}, {5}},
               {rows, {5, 1}, {5, 3}}, {rows, {5, 3, 1}, {5, 3, 2}}, {matrices, {3, 3}, {3, 3, 3}}};
  for (const auto& [set, of_x, of_y] : cases) {
    const TransformPtr bijection = biject_to(set);
    EXPECT_EQ(bijection->forward_shape(of_x), of_y);
    EXPECT_EQ(bijection->inverse_shape(of_y), of_x);
    const Tensor x = 3 * at::randn(of_x, at::kDouble), y = bijection(x);
    EXPECT_TRUE(set->check(y).all().item<bool>()) << y;
    EXPECT_TRUE(bijection->codomain()->check(y).all().item<bool>()) << y;
    EXPECT_TRUE(bijection->inv()(y).allclose(x, 1e-9, 1e-9));
    EXPECT_TRUE(bijection->preimage(y).x.allclose(x, 1e-9, 1e-9));
    EXPECT_EQ(bijection->log_abs_det_jacobian(x, y).dim(), y.dim() - set->event_dim());
    EXPECT_TRUE(bijection == biject_to(set));
    const TransformPtr onto = transform_to(set);
    const Tensor u = 3 * at::randn(onto->inverse_shape(of_y), at::kDouble);
    EXPECT_TRUE(set->check(onto(u)).all().item<bool>());
    EXPECT_EQ(onto(u).sizes(), y.sizes());
  }
}

TEST(ConstraintRegistry, WhatHasNoRuleIsNamed) {
  const std::vector<ConstraintPtr> none{constraints::boolean,
                                        constraints::one_hot,
                                        constraints::nonnegative_integer,
                                        constraints::integer_interval(0, 3),
                                        constraints::multinomial(3),
                                        constraints::lower_triangular,
                                        constraints::square,
                                        constraints::symmetric,
                                        constraints::dependent,
                                        constraints::MixtureSameFamilyConstraint(constraints::real),
                                        constraints::independent(constraints::boolean, 1)};
  for (const ConstraintPtr& constraint : none) {
    EXPECT_THROW(biject_to(constraint), c10::NotImplementedError) << *constraint;
    EXPECT_THROW(transform_to(constraint), c10::NotImplementedError) << *constraint;
  }
  try {
    biject_to(constraints::one_hot);
    FAIL();
  } catch (const c10::NotImplementedError& error) {
    EXPECT_STREQ(
        error.what_without_backtrace(),
        "Cannot transform OneHot constraints. Those that can be are Cat, CorrCholesky, "
        "GreaterThan, "
        "GreaterThanEq, HalfOpenInterval, IndependentConstraint, Interval, LessThan, Real, "
        "Simplex, Stack; `add` adds one");
  }
}

/// A user's constraint, and a class derived from it.
class Even : public Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.remainder(2).eq(0); }
  void print(std::ostream& out) const override { out << "Even()"; }
};
class EvenPositive final : public Even {};

TEST(ConstraintRegistry, LooksUpTheVeryClass) {
  ConstraintRegistry mine;
  mine.add<Even>([](const Even&) { return TanhTransform(); });
  EXPECT_TRUE(mine(Even()) == TanhTransform());
  EXPECT_THROW(mine(EvenPositive()), c10::NotImplementedError);
  EXPECT_THROW(mine(constraints::real), c10::NotImplementedError);
}

TEST(ConstraintRegistry, ASingletonNamesItsClass) {
  ConstraintRegistry mine;
  mine.add(constraints::positive,
           [](const auto& constraint) { return AffineTransform(constraint.lower(), 1); });
  EXPECT_TRUE(mine(constraints::greater_than(3)) == AffineTransform(3, 1));
  mine.add(constraints::positive, [](const auto&) { return SoftplusTransform(); });
  EXPECT_TRUE(mine(constraints::positive) == SoftplusTransform()) << "a later rule replaces";
}

TEST(ConstraintRegistry, ARuleMayUseTheRegistry) {
  ConstraintRegistry mine;
  mine.add<Even>([&mine](const Even&) {
    mine.add<EvenPositive>([](const EvenPositive&) { return ExpTransform(); });
    return mine(EvenPositive());
  });
  EXPECT_TRUE(mine(Even()) == ExpTransform());
}

TEST(ConstraintRegistry, TakesManyThreads) {
  ConstraintRegistry mine;
  mine.add(constraints::positive, [](const auto&) { return ExpTransform(); });
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int k = 0; k < 8; ++k) {
    threads.emplace_back([&, k] {
      for (int i = 0; i < 300; ++i) {
        if (k % 4 == 0) mine.add(constraints::positive, [](const auto&) { return ExpTransform(); });
        if (!(mine(constraints::positive) == ExpTransform())) ++wrong;
        if (!(biject_to(constraints::simplex) == StickBreakingTransform())) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(ConstraintRegistry, AnElementIsInsideBesideAnotherSet) {
  // exp(0) is too small to change 1e8.
  const TransformPtr t = biject_to(interval(
      at::tensor({1e8f, 0.0f}), at::tensor({2e8f, std::numeric_limits<float>::infinity()})));
  const auto preimage = t->preimage(at::tensor({1.5e8f, 1.0f}));
  EXPECT_TRUE(!preimage.outside.defined() || !preimage.outside.any().item<bool>());
  EXPECT_TRUE(t->preimage(at::tensor({3e8f, -1.0f})).outside.all().item<bool>());
}

}  // namespace
}  // namespace torch::distributions
