// What CatTransform and StackTransform have in common.

#include <torch/distributions/core/joint_transform.h>

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <atomic>
#include <cmath>
#include <thread>

#include <torch/distributions/constraints/joint.h>
#include <torch/distributions/independent.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/transformed_distribution.h>
#include <torch/distributions/transforms/affine.h>
#include <torch/distributions/transforms/cat.h>
#include <torch/distributions/transforms/compose.h>
#include <torch/distributions/transforms/exp.h>
#include <torch/distributions/transforms/independent.h>
#include <torch/distributions/transforms/sigmoid.h>
#include <torch/distributions/transforms/stack.h>
#include <torch/distributions/transforms/stick_breaking.h>
#include <torch/distributions/transforms/tanh.h>
#include <torch/distributions/uniform.h>

#include "support/tensors.h"

namespace torch::distributions {
namespace {

/// Both ways to apply two transforms to the elements of vectors of length 2.
std::vector<TransformPtr> both(const TransformPtr& a, const TransformPtr& b,
                               int64_t cache_size = 0) {
  return {CatTransform({a, b}, -1, {}, cache_size), StackTransform({a, b}, -1, cache_size)};
}

TEST(JointTransform, HasAccessors) {
  for (const TransformPtr& t : both(ExpTransform(), TanhTransform())) {
    const auto& joint = t.as<core::JointTransform>();
    EXPECT_EQ(joint.dim(), -1);
    EXPECT_EQ(joint.transforms().size(), 2);
    EXPECT_TRUE(joint.transforms()[1] == TanhTransform());
    EXPECT_TRUE(joint.bijective());
  }
  EXPECT_THAT(CatTransform({ExpTransform(), TanhTransform()}).lengths(),
              ::testing::ElementsAre(1, 1));
}

TEST(JointTransform, EqualsWhatHasEqualParts) {
  const TransformPtr exp = ExpTransform(), tanh = TanhTransform();
  const std::vector<std::vector<TransformPtr>> rows{
      {CatTransform({exp, tanh}), CatTransform({exp, TanhTransform(1)}, 0, {1, 1}, 1)},
      {CatTransform({tanh, exp})},
      {CatTransform({exp, tanh}, 1)},
      {CatTransform({exp, tanh}, 0, {1, 2})},
      {StackTransform({exp, tanh}), StackTransform({exp, tanh}, 0, 1)},
      {StackTransform({exp, tanh}, -1)},
      {StackTransform({exp, tanh, exp})}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t k = 0; k < rows.size(); ++k) {
      EXPECT_EQ(rows[i].front() == rows[k].back(), i == k) << i << ' ' << k;
      EXPECT_EQ(hash_value(rows[i].front()) == hash_value(rows[k].back()), i == k) << i << k;
    }
    EXPECT_EQ(hash_value(rows[i].front()), hash_value(rows[i].back()));
    EXPECT_TRUE(rows[i].front()->inv()->inv() == rows[i].front());
  }
}

TEST(JointTransform, ItsPartsCache) {
  const TransformPtr composed = ComposeTransform({TanhTransform(), AffineTransform(0, 3)});
  for (const TransformPtr& plain : both(composed, TanhTransform())) {
    EXPECT_EQ(plain->cache_size(), 0);
    const TransformPtr t = plain->with_cache();
    EXPECT_EQ(t->cache_size(), 1);
    for (const TransformPtr& part : t.as<core::JointTransform>().transforms())
      EXPECT_EQ(part->cache_size(), 1);
    const Tensor x = at::tensor({-40.0, 40.0}, at::kDouble), y = t(x);
    EXPECT_TRUE(t(x).is_same(y));
    EXPECT_TRUE(t->inv()(y).is_same(x));
    const auto found = t->preimage(y);
    EXPECT_TRUE(found.x.equal(x)) << "tanh rounds to 1, whose inverse is infinite";
    EXPECT_FALSE(found.outside.defined());
    EXPECT_TRUE(found.log_abs_det_jacobian.equal(t->log_abs_det_jacobian(x, y)));
    EXPECT_TRUE(plain->preimage(y).outside.all().item<bool>());
    EXPECT_EQ(t->with_cache(0)->cache_size(), 0);
    EXPECT_TRUE(t->with_cache(0)->preimage(y).outside.all().item<bool>());
    EXPECT_TRUE(t->detach()->preimage(y).outside.all().item<bool>());
    EXPECT_TRUE(t->inv()->inv()->preimage(y).x.equal(x));
    // A draw is scored where it was drawn.
    const TransformedDistribution d(Normal(at::full({2}, 40.0, at::kDouble), 1), t);
    const Tensor draw = d.sample();
    EXPECT_TRUE(d.log_prob(draw).isfinite().all().item<bool>());
    EXPECT_FALSE(d.log_prob(draw.clone()).isfinite().any().item<bool>());
  }
}

TEST(JointTransform, CacheNoticesModificationInPlace) {
  for (const TransformPtr& t : both(ExpTransform(), TanhTransform(), 1)) {
    const Tensor x = at::zeros({2}, at::kDouble), y = t(x);
    y.fill_(0.5);
    EXPECT_TRUE(
        t->preimage(y).x.allclose(at::tensor({std::log(0.5), std::atanh(0.5)}, at::kDouble)));
    x.fill_(1);
    EXPECT_TRUE(t->log_abs_det_jacobian(x, t(x)).allclose(
        at::tensor({1.0, std::log1p(-std::pow(std::tanh(1.0), 2))}, at::kDouble)));
  }
}

TEST(JointTransform, CacheDoesNotChangeGradients) {
  for (const bool drawn_with_graph : {false, true}) {
    std::vector<Tensor> gradients;
    for (const int64_t cache_size : {0, 1}) {
      for (std::size_t i = 0; i < 2; ++i) {
        const Tensor loc = at::ones({}, at::kDouble).requires_grad_(),
                     scale = at::full({}, 2.0, at::kDouble).requires_grad_();
        const TransformPtr t =
            both(AffineTransform(loc, scale), AffineTransform(scale, loc), cache_size)[i];
        Tensor y;
        {
          const at::AutoGradMode mode(drawn_with_graph);
          y = t(at::tensor({0.7, -0.4}, at::kDouble));
        }
        const auto [x, log_det, outside] = t->preimage(y.detach_());
        gradients.push_back(
            at::stack(autograd::grad({(-0.5 * x.square() - log_det).sum()}, {loc, scale})));
      }
    }
    for (const Tensor& gradient : gradients)
      EXPECT_TRUE(gradient.allclose(gradients[0], 1e-12, 1e-12)) << drawn_with_graph;
  }
  // y has become a leaf after it was cached.
  for (const TransformPtr& t : both(ExpTransform(), TanhTransform(), 1)) {
    const Tensor y = t(at::zeros({2}, at::kDouble));
    y.requires_grad_();
    EXPECT_TRUE(t->preimage(y).x.requires_grad());
  }
}

TEST(JointTransform, CacheTakesManyThreads) {
  for (const TransformPtr& t : both(AffineTransform(1, 2), AffineTransform(-1, 4), 1)) {
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int k = 0; k < 4; ++k) {
      threads.emplace_back([&, k] {
        const Tensor x = at::full({2}, static_cast<double>(k), at::kDouble);
        const Tensor want = at::tensor({1 + 2.0 * k, -1 + 4.0 * k}, at::kDouble);
        for (int i = 0; i < 200; ++i) {
          const Tensor y = t(x);
          if (!y.equal(want) || !t->preimage(y).x.equal(x)) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

TEST(JointTransform, MovesItsParts) {
  for (const TransformPtr& t : both(AffineTransform(at::zeros({1}), 1), ExpTransform())) {
    EXPECT_EQ(t->to(at::kDouble)(at::zeros({1, 2}, at::kFloat)).scalar_type(), at::kDouble);
    EXPECT_THROW(t->to(at::kLong), c10::TypeError);
  }
  const Tensor loc = at::zeros({}).requires_grad_();
  for (const TransformPtr& t : both(AffineTransform(loc, 1), ExpTransform())) {
    EXPECT_TRUE(t(at::zeros({2})).requires_grad());
    EXPECT_FALSE(t->detach()(at::zeros({2})).requires_grad());
  }
}

TEST(JointTransform, MapsMetaTensors) {
  for (const TransformPtr& t : both(ExpTransform(), TanhTransform())) {
    const Tensor x = at::empty({3, 2}, at::kMeta), y = t(x);
    EXPECT_TRUE(y.is_meta());
    EXPECT_EQ(t->inv()(y).sizes(), x.sizes());
    EXPECT_EQ(t->log_abs_det_jacobian(x, y).sizes(), x.sizes());
    EXPECT_EQ(t->preimage(y).x.sizes(), x.sizes());
  }
}

TEST(JointTransform, PreimageSaysWhatIsNoImage) {
  const double nan = std::nan("");
  const Tensor y =
      at::tensor({-1.0, 0.5, 0.0, 1.0, 2.0, 0.5, 3.0, nan, nan, -1.0, 2.0, -0.5}, at::kDouble)
          .view({6, 2})
          .requires_grad_();
  const std::vector<bool> outside{true,  false, true,  true, false, false,
                                  false, false, false, true, false, false};
  const auto list = [](const Tensor& mask) {
    return std::vector<bool>(mask.const_data_ptr<bool>(),
                             mask.const_data_ptr<bool>() + mask.numel());
  };
  for (const TransformPtr& t : both(ExpTransform(), TanhTransform())) {
    const auto found = t->preimage(y);
    EXPECT_EQ(list(found.outside.contiguous()), outside);
    EXPECT_DOUBLE_EQ(found.x[2][0].item<double>(), std::log(2.0));
    EXPECT_DOUBLE_EQ(found.x[5][1].item<double>(), std::atanh(-0.5));
    EXPECT_DOUBLE_EQ(found.log_abs_det_jacobian[5][0].item<double>(), std::log(2.0));
    EXPECT_TRUE(found.x[3][1].isnan().item<bool>());
    const Tensor finite = (found.x + found.log_abs_det_jacobian).masked_fill(y.isnan(), 0).sum();
    const Tensor gradient = autograd::grad({finite}, {y})[0];
    EXPECT_TRUE(gradient.masked_select(found.outside).eq(0).all().item<bool>()) << gradient;
    EXPECT_FALSE(t->preimage(y.slice(0, 2, 3)).outside.defined());
    EXPECT_FALSE(t->preimage(y, /*with_jacobian=*/false).log_abs_det_jacobian.defined());
  }
  // If the parts belong to one event, an event is outside as a whole.
  for (const TransformPtr& t :
       {TransformPtr(CatTransform({IndependentTransform(ExpTransform(), 1), TanhTransform()}, -1)),
        TransformPtr(
            IndependentTransform(StackTransform({ExpTransform(), TanhTransform()}, -1), 1))}) {
    EXPECT_EQ(list(t->preimage(y).outside),
              (std::vector<bool>{true, true, false, false, true, false}));
  }
}

// A part that is a composition has no preimage where one of its stages has none.
TEST(JointTransform, LooksIntoCompositionsAtEveryStage) {
  const TransformPtr composed = ComposeTransform({SigmoidTransform(), TanhTransform()});
  // The images are (0, tanh(1)) and the positive numbers.
  for (const TransformPtr& t : both(composed, ExpTransform())) {
    const Tensor y =
        at::tensor({0.5, 1.0, 0.9, 1.0, -0.5, 1.0, 0.5, -1.0}, at::kDouble).view({4, 2});
    const auto found = t->preimage(y);
    EXPECT_TRUE(
        found.outside.equal(at::tensor({0, 0, 1, 0, 1, 0, 0, 1}).to(at::kBool).view({4, 2})));
    for (const bool validate : {false, true}) {
      const TransformedDistribution d(Normal(at::zeros({2}, at::kDouble), 1), t, validate);
      const Tensor inside = d.log_prob(y[0]);
      EXPECT_DOUBLE_EQ(inside[1].item<double>(),
                       Normal(0, 1).log_prob(at::zeros({}, at::kDouble)).item<double>());
      const double x = std::log(std::atanh(0.5) / (1 - std::atanh(0.5)));
      const double slope =
          std::log(std::atanh(0.5)) + std::log1p(-std::atanh(0.5)) + std::log(0.75);
      EXPECT_NEAR(inside[0].item<double>(), -0.5 * x * x - 0.5 * std::log(2 * M_PI) - slope, 1e-12);
      EXPECT_EQ(d.log_prob(y[1])[0].item<double>(), -test::kInfinity);
      EXPECT_TRUE(std::isfinite(d.log_prob(y[1])[1].item<double>()));
    }
    const TransformedDistribution d(Normal(at::zeros({2}, at::kDouble), 1), t, false);
    EXPECT_EQ(d.log_prob(y[2])[0].item<double>(), -test::kInfinity);
    EXPECT_EQ(d.log_prob(y[3])[1].item<double>(), -test::kInfinity);
  }
}

TEST(JointTransform, LooksIntoCompositionsOfItsInverse) {
  // The images of the inverse are the numbers above 3, and the line.
  const TransformPtr composed = ComposeTransform({AffineTransform(-3, 1), ExpTransform().inv()});
  for (const TransformPtr& t : both(composed, TanhTransform().inv())) {
    const TransformPtr inverse = t->inv();
    const Tensor y = at::tensor({4.0, 0.5, 2.0, 0.5, 4.0, 1.0}, at::kDouble).view({3, 2});
    const auto found = inverse->preimage(y);
    EXPECT_TRUE(found.outside.equal(at::tensor({0, 0, 1, 0, 0, 1}).to(at::kBool).view({3, 2})));
    EXPECT_TRUE(found.x[0].allclose(at::tensor({0.0, std::atanh(0.5)}, at::kDouble)));
    EXPECT_TRUE(
        found.log_abs_det_jacobian[0].allclose(at::tensor({0.0, std::log(0.75)}, at::kDouble)));
    const TransformedDistribution d(Normal(at::zeros({2}, at::kDouble), 1), inverse, false);
    EXPECT_EQ(d.log_prob(y)[1][0].item<double>(), -test::kInfinity);
    EXPECT_EQ(d.log_prob(y)[2][1].item<double>(), -test::kInfinity);
    EXPECT_TRUE(d.log_prob(y[0]).isfinite().all().item<bool>());
  }
}

TEST(JointTransform, ValuesOutsideAreRefusedWithTheirIndex) {
  for (const TransformPtr& t : both(ExpTransform(), SigmoidTransform())) {
    const TransformedDistribution d(Normal(at::zeros({3, 2}), 1), t);
    const Tensor value = at::full({3, 2}, 0.5);
    EXPECT_NO_THROW(d.log_prob(value));
    value[1][1] = 1.5;
    try {
      d.log_prob(value);
      FAIL();
    } catch (const c10::ValueError& error) {
      EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr("[1, 1]"));
      EXPECT_THAT(std::string(error.what()), ::testing::HasSubstr(format_as(t->codomain())));
    }
  }
}

// The inverse may leave the support of the base by a rounding.
TEST(JointTransform, DrawsAreInTheSupport) {
  at::manual_seed(0);
  for (const TransformPtr& t : both(AffineTransform(0.1, 0.7), AffineTransform(-3, 1e-3))) {
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      const Uniform base(at::zeros({2}, dtype), 1);
      const TransformedDistribution d(Independent(base, 1), t);
      const Tensor y =
          at::cat({d.sample({2000}), t(at::ones({1, 2}, dtype)), t(at::zeros({1, 2}, dtype))});
      EXPECT_TRUE(d.log_prob(y).allclose(at::full({}, -std::log(0.7e-3), dtype), 1e-5, 1e-5));
    }
  }
}

TEST(JointTransform, ScoresDrawsWithoutAnInverse) {
  at::manual_seed(0);
  for (const TransformPtr& t :
       both(ComposeTransform({TanhTransform(), AffineTransform(0, 2)}), ExpTransform())) {
    const Tensor loc = at::tensor({30.0, 0.5}, at::kDouble);
    const TransformedDistribution d(Normal(loc, 1), t);
    const auto [y, log_prob] = d.rsample_with_log_prob({4});
    EXPECT_TRUE(log_prob.isfinite().all().item<bool>());
    EXPECT_TRUE(log_prob.select(-1, 1).allclose(d.log_prob(y).select(-1, 1), 1e-10, 1e-10));
    EXPECT_EQ(d.log_prob(y)[0][0].item<double>(), -test::kInfinity);
  }
}

}  // namespace
}  // namespace torch::distributions
