#include <torch/distributions/transformed_distribution.h>

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/constraint_registry.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transforms/abs.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/power.h>
#include <torch/distributions/transforms/sigmoid.h>
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

TEST(TransformedDistributionTest, CdfSaturates) {
  const Tensor loc = doubles({0}).requires_grad_();
  const ValidateArgsGuard off(false);
  const TransformedDistribution d(Normal(loc, 1.0), {TanhTransform(), AffineTransform(0, 2)});
  const Tensor x = doubles({-3, -2, -1e-9, 2, 2.5}).requires_grad_();
  const Tensor cdf = d.cdf(x);
  EXPECT_TRUE(cdf.allclose(doubles({0, 0, 0.5, 1, 1})));
  EXPECT_TRUE(gradient(cdf, x).isfinite().all().item<bool>());
  EXPECT_TRUE(gradient(cdf, loc).isfinite().all().item<bool>());
  EXPECT_TRUE(d.cdf(doubles({std::nan("")})).isnan().item<bool>());
}

TEST(TransformedDistributionTest, ADecreasingTransformTurnsTheCdfRound) {
  // -2 X + 1 of an exponential X.
  const TransformedDistribution d(Exponential(1.0), AffineTransform(1, -2));
  const Tensor x = doubles({-5, 0, 0.5});
  EXPECT_TRUE(d.cdf(x).allclose((-(1 - x) / 2).exp()));
  EXPECT_TRUE(d.icdf(d.cdf(x)).allclose(x));
  EXPECT_EQ(d.cdf(doubles({2})).item<double>(), 1);
  // -exp(-X) lies in (-1, 0). The last transform is decreasing: it maps the lower end of an inner
  // codomain to the upper end of the support.
  const TransformedDistribution inner(
      Exponential(1.0), {AffineTransform(0, -1), ExpTransform(), AffineTransform(0, -1)}, false);
  EXPECT_TRUE(inner.cdf(doubles({-2, -0.25, 0.5})).allclose(doubles({0, 0.75, 1})));
}

TEST(TransformedDistributionTest, TailsAreThoseOfTheBase) {
  const Normal base(doubles({0.5}), 2.0);
  const TransformedDistribution rising(base, AffineTransform(1, 3)),
      falling(base, AffineTransform(1, doubles({-3})));
  const Tensor x = doubles({-1e7, -2, 0, 4, 1e7}), y = 1 + 3 * x, z = 1 - 3 * x;
  const auto is = [](const Tensor& a, const Tensor& b) { return a.allclose(b, 1e-14, 0); };
  EXPECT_TRUE(is(rising.log_cdf(y), base.log_cdf(x)));
  EXPECT_TRUE(is(rising.survival_function(y), base.survival_function(x)));
  EXPECT_TRUE(is(rising.log_survival_function(y), base.log_survival_function(x)));
  EXPECT_TRUE(is(falling.log_cdf(z), base.log_survival_function(x)));
  EXPECT_TRUE(is(falling.survival_function(z), base.cdf(x)));
  EXPECT_TRUE(is(falling.log_survival_function(z), base.log_cdf(x)));
  const TransformedDistribution both(base, AffineTransform(1, doubles({3, -3})));
  const Tensor pair = doubles({-5, 7});
  EXPECT_TRUE(is(both.log_cdf(pair), at::cat({rising.log_cdf(pair.slice(0, 0, 1)),
                                              falling.log_cdf(pair.slice(0, 1))})));
}

TEST(TransformedDistributionTest, TailsSaturate) {
  const Tensor loc = doubles({0}).requires_grad_();
  const ValidateArgsGuard off(false);
  for (const double scale : {2.0, -2.0}) {
    const TransformedDistribution d(Normal(loc, 1.0), {TanhTransform(), AffineTransform(0, scale)});
    const Tensor x = doubles({-3, -2, 2, 2.5}).requires_grad_();
    const auto is = [&](const Tensor& got, double below, double above) {
      return got.equal(doubles({below, below, above, above}));
    };
    EXPECT_TRUE(is(d.log_cdf(x), -kInfinity, 0));
    EXPECT_TRUE(is(d.survival_function(x), 1, 0));
    EXPECT_TRUE(is(d.log_survival_function(x), 0, -kInfinity));
    for (const Tensor& tail : {d.log_cdf(x), d.log_survival_function(x)}) {
      EXPECT_TRUE(gradient(tail, x).isfinite().all().item<bool>());
      EXPECT_TRUE(gradient(tail, loc).isfinite().all().item<bool>());
    }
    EXPECT_TRUE(d.log_cdf(doubles({std::nan("")})).isnan().item<bool>());
    EXPECT_TRUE(d.survival_function(doubles({std::nan("")})).isnan().item<bool>());
  }
}

// The logistic distribution: log P(Y > y) is -softplus((y - loc) / scale).
TEST(TransformedDistributionTest, TheLogitOfAUniformNumberKeepsItsTails) {
  const Tensor z = doubles({-1e4, -800, -50, -1, 0, 1, 50, 800, 1e4});
  const Tensor want = (-z.clamp_min(0) - (-z.abs()).exp().log1p());
  const auto is = [](const Tensor& a, const Tensor& b) { return a.allclose(b, 1e-14, 0); };
  for (const double scale : {2.0, -2.0}) {
    const TransformedDistribution d(Uniform(doubles({0}), 1.0),
                                    {SigmoidTransform().inv(), AffineTransform(1, scale)});
    const Tensor y = 1 + 2 * z;
    EXPECT_TRUE(is(d.log_survival_function(y), want)) << d.log_survival_function(y);
    EXPECT_TRUE(is(d.survival_function(y), want.exp()));
    EXPECT_TRUE(is(d.log_cdf(2 - y), want)) << d.log_cdf(2 - y);
    const Tensor leaf = y.clone().requires_grad_();
    EXPECT_TRUE(is(gradient(d.log_survival_function(leaf), leaf), -0.5 * at::sigmoid(z)));
  }
  // Of a number that does not reach 0. By mpmath.
  const TransformedDistribution part(Uniform(doubles({0.25}), 1.0), SigmoidTransform().inv());
  EXPECT_NEAR(part.log_cdf(doubles({-1})).item<double>(), -3.6787220756539567103, 1e-14);
  EXPECT_EQ(part.log_cdf(doubles({-2})).item<double>(), -kInfinity);
  EXPECT_NEAR(part.log_survival_function(doubles({800})).item<double>(), std::log(4.0 / 3) - 800,
              1e-12);
  // In float32.
  const TransformedDistribution single(Uniform(0, 1), SigmoidTransform().inv());
  EXPECT_EQ(single.log_survival_function(at::full({}, 500.0)).item<float>(), -500);
}

TEST(TransformedDistributionTest, SignsMayDifferElementByElement) {
  const TransformedDistribution d(Normal(at::zeros({2}, at::kDouble), 1.0),
                                  AffineTransform(1, doubles({-2, 3})));
  const Tensor x = doubles({0.5, 2.5});
  EXPECT_TRUE(d.cdf(x).allclose(Normal(1.0, doubles({2, 3})).cdf(x)));
  EXPECT_TRUE(d.icdf(d.cdf(x)).allclose(x));
}

TEST(TransformedDistributionTest, ATransformWithoutASignHasNoCdf) {
  const TransformedDistribution d(Normal(at::zeros({2}), 1.0), StickBreakingTransform());
  EXPECT_THROW(d.cdf(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.log_cdf(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.survival_function(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.log_survival_function(at::full({3}, 1.0 / 3)), c10::NotImplementedError);
  EXPECT_THROW(d.icdf(at::full({3}, 0.5)), c10::NotImplementedError);
  EXPECT_THROW(d.mean(), c10::NotImplementedError);
  EXPECT_THROW(d.entropy(), c10::NotImplementedError);
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

template <class Function>
std::string message_of(Function function) {
  try {
    function();
  } catch (const c10::ValueError& error) {
    return error.what_without_backtrace();
  }
  return "nothing was thrown";
}

// A value outside the image of an inner transform has density 0, however the transforms are
// composed.
TEST(TransformedDistributionTest, LooksAtEveryCodomain) {
  const Normal base(doubles({0}), doubles({1}));
  const std::vector<std::vector<TransformPtr>> all{
      {SigmoidTransform(), AffineTransform(-1.0, 2.0)},
      {ComposeTransform({SigmoidTransform(), AffineTransform(-1.0, 2.0)})},
      {IndependentTransform(ComposeTransform({SigmoidTransform(), AffineTransform(-1.0, 2.0)}), 1)},
      {ComposeTransform({AffineTransform(-1.0, 2.0).inv(), SigmoidTransform().inv()}).inv()},
      {IndependentTransform(SigmoidTransform(), 1),
       IndependentTransform(AffineTransform(1.0, 0.5).inv(), 1), AffineTransform(1.0, 1.0, 1)},
  };
  for (const auto& transforms : all) {
    const TransformedDistribution d(base, transforms), unvalidated(base, transforms, false);
    const Tensor x = doubles({0.5, 3, -2}).unsqueeze(-1);
    const Tensor log_prob = unvalidated.log_prob(x).flatten();
    EXPECT_NEAR(log_prob[0].item<double>(), -0.54158376059923740, 1e-12);
    EXPECT_EQ(log_prob[1].item<double>(), -kInfinity);
    EXPECT_EQ(log_prob[2].item<double>(), -kInfinity);
    const std::string message = message_of([&] { d.log_prob(x); });
    EXPECT_THAT(message, testing::HasSubstr("of the distribution TransformedDistribution"));
    EXPECT_THAT(message, testing::HasSubstr("at index [1"));
    EXPECT_TRUE(d.transforms().size() == transforms.size());
  }
}

TEST(TransformedDistributionTest, LooksIntoAComposition) {
  const auto t = biject_to(constraints::greater_than(2.0));
  const Normal base(doubles({0}), doubles({1}));
  const TransformedDistribution d(base, t), unvalidated(base, t, false);
  EXPECT_TRUE(d.cdf(doubles({0.5, 3})).allclose(doubles({0, 0.5})));
  const Tensor log_prob = unvalidated.log_prob(doubles({0.5, 3}));
  EXPECT_EQ(log_prob[0].item<double>(), -kInfinity);
  EXPECT_NEAR(log_prob[1].item<double>(), -0.9189385332046727, 1e-15);
}

TEST(TransformedDistributionTest, ErrorsNameWhatTheProgramMade) {
  const Normal normal(doubles({0}), doubles({1}));
  const Uniform uniform(doubles({0}), doubles({1}));
  const auto message = [](const TransformedDistribution& d, const Tensor& x) {
    return message_of([&] { d.log_prob(x); });
  };
  for (const auto& text :
       {message({normal, {ExpTransform(), ExpTransform()}}, doubles({2, 0.5})),
        message({normal, {TanhTransform(), AffineTransform(0, 2)}}, doubles({2.5, 0.5})),
        message({uniform, ExpTransform().inv()}, doubles({-1, 0.5}))}) {
    EXPECT_THAT(text, testing::HasSubstr("of the distribution TransformedDistribution"));
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("nan")));
  }
  EXPECT_THAT(message({normal, {TanhTransform(), AffineTransform(0, 2)}}, doubles({1, 5})),
              testing::HasSubstr("the first is 5.0 at index [1]"));
  EXPECT_THAT(message({uniform, ExpTransform().inv()}, doubles({-1, 0.5})),
              testing::HasSubstr("the first is 0.5 at index [1]"));
  // A base that is itself transformed.
  const TransformedDistribution inner(normal, {TanhTransform(), AffineTransform(0, 2)}),
      outer(Independent(inner, 1), AffineTransform(0, 3));
  EXPECT_THAT(message(outer, doubles({7})), testing::HasSubstr("the first is"));
  EXPECT_THAT(message({normal, ExpTransform()}, doubles({1, std::nan("")})),
              testing::HasSubstr("the first is nan at index [1]"));
}

// Values at a limit of a transform, to which rounding may move them, or where the density of the
// base and the Jacobian both vanish.
TEST(TransformedDistributionTest, LimitsHaveNoDensityAndNoGradient) {
  const std::vector<std::pair<std::vector<TransformPtr>, std::vector<double>>> all{
      {{TanhTransform()}, {-1, 1}},
      {{TanhTransform(), AffineTransform(1, 2)}, {-1, 3}},
      {{SigmoidTransform()}, {0, 1}},
      {{SigmoidTransform(), AffineTransform(0.3, 0.7)}, {0.3, 1}},
      {{ExpTransform(), AffineTransform(-1, 1)}, {-1, kInfinity}},
      {{SoftplusTransform(), AffineTransform(0, -0.25)}, {0, -kInfinity}},
      {{SoftplusTransform(), TanhTransform()}, {0, 1}},
  };
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor loc = at::full({}, 0.5, dtype).requires_grad_(),
                 scale = at::full({}, 2.0, dtype).requires_grad_();
    for (const auto& [transforms, ends] : all) {
      for (const bool validate : {true, false}) {
        const TransformedDistribution d(Normal(loc, scale), transforms, validate);
        const Tensor x = at::tensor(ends).to(dtype).requires_grad_(), log_prob = d.log_prob(x);
        EXPECT_TRUE(log_prob.eq(-kInfinity).all().item<bool>()) << d.transforms().size();
        for (const Tensor& of : {loc, scale, x})
          EXPECT_TRUE(gradient(log_prob, of).eq(0).all().item<bool>());
        EXPECT_TRUE(std::get<0>(d.cdf(x).sort()).equal(at::tensor({0, 1}).to(dtype)));
      }
    }
  }
  const Tensor loc = doubles({0.5, 1}).requires_grad_();
  const TransformedDistribution vectors(Normal(loc, 1.0), StickBreakingTransform());
  for (const auto& x : {doubles({1, 0, 0}), doubles({0, 0.5, 0.5}), doubles({0.25, 0.75, 0})}) {
    EXPECT_EQ(vectors.log_prob(x).item<double>(), -kInfinity);
    EXPECT_TRUE(gradient(vectors.log_prob(x), loc).eq(0).all().item<bool>());
  }
}

TEST(TransformedDistributionTest, SaturatedDrawsHaveADensity) {
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const TransformedDistribution d(Normal(at::zeros({20000}, dtype), 5.0), TanhTransform());
    const Tensor log_prob = d.log_prob(d.sample());
    EXPECT_FALSE(log_prob.isnan().any().item<bool>());
    EXPECT_TRUE(log_prob.eq(-kInfinity).any().item<bool>());
    const TransformedDistribution cached(Normal(at::zeros({20000}, dtype), 5.0), TanhTransform(1));
    EXPECT_TRUE(cached.log_prob(cached.sample()).isfinite().all().item<bool>());
  }
}

// tanh(12) rounds to 1 in float, but the cache holds the preimage.
TEST(TransformedDistributionTest, ASaturatedDrawHasTheScoreOfItsPreimage) {
  const Normal base(at::full({100}, 12.0f), 1.0);
  at::manual_seed(5);
  const Tensor x = base.sample();
  at::manual_seed(5);
  const TransformedDistribution d(base, TanhTransform(1));
  const Tensor y = d.sample();
  EXPECT_TRUE(y.eq(1).any().item<bool>());
  const Tensor want = base.log_prob(x) - TanhTransform().log_abs_det_jacobian(x, y);
  EXPECT_TRUE(d.log_prob(y).allclose(want, 1e-6)) << d.log_prob(y) - want;
}

TEST(TransformedDistributionTest, DrawsLieInTheirOwnSupport) {
  at::manual_seed(0);
  const auto floats = [](double x) { return at::full({}, x, at::kFloat); };
  const std::vector<TransformedDistribution> all{
      {Uniform(floats(1), floats(1.5)), AffineTransform(100.0, 0.1)},
      {Uniform(floats(0.1), floats(0.11)), AffineTransform(5.0, 0.7)},
      {Uniform(floats(1), floats(1.5)),
       ComposeTransform({AffineTransform(100.0, 0.1), AffineTransform(-100.0, 1.0)})},
      {Uniform(floats(-40), floats(37)), SigmoidTransform()},
      {Uniform(at::full({}, -1, at::kBFloat16), 1.0),
       {AffineTransform(0, 1), TanhTransform(), TanhTransform()}},
      {Gamma(floats(0.01), 1.0), AffineTransform(3.0, 0.1)},
      {Binomial(10, floats(0.9)), AffineTransform(0, 0.1)},
      {Normal(floats(-200), 1.0), SoftplusTransform()},
      {Normal(floats(-200), 1.0), ExpTransform()},
      {LogNormal(floats(-200), 1.0), AffineTransform(0, 2)},
      {Uniform(floats(0), floats(1)), PowerTransform(8)},
      {Uniform(floats(0), floats(1)), PowerTransform(-8)},
      {Uniform(floats(0.1), floats(0.3)), PowerTransform(-0.3)},
      {Uniform(floats(0.1), floats(0.3)), {PowerTransform(1.7), AffineTransform(1, -3)}},
      {Exponential(floats(1)), PowerTransform(40)},
      {Exponential(floats(1)), PowerTransform(-0.01)},
      // The upper end of the base's support is a number with more digits than a float.
      {TransformedDistribution(Gamma(at::full({}, 4, at::kDouble), 1.0),
                               {ExpTransform(), SigmoidTransform(), ExpTransform()}),
       {SoftplusTransform().inv(), TanhTransform()}},
  };
  for (const TransformedDistribution& d : all) {
    const Tensor x = d.sample({20000});
    Tensor log_prob;
    ASSERT_NO_THROW(log_prob = d.log_prob(x)) << d << *d.transforms().front();
    EXPECT_FALSE(log_prob.isnan().any().item<bool>());
  }
  for (std::size_t i : {0, 1, 2}) {
    const TransformedDistribution& d = all[i];
    EXPECT_TRUE(d.log_prob(d.sample({20000})).isfinite().all().item<bool>());
  }
  const LogNormal tiny(floats(-200), 1.0);
  EXPECT_TRUE(tiny.log_prob(tiny.sample({100})).isfinite().all().item<bool>());
  // A value that is further outside than by rounding still has density 0.
  EXPECT_THROW(all[0].log_prob(floats(100.1501)), c10::ValueError);
  EXPECT_THROW(all[6].log_prob(floats(0.35)), c10::ValueError);
}

TEST(TransformedDistributionTest, TransformsMayChangeTheShapeAfterOthers) {
  at::manual_seed(0);
  const Normal base(at::zeros({4, 2}, at::kDouble), 1.0);
  for (const auto& first :
       std::vector<TransformPtr>{ExpTransform(), biject_to(constraints::greater_than(-2.7)),
                                 TanhTransform(), IndependentTransform(SigmoidTransform(), 1)}) {
    const TransformedDistribution d(base, {first, StickBreakingTransform()}),
        unvalidated(base, {first, StickBreakingTransform()}, false);
    const Tensor x = d.sample({100}), log_prob = d.log_prob(x);
    EXPECT_EQ(log_prob.sizes(), IntArrayRef({100, 4}));
    EXPECT_TRUE(log_prob.isfinite().all().item<bool>()) << *first;
    EXPECT_TRUE(unvalidated.log_prob(x).equal(log_prob)) << *first;
    // The inverse of StickBreakingTransform maps this value to (-8, 0), which is outside the image
    // of each first transform.
    const Tensor impossible =
        StickBreakingTransform()(at::tensor({-8.0, 0.0}, at::kDouble)).expand({4, 3});
    EXPECT_TRUE(unvalidated.log_prob(impossible).eq(-kInfinity).all().item<bool>()) << *first;
    EXPECT_THAT(message_of([&] { d.log_prob(impossible); }),
                testing::HasSubstr("of the distribution TransformedDistribution"));
  }
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

TEST(TransformedDistributionTest, SupportIsTheImageOfTheBases) {
  const auto text = [](const Distribution& base, std::vector<TransformPtr> transforms) {
    return fmt::format(
        "{}", *TransformedDistribution(DistributionPtr(base.changed(core::Change::detach())),
                                       std::move(transforms))
                   .support());
  };
  const Normal normal(0.0, 1.0);
  const Gamma gamma(1.0, 1.0);
  const Uniform uniform(0.0, 1.0);
  EXPECT_EQ(text(normal, {SigmoidTransform(), AffineTransform(-1, 2)}),
            "Interval(lower_bound=-1.0, upper_bound=1.0)");
  EXPECT_EQ(text(normal, {AffineTransform(3, -2)}), "Real()");
  EXPECT_EQ(text(normal, {ExpTransform(), AffineTransform(3, -2)}), "LessThan(upper_bound=3.0)");
  EXPECT_EQ(text(gamma, {AffineTransform(3, 2)}), "GreaterThanEq(lower_bound=3.0)");
  EXPECT_EQ(text(gamma, {AffineTransform(3, -2)}), "Interval(lower_bound=-inf, upper_bound=3.0)");
  EXPECT_EQ(text(gamma, {ExpTransform()}), "GreaterThanEq(lower_bound=1.0)");
  EXPECT_EQ(text(gamma, {SigmoidTransform()}),
            "HalfOpenInterval(lower_bound=0.5, upper_bound=1.0)");
  EXPECT_EQ(text(gamma, {TanhTransform()}), "Interval(lower_bound=0.0, upper_bound=1.0)");
  EXPECT_EQ(text(gamma, {ComposeTransform({AffineTransform(1, -1), AffineTransform(1, -1)})}),
            "GreaterThanEq(lower_bound=0.0)");
  EXPECT_EQ(text(uniform, {SigmoidTransform().inv()}), "Real()");
  EXPECT_EQ(text(uniform, {ExpTransform().inv(), AffineTransform(0, -1)}),
            "GreaterThanEq(lower_bound=0.0)");
  EXPECT_EQ(text(Independent(Normal(at::zeros({2}), 1.0), 1), {ExpTransform()}),
            "IndependentConstraint(GreaterThan(lower_bound=0.0), 1)");
  EXPECT_EQ(text(Bernoulli(0.5), {AffineTransform(0, 2)}), "Real()");
  EXPECT_EQ(text(uniform, {PowerTransform(2)}), "Interval(lower_bound=0.0, upper_bound=1.0)");
  EXPECT_EQ(text(uniform, {PowerTransform(-2)}), "GreaterThanEq(lower_bound=1.0)");
  EXPECT_EQ(text(uniform, {PowerTransform(0)}), "Interval(lower_bound=1.0, upper_bound=1.0)");
  // 0 lies outside the domain of PowerTransform, so it is only a limit.
  EXPECT_EQ(text(gamma, {PowerTransform(2)}), "GreaterThan(lower_bound=0.0)");
  EXPECT_EQ(text(gamma, {PowerTransform(-1)}), "GreaterThan(lower_bound=0.0)");
  EXPECT_EQ(text(gamma, {PowerTransform(0.5), AffineTransform(3, -2)}),
            "LessThan(upper_bound=3.0)");
  EXPECT_EQ(text(Gamma(at::ones({2}), 1.0), {PowerTransform(at::tensor({2.0f, -1.0f}))}),
            "GreaterThan(lower_bound=tensor([0., 0.]))");
  EXPECT_EQ(text(Uniform(1.0, 2.0), {PowerTransform(at::tensor({2.0f, -1.0f}))}),
            "Interval(lower_bound=tensor([1.0000, 0.5000]), upper_bound=tensor([4., 1.]))");
  // These bases have values outside the domain, and AbsTransform is not monotone.
  for (const TransformPtr& t : {TransformPtr(PowerTransform(2)), TransformPtr(AbsTransform())}) {
    EXPECT_EQ(text(normal, {t}), "GreaterThan(lower_bound=0.0)") << *t;
    EXPECT_EQ(text(Uniform(-1.0, 1.0), {t}), "GreaterThan(lower_bound=0.0)") << *t;
  }
  EXPECT_EQ(text(Gamma(at::ones({2}), 1.0), {AffineTransform(0, at::tensor({1.0f, -1.0f}))}),
            "Interval(lower_bound=tensor([0., -inf]), upper_bound=tensor([inf, 0.]))");
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

TEST(TransformedDistributionTest, CdfOfAnEventIsAProduct) {
  const Normal base(doubles({0, 1}), doubles({1, 2}));
  const Tensor x = doubles({0.5, 2, 1, 2, 0.5, kInfinity}).view({3, 2});
  const TransformedDistribution d(
      Independent(base, 1), {IndependentTransform(ExpTransform(), 1), AffineTransform(0, -1)});
  const TransformedDistribution of_element(base, {ExpTransform(), AffineTransform(0, -1)});
  EXPECT_TRUE(d.cdf(-x).equal(of_element.cdf(-x).prod(-1)));
  // Events of more dimensions, and inverses of transforms of events.
  const Normal wide(at::zeros({4, 2, 3}, at::kDouble), 1.0);
  const Tensor y = at::linspace(0.5, 2, 24, at::kDouble).view({4, 2, 3});
  const Tensor expected = LogNormal(wide.loc(), wide.scale()).cdf(y).prod(-1);
  const TransformPtr exp_of_events = ExpTransform().inv();
  EXPECT_TRUE(TransformedDistribution(Independent(Independent(wide, 1), 1), ExpTransform())
                  .cdf(y)
                  .allclose(expected.prod(-1)));
  EXPECT_TRUE(TransformedDistribution(Independent(wide, 1), IndependentTransform(ExpTransform(), 2))
                  .cdf(y)
                  .allclose(expected.prod(-1)));
  EXPECT_TRUE(
      TransformedDistribution(Independent(wide, 1), IndependentTransform(exp_of_events, 1).inv())
          .cdf(y)
          .allclose(expected));
  EXPECT_TRUE(TransformedDistribution(Independent(wide, 1), AffineTransform(1, 2, 1).inv())
                  .cdf(y)
                  .allclose(wide.cdf(1 + 2 * y).prod(-1)));
}

// Beyond the image of one transform the cdf is 0 or 1, even if the other transforms saturate there.
TEST(TransformedDistributionTest, BeyondTheImageOfATransformTheCdfIsZeroOrOne) {
  const double e = std::exp(1.0);
  struct Case {
    DistributionPtr base;
    std::vector<TransformPtr> transforms;
    std::vector<double> zero, one;
  };
  const std::vector<Case> all{
      {Normal(2.28, doubles({2.55})),
       {ExpTransform(), TanhTransform(), ExpTransform()},
       {-kInfinity, -1, 0.5, 1},
       {e, 3, kInfinity}},
      {Normal(0.0, doubles({1e300})), {ExpTransform()}, {-kInfinity, 0}, {kInfinity}},
      {Normal(0.0, doubles({1})),
       {ExpTransform(), TanhTransform(), AffineTransform(0, -1)},
       {-kInfinity, -2, -1},
       {0, 1, kInfinity}},
      {Gamma(0.01, doubles({2.78})), {SoftplusTransform().inv()}, {-kInfinity}, {kInfinity}},
      {Exponential(doubles({1.3})), {ExpTransform().inv()}, {-kInfinity}, {1e300, kInfinity}},
      {Exponential(doubles({0.5})), {SigmoidTransform(), ExpTransform()}, {0, 1, 1.6}, {e, 4}},
      {Gamma(0.01, doubles({2.78})),
       {PowerTransform(-0.5).inv()},
       {-kInfinity, -1, 0},
       {kInfinity}},
      {Gamma(0.01, doubles({2.78})), {PowerTransform(-2)}, {-kInfinity, -1, 0}, {kInfinity}},
      {Gamma(0.01, doubles({2.78})),
       {PowerTransform(2), AffineTransform(0, -1)},
       {-kInfinity},
       {0, 1, kInfinity}},
  };
  for (const Case& c : all) {
    const TransformedDistribution d(c.base, c.transforms, false);
    for (const auto& [values, expected] : {std::pair(c.zero, 0.0), {c.one, 1.0}}) {
      const Tensor x = doubles(values).requires_grad_(), cdf = d.cdf(x);
      EXPECT_TRUE(cdf.eq(expected).all().item<bool>()) << *c.base << x << cdf;
      EXPECT_TRUE(gradient(cdf, x).eq(0).all().item<bool>()) << *c.base << gradient(cdf, x);
    }
    at::manual_seed(0);
    const Tensor climb = d.cdf(std::get<0>(d.sample({1000}).sort(0)));
    EXPECT_TRUE(climb.diff(1, 0).ge(0).all().item<bool>()) << *c.base;
  }
}

TEST(TransformedDistributionTest, AnInfiniteValueIsALimit) {
  const Tensor loc = doubles({0.5}).requires_grad_(), scale = doubles({2}).requires_grad_();
  for (const auto& transforms :
       std::vector<std::vector<TransformPtr>>{{ExpTransform().inv()},
                                              {ExpTransform().inv(), AffineTransform(1, -2)},
                                              {SoftplusTransform().inv(), ExpTransform()}}) {
    const TransformedDistribution d(LogNormal(loc, scale), transforms);
    const Tensor x = doubles({1, kInfinity}).requires_grad_(), log_prob = d.log_prob(x);
    EXPECT_EQ(log_prob[1].item<double>(), -kInfinity);
    for (const Tensor& of : {loc, scale, x})
      EXPECT_TRUE(gradient(log_prob, of).isfinite().all().item<bool>()) << gradient(log_prob, of);
  }
  // -infinity is outside the support in every dtype: no value of the support rounds to it.
  EXPECT_THROW(LogNormal(0.0, 1.0).log_prob(at::full({}, -kInfinity)), c10::ValueError);
  const auto narrow = [](double x) { return at::full({}, x, at::kBFloat16); };
  const TransformedDistribution d(Beta(narrow(0.27), narrow(0.54)),
                                  AffineTransform(narrow(-2.78), narrow(0.2275)), false);
  EXPECT_EQ(d.log_prob(narrow(-kInfinity)).item<double>(), -kInfinity);
}

TEST(TransformedDistributionTest, ZeroIsNoExponential) {
  for (const double x : {0.0, -0.0}) {
    EXPECT_THROW(LogNormal(0.0, 1.0).log_prob(at::full({}, x)), c10::ValueError);
    for (const TransformPtr& t : {TransformPtr(ExpTransform()), TransformPtr(SoftplusTransform())})
      EXPECT_THROW(TransformedDistribution(Normal(0.0, 1.0), t).log_prob(at::full({}, x)),
                   c10::ValueError);
  }
}

TEST(TransformedDistributionTest, AnEventWithANaNIsNaN) {
  const Normal base(doubles({0, 1}), 1.0);
  for (const auto& transforms :
       std::vector<std::vector<TransformPtr>>{{StickBreakingTransform()},
                                              {ExpTransform(), StickBreakingTransform()},
                                              {ExpTransform(), AffineTransform(0, 1, 1)}}) {
    const TransformedDistribution d(base, transforms, false);
    const int64_t n = d.event_shape()[0];
    for (int64_t i = 0; i < n; ++i) {
      Tensor x = at::zeros({n}, at::kDouble);
      x[i] = std::nan("");
      EXPECT_TRUE(d.log_prob(x).isnan().item<bool>()) << i;
    }
  }
}

// At the boundary of the simplex, the inverse does not recover the original event.
TEST(TransformedDistributionTest, SaturatedEventsAreNotRefused) {
  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor loc = at::tensor({2.0, -1.5, -3.0, 20.0}).to(dtype);
    const Tensor scale = at::tensor({2.0, 4.5, 1.0, 8.0}).to(dtype);
    for (const TransformPtr& first :
         {TransformPtr(ExpTransform()), biject_to(constraints::greater_than(2.0)),
          TransformPtr(TanhTransform())}) {
      const TransformedDistribution d(Normal(loc, scale), {first, StickBreakingTransform()});
      Tensor log_prob;
      EXPECT_NO_THROW(log_prob = d.log_prob(d.sample({2000}))) << dtype << *first;
      EXPECT_FALSE(log_prob.isnan().any().item<bool>()) << dtype << *first;
    }
  }
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

TEST(TransformedDistributionTest, TheBaseDoesNotValidateQuantiles) {
  const TransformedDistribution d(Normal(0.0, 1.0, true), ExpTransform(), false);
  EXPECT_TRUE(d.icdf(at::full({}, 1.5)).isnan().item<bool>());
}

TEST(TransformedDistributionTest, SupportNeedsNoData) {
  const auto meta = [](double x) { return at::full({2}, x, at::TensorOptions(at::kMeta)); };
  const TransformedDistribution d(Exponential(meta(1)), AffineTransform(meta(0), meta(2)));
  EXPECT_NO_THROW(d.support());
}

// https://github.com/pytorch/pytorch/issues/96494
TEST(TransformedDistributionTest, PowersOfAUniform) {
  const Uniform base(doubles({0}), doubles({1}));
  for (const Param& exponent : {Param(-2), Param(doubles({-2})), Param(at::full({}, -2))}) {
    const TransformedDistribution d(base, PowerTransform(exponent));
    // P(X^-2 <= y) = 1 - y^(-1/2)
    const Tensor y = doubles({-1, 0, 0.5, 1, 4, 100, kInfinity}).requires_grad_(), cdf = d.cdf(y);
    EXPECT_TRUE(cdf.allclose(doubles({0, 0, 0, 0, 0.5, 0.9, 1}), 1e-15, 1e-15)) << cdf;
    EXPECT_TRUE(gradient(cdf, y).isfinite().all().item<bool>());
    EXPECT_TRUE(d.icdf(doubles({0, 0.5, 0.9, 1})).allclose(doubles({1, 4, 100, kInfinity}), 1e-14));
    // p(y) = y^(-3/2) / 2
    EXPECT_NEAR(d.log_prob(doubles({4})).item<double>(), -std::log(16.0), 1e-14);
    EXPECT_THROW(d.log_prob(doubles({0.5})), c10::ValueError);
  }
  const TransformedDistribution square(base, PowerTransform(2));
  EXPECT_TRUE(square.cdf(doubles({-1, 0, 0.25, 1, 2})).allclose(doubles({0, 0, 0.5, 1, 1})));
  EXPECT_TRUE(square.icdf(doubles({0, 0.5, 1})).allclose(doubles({0, 0.25, 1})));
  // Both signs at once.
  const TransformedDistribution both(base, PowerTransform(doubles({2, -2})));
  EXPECT_EQ(both.batch_shape(), IntArrayRef({2}));
  EXPECT_TRUE(both.cdf(doubles({0.25, 4})).allclose(doubles({0.5, 0.5})));
  EXPECT_TRUE(both.icdf(doubles({0.5, 0.5})).allclose(doubles({0.25, 4})));
  EXPECT_TRUE(both.log_prob(doubles({0.25, 4})).allclose(doubles({0, -std::log(16.0)})));
}

TEST(TransformedDistributionTest, APowerOfAnExponentialIsWeibulls) {
  const Tensor k = doubles({0.5, 3}), y = doubles({0.3, 1.5});
  const TransformedDistribution d(Exponential(doubles({1})), PowerTransform(k.reciprocal()));
  EXPECT_TRUE(d.log_prob(y).allclose(k.log() + (k - 1) * y.log() - y.pow(k), 1e-13, 1e-13));
  EXPECT_TRUE(d.cdf(y).allclose(-(-y.pow(k)).expm1(), 1e-13));
  // The inverse underflows in float, and Python returns -inf. The value is that of mpmath.
  const TransformedDistribution steep(Exponential(at::ones({})), PowerTransform(0.1f));
  EXPECT_FLOAT_EQ(steep.log_prob(at::full({}, 1e-5f)).item<float>(), -101.31374261843874f);
}

TEST(TransformedDistributionTest, APowerHasNoDensityAtItsLimits) {
  const Tensor concentration = doubles({2}).requires_grad_(), rate = doubles({3}).requires_grad_();
  for (const double power : {-1.0, 2.0, 0.5}) {
    const Tensor exponent = doubles({power}).requires_grad_();
    const Gamma base(concentration, rate);
    const TransformedDistribution d(base, PowerTransform(exponent)),
        unvalidated(base, PowerTransform(exponent), false);
    const Tensor y = doubles({-1, 0, kInfinity, 0.5}).requires_grad_(),
                 log_prob = unvalidated.log_prob(y);
    EXPECT_TRUE(log_prob.slice(0, 0, 3).eq(-kInfinity).all().item<bool>()) << log_prob;
    EXPECT_TRUE(log_prob[3].isfinite().item<bool>());
    EXPECT_TRUE(gradient(log_prob, y).slice(0, 0, 3).eq(0).all().item<bool>());
    for (const Tensor& of : {y, exponent, concentration, rate})
      EXPECT_TRUE(gradient(log_prob, of).isfinite().all().item<bool>()) << gradient(log_prob, of);
    EXPECT_THROW(d.log_prob(doubles({0})), c10::ValueError);
    EXPECT_THROW(d.log_prob(doubles({-1})), c10::ValueError);
    EXPECT_EQ(d.log_prob(doubles({kInfinity})).item<double>(), -kInfinity);
    EXPECT_TRUE(unvalidated.log_prob(doubles({std::nan("")})).isnan().item<bool>());
    if (power == -1.0) {
      EXPECT_NEAR(log_prob[3].item<double>(), -1.7233338809839447, 1e-13);
    }
  }
}

TEST(TransformedDistributionTest, AnExponentOfZeroIsAPointMass) {
  const Tensor y = doubles({0.5, 1, 2});
  const TransformedDistribution d(Exponential(doubles({1})), PowerTransform(0), false);
  EXPECT_TRUE(d.log_prob(y).equal(doubles({-kInfinity, kInfinity, -kInfinity})));
  EXPECT_TRUE(d.sample({5}).eq(1).all().item<bool>());
}

// https://github.com/pytorch/pytorch/issues/59822
TEST(TransformedDistributionTest, TheCacheOfAPowerDoesNotChangeGradients) {
  const double u = std::log(1.7);  // the normal draw that y comes from
  for (const int64_t cache_size : {0, 1}) {
    const Tensor exponent = doubles({2}).requires_grad_();
    const PowerTransform t(exponent, cache_size);
    const TransformedDistribution d(LogNormal(doubles({0}), 1.0), t);
    Tensor y;
    {
      const at::NoGradGuard no_grad;
      y = t(doubles({1.7}));
    }
    // log p(y) = -(log y / e)^2 / 2 - log y - log e + c
    EXPECT_NEAR(gradient(d.log_prob(y), exponent).item<double>(), (u * u - 1) / 2, 1e-14);
    at::manual_seed(0);
    const Tensor drawn = d.sample(), x = drawn.sqrt().log();
    EXPECT_TRUE(gradient(d.log_prob(drawn), exponent).allclose((x.square() - 1) / 2));
  }
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
