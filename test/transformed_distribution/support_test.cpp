#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/constraint_registry.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/exponential.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transformed_distribution.h>
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

TEST(TransformedDistributionTest, SupportNeedsNoData) {
  const auto meta = [](double x) { return at::full({2}, x, at::TensorOptions(at::kMeta)); };
  const TransformedDistribution d(Exponential(meta(1)), AffineTransform(meta(0), meta(2)));
  EXPECT_NO_THROW(d.support());
}

}  // namespace
}  // namespace torch::distributions
