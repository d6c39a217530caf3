#include <torch/distributions/independent.h>

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <sstream>

#include <torch/distributions/bernoulli.h>
#include <torch/distributions/normal.h>

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
  EXPECT_FALSE(discrete.has_enumerate_support());
  EXPECT_THROW(discrete.enumerate_support(), c10::NotImplementedError);
  EXPECT_TRUE(trivial.has_enumerate_support());
  EXPECT_EQ(trivial.enumerate_support().sizes(), IntArrayRef({2, 3}));
  EXPECT_THROW(smooth.cdf(at::zeros({3})), c10::NotImplementedError);
  EXPECT_THROW(smooth.icdf(at::full({3}, 0.5)), c10::NotImplementedError);
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
