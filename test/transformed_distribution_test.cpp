#include <torch/distributions/transformed_distribution.h>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <optional>
#include <ostream>
#include <vector>

#include <torch/distributions/constraint_registry.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/abs.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/softplus.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::kInfinity;

TEST(TransformedDistributionTest, ExpOfANormalIsLogNormal) {
  const Normal base(doubles({0.5, -1}), doubles({1, 2}));
  const TransformedDistribution d(base, ExpTransform());
  const LogNormal expected(base.loc(), base.scale());
  const Tensor x = doubles({0.5, 3}), p = doubles({0.1, 0.8});
  EXPECT_TRUE(d.log_prob(x).allclose(expected.log_prob(x)));
  EXPECT_TRUE(d.cdf(x).allclose(expected.cdf(x)));
  EXPECT_TRUE(d.icdf(p).allclose(expected.icdf(p)));
}

TEST(TransformedDistributionTest, OutsideTheSupportThereIsNoDensity) {
  const ValidateArgsGuard off(false);
  const Tensor loc = doubles({0.5}).requires_grad_();
  const TransformedDistribution squashed(Normal(loc, 1.0),
                                         {TanhTransform(), AffineTransform(0, 2)}),
      positive(Normal(loc, 1.0), ExpTransform()), inside(Uniform(loc, 3.0), AffineTransform(0, 2));
  for (const auto& [d, x] : {std::pair(&squashed, doubles({-3, 1, 2.5})),
                             {&positive, doubles({-1, 1, -2})},
                             {&inside, doubles({0.5, 2, 7})}}) {
    const Tensor value = x.clone().requires_grad_(), log_prob = d->log_prob(value);
    EXPECT_EQ(log_prob[0].item<double>(), -kInfinity);
    EXPECT_TRUE(log_prob[1].isfinite().item<bool>());
    EXPECT_EQ(log_prob[2].item<double>(), -kInfinity);
    EXPECT_TRUE(gradient(log_prob, loc).isfinite().all().item<bool>());
    EXPECT_TRUE(gradient(log_prob, value).isfinite().all().item<bool>());
  }
  EXPECT_TRUE(positive.log_prob(doubles({std::nan("")})).isnan().item<bool>());
}

/// A discrete distribution, whose draws come from LibTorch's generator, on a set without a known
/// interior point.
class Even final : public Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.remainder(2).eq(0); }
  void print(std::ostream& out) const override { out << "Even()"; }
};
class EvenNumber : public Implements<EvenNumber> {
 public:
  static const Signature<EvenNumber>& signature() {
    static const Signature<EvenNumber> s{.name = "EvenNumber", .support = Even()};
    return s;
  }
  mutable int draws = 0;

 private:
  Tensor do_sample(IntArrayRef shape, std::optional<Generator> generator) const override {
    ++draws;
    return 2 * at::randint(3, shape, std::move(generator), at::kFloat);
  }
  Tensor do_log_prob(const Tensor& value) const override {
    EXPECT_TRUE(Even().check(value).all().item<bool>());
    return at::zeros_like(value);
  }
};

// If the support has no known interior point, values outside are replaced by a draw. It comes from
// a separate generator.
TEST(TransformedDistributionTest, ADensityLeavesTheGeneratorAlone) {
  const auto base = std::make_shared<const EvenNumber>();
  const TransformedDistribution d(base, ExpTransform(), false);
  at::manual_seed(1);
  const Tensor expected = at::rand({3});
  at::manual_seed(1);
  EXPECT_TRUE(d.log_prob(at::tensor({-1.0f, 1.0f})).equal(at::tensor({-INFINITY, 0.f})));
  EXPECT_EQ(base->draws, 1);
  EXPECT_TRUE(at::rand({3}).equal(expected));
}

TEST(TransformedDistributionTest, ValidationChecksTheSupport) {
  const TransformedDistribution d(Normal(0.0, 1.0), ExpTransform());
  EXPECT_THROW(d.log_prob(at::tensor({-1.0f})), c10::ValueError);
  EXPECT_THROW(TransformedDistribution(Normal(0.0, 1.0), StickBreakingTransform()),
               c10::ValueError);
}

TEST(TransformedDistributionTest, ShapesFollowTheTransforms) {
  // A parameter of a transform widens the batch.
  const TransformedDistribution wide(Normal(0.0, 1.0), AffineTransform(at::zeros({2, 3}), 1.0));
  EXPECT_EQ(wide.batch_shape(), IntArrayRef({2, 3}));
  EXPECT_EQ(wide.base_dist()->batch_shape(), IntArrayRef({2, 3}));
  // A transform of vectors makes an event of the base's last batch dimension.
  const TransformedDistribution simplex(Normal(at::zeros({4, 2}), 1.0), StickBreakingTransform());
  EXPECT_EQ(simplex.batch_shape(), IntArrayRef({4}));
  EXPECT_EQ(simplex.event_shape(), IntArrayRef({3}));
  EXPECT_EQ(simplex.base_dist()->type(), Independent::static_type());
  const Tensor x = simplex.sample({5});
  EXPECT_EQ(x.sizes(), IntArrayRef({5, 4, 3}));
  EXPECT_EQ(simplex.log_prob(x).sizes(), IntArrayRef({5, 4}));
  EXPECT_EQ(simplex.sample({0}).sizes(), IntArrayRef({0, 4, 3}));
  // The event of the base remains an event under an elementwise transform.
  const TransformedDistribution vectors(Independent(Normal(at::zeros({4, 2}), 1.0), 1),
                                        ExpTransform());
  EXPECT_EQ(vectors.event_shape(), IntArrayRef({2}));
  EXPECT_EQ(vectors.support()->event_dim(), 1);
  EXPECT_EQ(vectors.log_prob(vectors.sample()).sizes(), IntArrayRef({4}));
  const TransformedDistribution none(Normal(at::zeros({2}), 1.0), std::vector<TransformPtr>{});
  EXPECT_TRUE(
      none.log_prob(at::ones({2})).equal(Normal(at::zeros({2}), 1.0).log_prob(at::ones({2}))));
}

TEST(TransformedDistributionTest, ChangesReachTheBaseAndTheTransforms) {
  const Tensor loc = at::zeros({3}).requires_grad_(), scale = at::ones({3}).requires_grad_();
  const TransformedDistribution d(Normal(loc, 1.0), {AffineTransform(0, scale), ExpTransform()});
  const TransformedDistribution wide = d.expand({2, 3});
  EXPECT_EQ(wide.batch_shape(), IntArrayRef({2, 3}));
  EXPECT_EQ(wide.sample({4}).sizes(), IntArrayRef({4, 2, 3}));
  EXPECT_EQ(d.to(at::kDouble).sample().scalar_type(), at::kDouble);
  EXPECT_FALSE(d.detach().rsample().requires_grad());
  const TransformedDistribution simplex =
      TransformedDistribution(Normal(at::zeros({1, 2}), 1.0), StickBreakingTransform()).expand({5});
  EXPECT_EQ(simplex.sample().sizes(), IntArrayRef({5, 3}));
}

TEST(TransformedDistributionTest, AffineTransformsHaveExactMoments) {
  const Tensor scale = doubles({-2, 3});
  const TransformedDistribution d(
      Gamma(doubles({2, 3}), 1.0),
      {AffineTransform(1, scale), IndependentTransform(AffineTransform(0, 0.5), 0),
       AffineTransform(1, 4).inv()});
  // y = (0.5 (1 + s x) - 1) / 4
  const Tensor factor = scale / 8;
  EXPECT_TRUE(d.mean().allclose(doubles({2, 3}) * factor - 0.125));
  EXPECT_TRUE(d.mode().allclose(doubles({1, 2}) * factor - 0.125));
  EXPECT_TRUE(d.variance().allclose(doubles({2, 3}) * factor.square()));
  EXPECT_TRUE(d.stddev().allclose(doubles({2, 3}).sqrt() * factor.abs()));
  const TransformedDistribution whole(Gamma(doubles({2}), 1.0),
                                      ComposeTransform({AffineTransform(1, 2), ExpTransform()}));
  for (const auto method :
       {&Distribution::mean, &Distribution::mode, &Distribution::variance, &Distribution::stddev})
    EXPECT_THROW((whole.*method)(), c10::NotImplementedError);
}

TEST(TransformedDistributionTest, IntegersAreValuesToo) {
  const TransformedDistribution d(Normal(doubles({0}), 1.0), AffineTransform(1.0, 3.0));
  EXPECT_NEAR(d.log_prob(at::tensor({4})).item<double>(), -2.517550821872782, 1e-14);
  const Tensor four = at::tensor({4});
  EXPECT_NEAR(AffineTransform(0, 2).log_abs_det_jacobian(four, four).item<double>(),
              0.6931471805599453, 1e-7);
  const TransformedDistribution positive(Normal(doubles({0}), 1.0), SoftplusTransform());
  EXPECT_TRUE(positive.log_prob(four).equal(positive.log_prob(doubles({4}))));
}

TEST(TransformedDistributionTest, AnIdentityMayMakeAnEvent) {
  const Normal base(doubles({0, 1, 2}), 1.0);
  const TransformPtr events = IndependentTransform(biject_to(constraints::real), 1);
  for (const auto& transforms : std::vector<std::vector<TransformPtr>>{
           {events}, {TanhTransform(), events}, {events->inv()}}) {
    const TransformedDistribution d(base, transforms);
    EXPECT_EQ(d.event_shape(), IntArrayRef({3}));
    const Tensor x = d.sample({2});
    EXPECT_EQ(d.log_prob(x).sizes(), IntArrayRef({2}));
    EXPECT_EQ(d.expand({4}).sample().sizes(), IntArrayRef({4, 3}));
    EXPECT_EQ(d.cdf(x).sizes(), IntArrayRef({2}));
  }
  EXPECT_TRUE(TransformedDistribution(base, events).mean().equal(base.mean()));
  EXPECT_EQ(fmt::format("{}", *TransformedDistribution(base, events).support()),
            "IndependentConstraint(Real(), 1)");
}

/// A density without a support and without draws.
class Density : public Implements<Density> {
 public:
  explicit Density(Validate validate_args = {}) : Implements(validate_args) {}
  static const Signature<Density>& signature() {
    static const Signature<Density> s{.name = "Density"};
    return s;
  }

 private:
  Tensor do_log_prob(const Tensor& value) const override { return -value.abs(); }
};

/// A density with a support and without draws.
class Undrawable : public Implements<Undrawable> {
 public:
  Undrawable() { initialize(); }
  static const Signature<Undrawable>& signature() {
    static const Signature<Undrawable> s{.name = "Undrawable", .support = constraints::positive};
    return s;
  }

 private:
  Tensor do_log_prob(const Tensor& value) const override {
    EXPECT_TRUE(value.gt(0).all().item<bool>());
    return -value.log();
  }
};

TEST(TransformedDistributionTest, TheBaseOfADensityNeedsNoSampler) {
  const TransformedDistribution d(Undrawable(), ExpTransform(), false);
  const Tensor x = doubles({-1, std::exp(2.0)}).requires_grad_(), log_prob = d.log_prob(x);
  EXPECT_TRUE(log_prob.allclose(doubles({-kInfinity, -std::log(2.0) - 2})));
  EXPECT_TRUE(gradient(log_prob, x).isfinite().all().item<bool>());
  EXPECT_TRUE(d.log_prob(at::tensor({-1, 2})).allclose(d.log_prob(at::tensor({-1.f, 2.f}))));
}

/// States a smaller support than its transforms have.
class Truncated : public Implements<Truncated, TransformedDistribution> {
 public:
  Truncated() : Implements(Normal(0.0, 1.0), std::vector<TransformPtr>{AffineTransform(0, 2)}) {}
  static const Signature<Truncated>& signature() {
    static const Signature<Truncated> s{.name = "Truncated",
                                        .support = constraints::greater_than(1.0)};
    return s;
  }
};

TEST(TransformedDistributionTest, TakesClassesThatLackSomething) {
  const Density density;
  EXPECT_THROW(TransformedDistribution(density, std::vector<TransformPtr>{}).support(),
               c10::NotImplementedError);
  const TransformedDistribution d(density, AffineTransform(1, 2), false);
  EXPECT_NEAR(d.log_prob(at::full({}, 2.0)).item<double>(), -0.5 - std::log(2.0), 1e-6);
  EXPECT_NEAR(d.log_prob(at::full({}, 2, at::kLong)).item<double>(), -0.5 - std::log(2.0), 1e-6);
  const Truncated truncated;
  EXPECT_NO_THROW(truncated.log_prob(at::full({}, 1.5)));
  EXPECT_THROW(truncated.log_prob(at::full({}, 0.5)), c10::ValueError);
}

TEST(TransformedDistributionTest, AnAbsoluteValueIsOnlySampled) {
  at::manual_seed(0);
  const Normal base(doubles({0.5, -1}), 1.0);
  const TransformedDistribution d(base, AbsTransform());
  EXPECT_TRUE(d.has_rsample());
  const Tensor x = d.rsample({1000});
  EXPECT_TRUE(x.gt(0).all().item<bool>());
  at::manual_seed(0);
  EXPECT_TRUE(x.equal(base.rsample({1000}).abs()));
  const Tensor y = doubles({0.5, 0.25});
  EXPECT_THROW(d.log_prob(y), c10::NotImplementedError);
  EXPECT_THROW(d.cdf(y), c10::NotImplementedError);
  EXPECT_THROW(d.icdf(y), c10::NotImplementedError);
  for (const auto method : {&Distribution::mean, &Distribution::mode, &Distribution::variance,
                            &Distribution::stddev, &Distribution::entropy})
    EXPECT_THROW((d.*method)(), c10::NotImplementedError);
  EXPECT_EQ(d.expand({3, 2}).sample().sizes(), IntArrayRef({3, 2}));
}

}  // namespace
}  // namespace torch::distributions
