#include <torch/distributions/mixture_same_family.h>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <chrono>
#include <cmath>
#include <future>
#include <limits>
#include <mutex>
#include <string>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/beta.h>
#include <torch/distributions/binomial.h>
#include <torch/distributions/dirichlet.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/log_normal.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::gradient;
using test::kInfinity;

// Components on [0, 1], [0.5, 2] and [5, 6]. In the tests the last one has no weight.
MixtureSameFamily uniforms(const Tensor& low, const Tensor& weights, Validate validate_args = {}) {
  return MixtureSameFamily(Categorical(weights), Uniform(low, doubles({1, 2, 6}), validate_args),
                           validate_args);
}

// Values are checked in the pass of the density.
TEST(MixtureSameFamilyTest, InvalidValuesAreErrors) {
  const Categorical none({.logits = doubles({-kInfinity, -kInfinity, -kInfinity})}, false);
  const Tensor x = doubles({0.5});
  EXPECT_THROW(MixtureSameFamily(none, Normal(doubles({0, 1, 2}), 1.), true).log_prob(x),
               c10::ValueError);
  const MixtureSameFamily d(Categorical(doubles({1, 1, 0})), Normal(doubles({0, 1, 2}), 1.));
  EXPECT_THROW(d.log_prob(doubles({0.5, std::nan("")})), c10::ValueError);
  EXPECT_THROW(d.expand({2}).log_prob(doubles({0.5, 1, 2})), c10::ValueError);
  EXPECT_THROW(Independent(d.expand({2}), 1, true).log_prob(doubles({0.5, std::nan("")})),
               c10::ValueError);
  // The density is 0 in double, but the value is possible.
  EXPECT_EQ(d.log_prob(doubles({1e200})).item<double>(), -kInfinity);
}

TEST(MixtureSameFamilyTest, ComponentsOfDifferentSupports) {
  const Tensor low = doubles({0, 0.5, 5}).requires_grad_(),
               weights = doubles({1, 3, 0}).requires_grad_();
  const MixtureSameFamily d = uniforms(low, weights);
  const Tensor x = doubles({0.25, 0.75, 1.5});
  const Tensor log_prob = d.log_prob(x);
  EXPECT_TRUE(log_prob.exp().allclose(doubles({0.25, 0.75, 0.5})));
  EXPECT_TRUE(gradient(log_prob, low).isfinite().all().item<bool>());
  EXPECT_TRUE(gradient(log_prob, weights).isfinite().all().item<bool>());
  EXPECT_TRUE(d.cdf(doubles({-1, 0.5, 1, 1.25, 3})).allclose(doubles({0, 0.125, 0.5, 0.625, 1})));
  EXPECT_NO_THROW(d.log_prob(d.sample({1000})));
  for (const double outside : {-1.0, 2.5, 5.5})
    EXPECT_THROW(d.log_prob(doubles({outside})), c10::ValueError) << outside;
}

// A transformed component accepts values that rounding moved out of its support.
TEST(MixtureSameFamilyTest, DrawsOfTransformedComponentsAreValues) {
  at::manual_seed(0);
  for (const auto dtype : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor low = at::tensor({1.0, 1.3}).to(dtype);
    const Categorical weights(at::tensor({0.3, 0.7}));
    const TransformedDistribution component(Uniform(low, low + 0.1), AffineTransform(100.0, 0.1));
    const MixtureSameFamily d(weights, component);
    EXPECT_FALSE(d.log_prob(d.sample({5000})).isnan().any().item<bool>()) << dtype;
    // So does a transformed mixture.
    const TransformedDistribution outer(MixtureSameFamily(weights, Uniform(low, low + 0.1)),
                                        AffineTransform(100.0, 0.1));
    EXPECT_FALSE(outer.log_prob(outer.sample({5000})).isnan().any().item<bool>()) << dtype;
    EXPECT_THROW(d.log_prob(at::full({}, 102.0)), c10::ValueError);
    EXPECT_THROW(outer.log_prob(at::full({}, 102.0)), c10::ValueError);
  }
}

TEST(MixtureSameFamilyTest, OutsideEverySupportThereIsNoDensity) {
  const Tensor low = doubles({0, 0.5, 5}).requires_grad_(),
               weights = doubles({1, 3, 0}).requires_grad_();
  const MixtureSameFamily d = uniforms(low, weights, false);
  const Tensor x = doubles({-1, 0.75, 2.5, 5.5}).requires_grad_();
  const Tensor log_prob = d.log_prob(x);
  for (const int64_t i : {0, 2, 3}) EXPECT_EQ(log_prob[i].item<double>(), -kInfinity) << i;
  for (const Tensor& parameter : {low, weights, x}) {
    EXPECT_TRUE(gradient(log_prob, parameter).isfinite().all().item<bool>());
  }
  EXPECT_TRUE(d.log_prob(doubles({std::nan("")})).isnan().item<bool>());
}

// An invalid value is not replaced by a draw, whatever its dtype.
TEST(MixtureSameFamilyTest, NoDensityUsesTheGenerator) {
  const ValidateArgsGuard off(false);
  const MixtureSameFamily mixture = uniforms(doubles({0, 0.5, 5}), doubles({1, 3, 0}));
  const TransformedDistribution transformed(mixture, ExpTransform());
  const Dirichlet dirichlet(doubles({1, 2, 3}));
  Generator generator = at::detail::getDefaultCPUGenerator();
  std::unique_lock<std::mutex> lock(generator.mutex());
  auto densities = std::async(std::launch::async, [&] {
    const ValidateArgsGuard off_here(false);
    std::vector<Tensor> results;
    for (const auto dtype : {at::kDouble, at::kLong}) {
      results.push_back(mixture.log_prob(at::tensor({-1, 7}).to(dtype)));
      results.push_back(transformed.log_prob(at::tensor({-1, 100}).to(dtype)));
      results.push_back(dirichlet.log_prob(at::tensor({1, 1, 1}).to(dtype)));
    }
    return results;
  });
  // A density that used the generator would wait until the lock is released.
  EXPECT_EQ(densities.wait_for(std::chrono::minutes(1)), std::future_status::ready);
  lock.unlock();
  for (const Tensor& density : densities.get()) {
    EXPECT_EQ(density.scalar_type(), at::kDouble);
    EXPECT_TRUE(density.eq(-kInfinity).all().item<bool>()) << density;
  }
}

TEST(MixtureSameFamilyTest, DensityIsTheWeightedSum) {
  const Tensor loc = at::randn({2, 3}, at::kDouble).requires_grad_(),
               logits = at::randn({2, 3}, at::kDouble).requires_grad_();
  const MixtureSameFamily d(Categorical({.logits = logits}), Normal(loc, 0.5));
  const Tensor x = at::randn({5, 2}, at::kDouble);
  const Tensor actual = d.log_prob(x);
  const Tensor expected =
      (Normal(loc, 0.5).log_prob(x.unsqueeze(-1)).exp() * logits.softmax(-1)).sum(-1).log();
  EXPECT_TRUE(actual.allclose(expected));
  EXPECT_TRUE(gradient(actual, loc).allclose(gradient(expected, loc)));
  EXPECT_TRUE(gradient(actual, logits).allclose(gradient(expected, logits)));
  EXPECT_TRUE(d.log_prob(doubles({1e3, -1e3})).isfinite().all().item<bool>());
}

TEST(MixtureSameFamilyTest, WeightsOfManyRows) {
  at::manual_seed(1);
  const Tensor loc = at::randn({100, 3}, at::kDouble).requires_grad_(),
               given = at::randn({100, 3}, at::kDouble).requires_grad_(),
               x = at::randn({5, 100}, at::kDouble);
  for (const bool by_logits : {false, true}) {
    const Tensor weights = given.softmax(-1);
    const Categorical mixture(by_logits ? ProbsOrLogits{.logits = given}
                                        : ProbsOrLogits{.probs = weights});
    const Tensor actual = MixtureSameFamily(mixture, Normal(loc, 0.5)).log_prob(x);
    const Tensor expected =
        (Normal(loc, 0.5).log_prob(x.unsqueeze(-1)).exp() * weights).sum(-1).log();
    EXPECT_TRUE(actual.allclose(expected));
    EXPECT_TRUE(gradient(actual, loc).allclose(gradient(expected, loc)));
    EXPECT_TRUE(gradient(actual, given).allclose(gradient(expected, given)));
  }
}

// References by mpmath: f_k / f - 1, and 1 - f_j f_k / f^2.
TEST(MixtureSameFamilyTest, AWeightOfZeroKeepsItsDerivatives) {
  const Tensor weights = doubles({0, .5, .5}).requires_grad_(),
               loc = doubles({0, 1, 2}).requires_grad_();
  const MixtureSameFamily d(Categorical(weights), Normal(loc, 1.));
  const auto derivative = [](const Tensor& y, const Tensor& x) {
    return torch::autograd::grad({y}, {x}, {}, /*retain_graph=*/true, /*create_graph=*/true)[0];
  };
  const Tensor first = derivative(d.log_prob(doubles({.3})).sum(), weights);
  EXPECT_TRUE(first.allclose(doubles({.87735658056029505, .53704956699803529, -.53704956699803529}),
                             1e-14, 0));
  const Tensor hessian = at::stack({derivative(first[0], weights), derivative(first[1], weights),
                                    derivative(first[2], weights)});
  EXPECT_TRUE(
      hessian.allclose(doubles({-2.5244677305730436, -1.8855901192511137, .13087695813052355,
                                -1.8855901192511137, -1.3625213714088478, .28842223741277719,
                                .13087695813052355, .28842223741277719, .78567689658329338})
                           .view({3, 3}),
                       1e-13, 0));
  EXPECT_TRUE(
      derivative(first[0], loc)[0].allclose(doubles({.56320697416808852}).squeeze(), 1e-14, 0));
  // An optimiser can give weight to the component again. Its parameters have no gradient until
  // then.
  EXPECT_EQ(derivative(d.log_prob(doubles({.3})).sum(), loc)[0].item<double>(), 0);
}

TEST(MixtureSameFamilyTest, AWeightOfZeroKeepsTheDerivativesOfMoments) {
  const Tensor weights = doubles({0, .5, .5}).requires_grad_();
  const MixtureSameFamily d(Categorical(weights), Normal(doubles({5, 1, 2}), 1.));
  EXPECT_TRUE(gradient(d.mean(), weights).allclose(doubles({3.5, -.5, .5})));
  // The derivative is v_k + (m_k - m)^2 - v for the mean m and the variance v.
  EXPECT_TRUE(gradient(d.variance(), weights).allclose(doubles({12, 0, 0})));
  EXPECT_TRUE(gradient(d.stddev(), weights).allclose(doubles({6, 0, 0}) / std::sqrt(1.25)));
  const MixtureSameFamily masked(Categorical(weights), Normal(doubles({kInfinity, 1, 2}), 1.));
  EXPECT_TRUE(gradient(masked.mean(), weights).allclose(doubles({-1.5, -.5, .5})));
  // Events of two numbers.
  const MixtureSameFamily events(
      Categorical(weights),
      Independent(Normal(doubles({5, 50, 1, 10, 2, 20}).view({3, 2}), 1.), 1));
  EXPECT_TRUE(gradient(events.mean(), weights).allclose(doubles({38.5, -5.5, 5.5})));
}

// A component without weight whose density far exceeds that of the others.
TEST(MixtureSameFamilyTest, DerivativesOfAWeightOfZeroDoNotOverflow) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    const Tensor weights = doubles({0, 1, 1}).to(dtype).requires_grad_();
    const MixtureSameFamily d(Categorical(weights),
                              Normal(doubles({100, 0, 0}), doubles({1, 1, 2})).to(dtype));
    const Tensor log_prob = d.log_prob(doubles({100}).to(dtype));
    // The component of scale 2: 100^2 / 8 + log 4 + log(2 pi) / 2.
    EXPECT_NEAR(log_prob.item<double>(), -1252.3052, 1e-3);
    const Tensor slope = gradient(log_prob, weights);
    EXPECT_TRUE(slope.isfinite().all().item<bool>()) << slope;
    EXPECT_GT(slope[0].item<double>(), 1e37);
    EXPECT_NEAR(slope[2].item<double>(), .5, 1e-6);
  }
}

TEST(MixtureSameFamilyTest, AnInfiniteDensityIsInfinite) {
  const Tensor zero = doubles({0});
  for (const bool by_logits : {false, true}) {
    const Tensor given = (by_logits ? doubles({0, 0}) : doubles({.5, .5})).requires_grad_();
    const Categorical weights(by_logits ? ProbsOrLogits{.logits = given}
                                        : ProbsOrLogits{.probs = given});
    const MixtureSameFamily one(weights, Beta(doubles({.5, 2}), doubles({1, 2}))),
        both(weights, Gamma(doubles({.5, .25}), 1.));
    EXPECT_EQ(one.log_prob(zero).item<double>(), kInfinity);
    EXPECT_EQ(both.log_prob(zero).item<double>(), kInfinity);
    EXPECT_FALSE(gradient(one.log_prob(zero), given).isnan().any().item<bool>());
    EXPECT_TRUE(one.log_prob(doubles({.5, 0, .25}))
                    .equal(at::cat({one.log_prob(doubles({.5})), doubles({kInfinity}),
                                    one.log_prob(doubles({.25}))})));
  }
  // f_k / f is 2 for the component with an infinite density and 0 for the other.
  const Tensor weights = doubles({.5, .5}).requires_grad_();
  const MixtureSameFamily d(Categorical(weights), Beta(doubles({.5, 2}), doubles({1, 2})));
  EXPECT_TRUE(gradient(d.log_prob(zero), weights).allclose(doubles({1, -1})));
  // A component without weight adds nothing, even if its density is infinite.
  const MixtureSameFamily masked(Categorical(doubles({0, 1})), Gamma(doubles({.5, 1}), 1.)),
      masked_logits(Categorical({.logits = doubles({-kInfinity, 0})}), Gamma(doubles({.5, 1}), 1.));
  EXPECT_EQ(masked.log_prob(zero).item<double>(), 0);
  EXPECT_EQ(masked_logits.log_prob(zero).item<double>(), 0);
}

TEST(MixtureSameFamilyTest, VanishedDensitiesHaveNoGradient) {
  for (const bool create_graph : {false, true}) {
    const Tensor scale = at::ones({2}).requires_grad_(), weights = at::ones({2}).requires_grad_();
    const MixtureSameFamily d(Categorical(weights), Normal(at::tensor({0.f, 1.f}), scale));
    const Tensor log_prob = d.log_prob(at::tensor({3e19f}));
    EXPECT_EQ(log_prob.item<float>(), -kInfinity);
    for (const Tensor& slope : torch::autograd::grad({log_prob}, {scale, weights}, {},
                                                     /*retain_graph=*/true, create_graph)) {
      EXPECT_TRUE(slope.allclose(at::zeros({2}), 0, 1e-6)) << create_graph << slope;
    }
  }
}

// An infinite slope is multiplied by a responsibility of 0, with and without create_graph.
TEST(MixtureSameFamilyTest, AnInfiniteSlopeOfNoShareAddsNothing) {
  const Tensor weights = doubles({0.3, 0.7}).requires_grad_();
  const Tensor a = doubles({2.5, 3}).requires_grad_(), b = doubles({1.5, 2}).requires_grad_();
  const std::vector<std::pair<DistributionPtr, double>> all{{Gamma(a, b), 0},
                                                            {Beta(a, b), 0},
                                                            {Beta(a, b), 1},
                                                            {Normal(a, b), kInfinity},
                                                            {LogNormal(a, b), kInfinity}};
  for (const auto& [components, value] : all) {
    const MixtureSameFamily d(Categorical(weights), components);
    const Tensor x = doubles({value, 0.5}).requires_grad_();
    const Tensor log_prob = d.log_prob(x), of_other = d.log_prob(x.detach().slice(0, 1));
    const std::vector<Tensor> inputs{a, b};
    const auto expected = torch::autograd::grad({of_other.sum()}, inputs, {}, true);
    for (const bool create_graph : {false, true}) {
      const auto slopes =
          torch::autograd::grad({log_prob.sum()}, inputs, {}, /*retain_graph=*/true, create_graph);
      for (std::size_t i = 0; i < inputs.size(); ++i)
        EXPECT_TRUE(slopes[i].allclose(expected[i])) << *components << value << slopes[i];
    }
  }
}

TEST(MixtureSameFamilyTest, TheVarianceOfInfiniteMeans) {
  const auto variance = [](const Tensor& weights, const DistributionPtr& components) {
    const MixtureSameFamily d{Categorical(weights), components};
    EXPECT_EQ(d.stddev().item<double>(), std::sqrt(d.variance().item<double>()));
    return d.variance().item<double>();
  };
  const Tensor half = doubles({.5, .5});
  EXPECT_EQ(variance(half, LogNormal(doubles({0, 0}), doubles({1, 50}))), kInfinity);
  EXPECT_EQ(variance(half, LogNormal(at::zeros({2}, at::kHalf), 11.)), kInfinity);
  EXPECT_EQ(variance(half, Normal(doubles({0, kInfinity}), 1.)), kInfinity);
  EXPECT_EQ(variance(half, Normal(doubles({-kInfinity, kInfinity}), 1.)), kInfinity);
  EXPECT_EQ(variance(half, Normal(doubles({kInfinity, kInfinity}), 2.)), 4);
  EXPECT_EQ(variance(doubles({0, 1}), Normal(doubles({kInfinity, 3}), 2.)), 4);
  EXPECT_EQ(variance(doubles({0, 1}), Normal(doubles({3, kInfinity}), 2.)), 4);
}

TEST(MixtureSameFamilyTest, TheWeightsHaveASumOfOne) {
  // The sum of the rounded weights is 1.0000916.
  const Tensor logits = doubles({3.494, -3.957}).to(at::kHalf);
  const MixtureSameFamily coarse(Categorical({.logits = logits}),
                                 Normal(at::zeros({2}, at::kHalf), 1.));
  EXPECT_EQ(coarse.cdf(doubles({30})).item<double>(), 1);
  const MixtureSameFamily equal(Categorical({.logits = logits}),
                                Normal(at::ones({2}, at::kDouble), 1.));
  EXPECT_NEAR(equal.mean().item<double>(), 1, 1e-15);
  EXPECT_NEAR(equal.log_prob(doubles({1})).item<double>(), -0.91893853320467274, 1e-15);

  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    for (int i = 0; i < 50; ++i) {
      const Tensor given = (4 * at::randn({20, 7})).clamp_max(8).to(dtype);
      for (const ProbsOrLogits& weights :
           {ProbsOrLogits{.logits = given}, {.probs = given.exp()}}) {
        const Categorical mixture(weights);
        const MixtureSameFamily certain(mixture, Bernoulli(at::ones({7}, dtype))),
            normals(mixture, Normal(at::zeros({7}, dtype), 1.));
        EXPECT_LE(certain.log_prob(at::ones({20}, dtype)).max().item<double>(), 0);
        EXPECT_LE(normals.cdf(at::full({20}, 30., dtype)).max().item<double>(), 1);
      }
    }
  }
}

TEST(MixtureSameFamilyTest, MixturesOfMixturesOfMixtures) {
  const auto weights = [](std::vector<double> w) { return Categorical(doubles(std::move(w))); };
  const MixtureSameFamily inner(weights({.5, .5}), Normal(at::zeros({2, 1, 2}, at::kDouble), 1.)),
      middle(weights({1}), inner), outer(weights({.5, .5}), middle);
  EXPECT_EQ(outer.sample().sizes(), IntArrayRef());
  EXPECT_EQ(outer.sample({3}).sizes(), IntArrayRef({3}));
  EXPECT_TRUE(outer.log_prob(doubles({.5})).allclose(Normal(0., 1.).log_prob(doubles({.5}))));
  const MixtureSameFamily wide = outer.expand({2, 3});
  EXPECT_EQ(wide.sample({4}).sizes(), IntArrayRef({4, 2, 3}));
  EXPECT_EQ(wide.mean().sizes(), IntArrayRef({2, 3}));
}

TEST(MixtureSameFamilyTest, AnErrorNamesTheFirstImpossibleValue) {
  const MixtureSameFamily d(Categorical(at::tensor({1., 3., 0.})),
                            Uniform(at::tensor({0., 0.5, 5.}), at::tensor({1., 2., 6.})));
  const auto message = [](const Distribution& mixture, const Tensor& x) -> std::string {
    try {
      mixture.log_prob(x);
    } catch (const c10::ValueError& error) {
      return error.what_without_backtrace();
    }
    return "nothing was thrown";
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(message(d, at::tensor({.5, 1.5, 5.5, -1.})),
              HasSubstr("the first is 5.5 at index [2]"));
  EXPECT_THAT(message(d, at::tensor({.5, .5, .5, 2.5}).view({2, 2})),
              HasSubstr("the first is 2.5 at index [1, 1]"));
  EXPECT_THAT(
      message(Independent(d.expand({2}), 1, true), at::tensor({.5, .5, .5, 2.5}).view({2, 2})),
      HasSubstr("the first is tensor([0.5000, 2.5000], dtype=torch.float64) at index [1]"));
}

TEST(MixtureSameFamilyTest, MomentsOfEvents) {
  const Tensor loc = doubles({0, 1, 4, 5}).view({2, 2});
  const MixtureSameFamily d(Categorical(doubles({1, 3})),
                            Independent(Normal(loc, doubles({1, 2})), 1));
  EXPECT_TRUE(d.mean().allclose(doubles({3, 4})));
  // The mean of the variances plus the variance of the means, 0.25 * 0.75 * 16.
  EXPECT_TRUE(d.variance().allclose(doubles({1 + 3, 4 + 3})));
  const MixtureSameFamily masked(Categorical(doubles({1, 0})),
                                 Normal(doubles({2, kInfinity}), 1.0));
  EXPECT_EQ(masked.mean().item<double>(), 2);
  EXPECT_EQ(masked.variance().item<double>(), 1);
}

TEST(MixtureSameFamilyTest, BatchesBroadcast) {
  const Normal components(at::zeros({4, 3}), 1.0);
  const MixtureSameFamily shared(Categorical(at::ones({3})), components),
      apart(Categorical(at::ones({2, 1, 3})), components),
      of_one(Categorical(at::ones({10, 3})), Normal(at::zeros({3}), 1.0));
  for (const auto& [d, shape] :
       {std::pair(&shared, std::vector<int64_t>{4}), {&apart, {2, 4}}, {&of_one, {10}}}) {
    EXPECT_EQ(d->batch_shape(), IntArrayRef(shape));
    auto sample_shape = shape;
    sample_shape.insert(sample_shape.begin(), 7);
    const Tensor x = d->sample({7});
    EXPECT_EQ(x.sizes(), IntArrayRef(sample_shape));
    EXPECT_EQ(d->log_prob(x).sizes(), IntArrayRef(sample_shape));
    EXPECT_EQ(d->mean().sizes(), IntArrayRef(shape));
    EXPECT_EQ(d->sample({0}).size(0), 0);
    auto expanded = shape;
    expanded.insert(expanded.begin(), 5);
    EXPECT_EQ(d->expand(expanded).sample().sizes(), IntArrayRef(expanded));
  }
}

TEST(MixtureSameFamilyTest, ShapesThatDoNotFitAreRefused) {
  EXPECT_THROW(MixtureSameFamily(Categorical(at::ones({2})), Normal(at::zeros({3}), 1.0)),
               c10::ValueError);
  EXPECT_THROW(MixtureSameFamily(Categorical(at::ones({2})), Normal(0.0, 1.0)), c10::ValueError);
  EXPECT_THROW(MixtureSameFamily(Categorical(at::ones({5, 3})), Normal(at::zeros({4, 3}), 1.0)),
               c10::ValueError);
}

TEST(MixtureSameFamilyTest, DrawsEachValueFromItsComponent) {
  const MixtureSameFamily d(Categorical(doubles({1, 3})),
                            MultivariateNormal(doubles({0, 0, 100, 200}).view({2, 2}),
                                               {.scale_tril = at::eye(2, at::kDouble)}));
  const auto draw = [&] { return d.sample({4000}, at::detail::createCPUGenerator(3)); };
  const Tensor x = draw();
  EXPECT_TRUE(x.equal(draw()));
  const Tensor second = x.select(-1, 0) > 50;
  EXPECT_TRUE(second.equal(x.select(-1, 1) > 100));
  EXPECT_NEAR(second.to(at::kDouble).mean().item<double>(), 0.75,
              5 * std::sqrt(0.75 * 0.25 / 4000));
  EXPECT_FALSE(d.has_rsample());
  EXPECT_THROW(d.rsample(), c10::NotImplementedError);
}

TEST(MixtureSameFamilyTest, DiscreteComponents) {
  const MixtureSameFamily d(Categorical(at::ones({10, 5})), Binomial(3, at::full({5}, 0.5)));
  EXPECT_TRUE(d.log_prob(at::ones({10})).exp().allclose(at::full({10}, 0.375)));
  EXPECT_TRUE(d.support()->is_discrete());
}

TEST(MixtureSameFamilyTest, TailsAreAddedByTheirLogarithms) {
  const MixtureSameFamily d(Categorical(doubles({0.25, 0.75})), Normal(doubles({-1, 2}), 1.0));
  // mpmath: log(erfc(101 / sqrt(2)) / 8 + 3 erfc(98 / sqrt(2)) / 8)
  EXPECT_NEAR(d.log_survival_function(doubles({100})).item<double>() / -4807.7916921805187592, 1,
              1e-15);
  const Tensor x = doubles({-3, 0, 5});
  EXPECT_TRUE(d.log_cdf(x).allclose(d.cdf(x).log(), 1e-14, 1e-15));
  EXPECT_TRUE(d.survival_function(x).allclose(1 - d.cdf(x), 1e-13, 1e-15));
  // A component of weight 0 has no part in them, even where its tail is empty.
  const MixtureSameFamily one(Categorical(doubles({1, 0})),
                              Uniform(doubles({0, 2}), doubles({1, 3})), false);
  EXPECT_NEAR(one.log_survival_function(doubles({0.25})).item<double>(), std::log(0.75), 1e-15);
  EXPECT_EQ(one.log_survival_function(doubles({2.5})).item<double>(), -INFINITY);
  const MixtureSameFamily none(Categorical(doubles({0.5, 0.5})), Beta(doubles({1, 2}), 2.0));
  EXPECT_THROW(none.log_cdf(doubles({0.5})), c10::NotImplementedError);
}

TEST(MixtureSameFamilyTest, AnEmptyBatchHasNoLogProb) {
  const MixtureSameFamily d(Categorical({1.0, 2.0}), Normal(at::zeros({0, 2}), 1.0));
  for (const DistributionPtr& each :
       {DistributionPtr(d), DistributionPtr(d.expand({0})), DistributionPtr(d.expand({3, 0}))}) {
    const Tensor log_prob = each->log_prob(at::zeros(each->batch_shape()));
    EXPECT_EQ(log_prob.sizes(), each->batch_shape());
  }
}

}  // namespace
}  // namespace torch::distributions
