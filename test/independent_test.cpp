#include <torch/distributions/independent.h>

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <sstream>
#include <string>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/categorical.h>
#include <torch/distributions/mixture_same_family.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/one_hot_categorical.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/uniform.h>

namespace torch::distributions {
namespace {

TEST(IndependentTest, SumsOverTheEvent) {
  const Normal base(at::randn({2, 3, 4}), 1.0);
  const Tensor value = at::randn({5, 2, 3, 4});
  for (int64_t n = 0; n <= 3; ++n) {
    const Independent d(base, n);
    EXPECT_EQ(d.batch_shape(), base.batch_shape().slice(0, static_cast<std::size_t>(3 - n)));
    EXPECT_EQ(d.event_shape(), base.batch_shape().slice(static_cast<std::size_t>(3 - n)));
    Tensor log_prob = base.log_prob(value), entropy = base.entropy();
    for (int64_t i = 0; i < n; ++i) log_prob = log_prob.sum(-1), entropy = entropy.sum(-1);
    EXPECT_TRUE(d.log_prob(value).allclose(log_prob)) << n;
    EXPECT_TRUE(d.entropy().allclose(entropy)) << n;
    EXPECT_TRUE(d.stddev().equal(base.stddev())) << n;
    EXPECT_EQ(d.support()->event_dim(), n);
  }
}

TEST(IndependentTest, OfAnIndependent) {
  const Normal base(at::zeros({2, 3}), 1.0);
  const Independent nested(Independent(base, 1), 1), flat(base, 2);
  EXPECT_EQ(nested.event_shape(), flat.event_shape());
  EXPECT_TRUE(nested.log_prob(at::ones({2, 3})).allclose(flat.log_prob(at::ones({2, 3}))));
}

TEST(IndependentTest, BatchDimensionsThatAreNotThereAreRefused) {
  EXPECT_THROW(Independent(Normal(0.0, 1.0), 1), c10::ValueError);
  EXPECT_THROW(Independent(Normal(at::zeros({2}), 1.0), -1), c10::ValueError);
}

TEST(IndependentTest, TheBaseValidates) {
  const Bernoulli base(at::full({2}, 0.5)), unchecked(at::full({2}, 0.5), false);
  const Tensor wrong = at::tensor({0.0, 2.0});
  EXPECT_THROW(Independent(base, 1).log_prob(wrong), c10::ValueError);
  EXPECT_NO_THROW(Independent(unchecked, 1).log_prob(wrong));
  EXPECT_THROW(Independent(unchecked, 1, true).log_prob(wrong), c10::ValueError);
}

TEST(IndependentTest, DelegatesWhatItHas) {
  const Independent smooth(Normal(at::zeros({3}), 1.0), 1),
      discrete(Bernoulli(at::full({3}, 0.5)), 1), trivial(Bernoulli(at::full({3}, 0.5)), 0);
  EXPECT_TRUE(smooth.has_rsample());
  EXPECT_FALSE(discrete.has_rsample());
  EXPECT_THROW(discrete.rsample(), c10::NotImplementedError);
  EXPECT_TRUE(discrete.has_enumerate_support());
  EXPECT_TRUE(trivial.has_enumerate_support());
  EXPECT_EQ(trivial.enumerate_support().sizes(), IntArrayRef({2, 3}));
  EXPECT_FALSE(smooth.has_enumerate_support());
  EXPECT_THROW(smooth.enumerate_support(), c10::NotImplementedError);
  EXPECT_THROW(discrete.cdf(at::zeros({3})), c10::NotImplementedError);
  EXPECT_THROW(smooth.log_cdf(at::zeros({3})), c10::NotImplementedError);
  EXPECT_THROW(smooth.survival_function(at::zeros({3})), c10::NotImplementedError);
  EXPECT_THROW(smooth.log_survival_function(at::zeros({3})), c10::NotImplementedError);
  EXPECT_THROW(smooth.icdf(at::full({3}, 0.5)), c10::NotImplementedError);
}

TEST(IndependentTest, CdfIsTheProductOverTheEvent) {
  const Uniform base(at::zeros({2, 3}, at::kDouble), 1.0);
  const Tensor x = at::tensor({0.5, 0.25, 2.0, -1.0, 0.5, 0.5}, at::kDouble).view({2, 3});
  EXPECT_TRUE(Independent(base, 0).cdf(x).equal(base.cdf(x)));
  EXPECT_TRUE(Independent(base, 1).cdf(x).equal(at::tensor({0.125, 0.0}, at::kDouble)));
  EXPECT_EQ(Independent(base, 2).cdf(x.abs()).item<double>(), 0.125 * 0.25);
  EXPECT_TRUE(
      Independent(Independent(base, 1), 1).cdf(x.abs()).equal(Independent(base, 2).cdf(x.abs())));
  EXPECT_EQ(Independent(base, 1).cdf(x.expand({4, 2, 3})).sizes(), IntArrayRef({4, 2}));
  EXPECT_EQ(
      Independent(Uniform(at::zeros({2, 0}), 1.0), 1).cdf(at::zeros({2, 0})).sum().item<double>(),
      2);
  EXPECT_TRUE(Independent(base, 1).cdf(at::full({2, 3}, NAN)).isnan().all().item<bool>());
  EXPECT_THROW(Independent(base, 1, true).cdf(at::zeros({2})), c10::ValueError);

  // The derivative in a factor that is 0 is the product of the others.
  const Tensor at_zero = at::tensor({0.0, 0.25, 0.5}, at::kDouble).requires_grad_();
  const Tensor high = at::ones({3}, at::kDouble).requires_grad_();
  const Tensor gradient =
      torch::autograd::grad({Independent(Uniform(-1e-300, high), 1).cdf(at_zero)}, {at_zero})[0];
  EXPECT_TRUE(gradient.allclose(at::tensor({0.125, 0.0, 0.0}, at::kDouble)));
}

TEST(IndependentTest, EnumeratesAllCombinationsInOrder) {
  const auto categories = [](IntArrayRef shape) { return Categorical(at::ones(shape)); };
  // The events [0, 0], [0, 1], [0, 2], [1, 0], ...
  const Tensor pairs = at::stack({at::arange(9).floor_divide(3), at::arange(9).remainder(3)}, -1);
  EXPECT_TRUE(Independent(categories({2, 3}), 1).enumerate_support().equal(pairs));
  const Independent batched(categories({4, 2, 3}), 1);
  EXPECT_TRUE(batched.enumerate_support(false).equal(pairs.unsqueeze(1)));
  EXPECT_TRUE(batched.enumerate_support(true).equal(pairs.unsqueeze(1).expand({9, 4, 2})));
  EXPECT_TRUE(batched.log_prob(batched.enumerate_support()).exp().sum(0).allclose(at::ones({4})));

  const Independent flat(categories({2, 2, 2}), 2),
      nested(Independent(categories({2, 2, 2}), 1), 1);
  EXPECT_EQ(flat.enumerate_support().sizes(), IntArrayRef({16, 2, 2}));
  EXPECT_TRUE(flat.enumerate_support().equal(nested.enumerate_support()));
  EXPECT_TRUE(flat.enumerate_support().equal(
      Independent(categories({4, 2}), 1).enumerate_support().view({16, 2, 2})));

  // Events of more dimensions: pairs of one-hot vectors.
  const Independent hot(OneHotCategorical(at::ones({5, 2, 3})), 1);
  const Tensor ones = hot.enumerate_support(false);
  EXPECT_EQ(ones.sizes(), IntArrayRef({9, 1, 2, 3}));
  EXPECT_TRUE(ones.argmax(-1).equal(pairs.unsqueeze(1)));
  EXPECT_EQ(hot.enumerate_support().sizes(), IntArrayRef({9, 5, 2, 3}));

  // The empty event is the only event.
  EXPECT_EQ(Independent(categories({0, 3}), 1).enumerate_support().sizes(), IntArrayRef({1, 0}));
  EXPECT_EQ(Independent(categories({1000, 1}), 1).enumerate_support().sizes(),
            IntArrayRef({1, 1000}));
  EXPECT_EQ(Independent(Bernoulli(at::full({20}, 0.5)), 1).enumerate_support().size(0), 1 << 20);
  for (const int64_t size : {21, 1000, 100000}) {
    try {
      Independent(Bernoulli(at::full({size}, 0.5)), 1).enumerate_support();
      FAIL() << size;
    } catch (const c10::ValueError& error) {
      EXPECT_NE(std::string(error.what()).find("2^" + std::to_string(size)), std::string::npos);
    }
  }
}

TEST(IndependentTest, ChangesReachTheBase) {
  const Independent d(Normal(at::zeros({3}), 1.0), 1);
  const Independent wide = d.expand({2, 4});
  EXPECT_EQ(wide.base_dist()->batch_shape(), IntArrayRef({2, 4, 3}));
  EXPECT_EQ(wide.sample({5}).sizes(), IntArrayRef({5, 2, 4, 3}));
  EXPECT_EQ(d.to(at::kDouble).sample().scalar_type(), at::kDouble);
  EXPECT_THROW(wide.expand({3, 4}), c10::ValueError);
  std::ostringstream text;
  text << wide;
  EXPECT_EQ(text.str(),
            "Independent(Normal(loc: torch.Size([2, 4, 3]), scale: torch.Size([2, 4, 3])), 1)");
}

// The parts of a mixture may have fewer batch dimensions than the mixture.
TEST(IndependentTest, ExpandsAWholeOfWhichAPartHasASmallerBatch) {
  const auto expect_expanded = [](const Distribution& d) {
    const auto x = d.expand({4});
    EXPECT_EQ(x->batch_shape(), IntArrayRef({4}));
    EXPECT_EQ(x->event_shape(), d.event_shape());
    const Tensor draw = x->sample({2});
    ASSERT_EQ(draw.dim(), 2 + static_cast<int64_t>(d.event_shape().size()));
    EXPECT_EQ(x->log_prob(draw).sizes(), IntArrayRef({2, 4}));
    EXPECT_TRUE(x->log_prob(draw).allclose(d.log_prob(draw)));
    EXPECT_EQ(x->expand({3, 4})->sample().size(0), 3);
  };
  const Tensor half = at::tensor({.5, .5}, at::kDouble);
  const MixtureSameFamily narrow_weights(Categorical(half),
                                         Normal(at::zeros({3, 2}, at::kDouble), 1.)),
      narrow_components(Categorical(at::ones({3, 2}, at::kDouble)),
                        Normal(at::tensor({0., 5.}, at::kDouble), 1.));
  for (const auto* mixture : {&narrow_weights, &narrow_components}) {
    expect_expanded(Independent(*mixture, 1));
    expect_expanded(Independent(Independent(*mixture, 0), 1));
    // Mixtures of mixtures.
    expect_expanded(MixtureSameFamily(Categorical(at::ones({3}, at::kDouble)), *mixture));
    expect_expanded(MixtureSameFamily(Categorical(half), Independent(mixture->expand({2, 3}), 1)));
    expect_expanded(Independent(
        MixtureSameFamily(Categorical(at::ones({3}, at::kDouble)), mixture->expand({5, 3})), 1));
    expect_expanded(Independent(TransformedDistribution(*mixture, ExpTransform()), 1));
    expect_expanded(Independent(
        Independent(TransformedDistribution(mixture->expand({5, 3}), ExpTransform()), 1), 1));
  }
}

TEST(IndependentTest, SamplesTheBase) {
  const Normal base(at::zeros({3}), 1.0);
  at::manual_seed(3);
  const Tensor expected = base.sample({4, 0}), more = base.sample({4});
  at::manual_seed(3);
  const Independent d(base, 1);
  EXPECT_EQ(d.sample({4, 0}).sizes(), expected.sizes());
  EXPECT_TRUE(d.sample({4}).equal(more));
}

}  // namespace
}  // namespace torch::distributions
