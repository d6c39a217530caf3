#include <torch/distributions/mixture_same_family.h>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include <torch/distributions/binomial.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/multivariate_normal.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/uniform.h>

namespace torch::distributions {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor doubles(std::vector<double> values) { return at::tensor(values, at::kDouble); }

Tensor gradient(const Tensor& y, const Tensor& x) {
  return torch::autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true)[0];
}

// Components on [0, 1], [0.5, 2] and [5, 6], the last without weight.
MixtureSameFamily uniforms(const Tensor& low, const Tensor& weights, Validate validate_args = {}) {
  return MixtureSameFamily(Categorical(weights), Uniform(low, doubles({1, 2, 6}), validate_args),
                           validate_args);
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

TEST(MixtureSameFamilyTest, MomentsOfEvents) {
  const Tensor loc = doubles({0, 1, 4, 5}).view({2, 2});
  const MixtureSameFamily d(Categorical(doubles({1, 3})),
                            Independent(Normal(loc, doubles({1, 2})), 1));
  EXPECT_TRUE(d.mean().allclose(doubles({3, 4})));
  // The mean of the variances and the variance of the means, 0.25 * 0.75 * 16.
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

}  // namespace
}  // namespace torch::distributions
