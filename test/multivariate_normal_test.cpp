#include <torch/distributions/multivariate_normal.h>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <numbers>

#include "support/gradcheck.h"

namespace torch::distributions {
namespace {

using ::testing::HasSubstr;

Tensor random_factor(IntArrayRef batch, int64_t n, at::ScalarType dtype = at::kDouble) {
  std::vector<int64_t> shape = batch.vec();
  shape.insert(shape.end(), {n, n});
  const Tensor lower = at::randn(shape, dtype).tril(-1);
  return lower + at::eye(n, dtype) * (1 + at::rand(shape, dtype));
}

/// The density by an explicit inverse and determinant.
Tensor direct(const Tensor& value, const Tensor& loc, const Tensor& covariance) {
  const Tensor difference = (value - loc).unsqueeze(-1);
  const Tensor distance =
      difference.mT().matmul(at::linalg_inv(covariance)).matmul(difference).squeeze(-1).squeeze(-1);
  const double n = static_cast<double>(loc.size(-1));
  return -0.5 * (distance + covariance.logdet() + n * std::log(2 * std::numbers::pi));
}

template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const c10::ValueError& e) {
    return e.what_without_backtrace();
  }
  return "accepted";
}

TEST(MultivariateNormalTest, ValuesAndParametersOfAnyBatch) {
  at::manual_seed(0);
  using Shape = std::vector<int64_t>;
  struct Batches {
    Shape loc, factor, value;
  };
  for (const auto& [loc_batch, factor_batch, value_batch] : {Batches{{}, {}, {}},
                                                             {{}, {}, {48}},
                                                             {{}, {}, {4, 1, 5}},
                                                             {{3}, {}, {3}},
                                                             {{3}, {3}, {7, 3}},
                                                             {{3}, {3}, {7, 1}},
                                                             {{}, {3}, {}},
                                                             {{2, 1}, {3}, {2, 3}},
                                                             {{2, 1}, {3}, {5, 2, 3}},
                                                             {{}, {2, 1}, {2, 4}},
                                                             {{1}, {1}, {6}},
                                                             {{2, 3}, {2, 3}, {4, 2, 3}},
                                                             {{0}, {}, {0}}}) {
    const auto with_event = [](Shape shape) {
      shape.push_back(2);
      return shape;
    };
    const Tensor loc = at::randn(with_event(loc_batch), at::kDouble).requires_grad_();
    const Tensor factor = random_factor(factor_batch, 2).requires_grad_();
    const Tensor value = at::randn(with_event(value_batch), at::kDouble).requires_grad_();
    const MultivariateNormal m(loc, {.scale_tril = factor});
    const Tensor actual = m.log_prob(value),
                 expected = direct(value, loc, factor.matmul(factor.mT()));
    ASSERT_EQ(actual.sizes(), expected.sizes());
    EXPECT_TRUE(actual.allclose(expected));
    const auto gradients = [&](const Tensor& y) {
      return torch::autograd::grad({y.square().sum()}, {loc, factor, value});
    };
    const auto got = gradients(actual), want = gradients(expected);
    EXPECT_TRUE(got[0].allclose(want[0])) << loc.sizes() << factor.sizes() << value.sizes();
    EXPECT_TRUE(got[1].tril().allclose(want[1].tril()))
        << loc.sizes() << factor.sizes() << value.sizes();
    EXPECT_TRUE(got[2].allclose(want[2])) << loc.sizes() << factor.sizes() << value.sizes();
    EXPECT_EQ(m.sample({0}).numel(), 0);
    EXPECT_EQ(m.entropy().sizes(), m.batch_shape());
    EXPECT_EQ(m.variance().sizes(), m.loc().sizes());
  }
}

TEST(MultivariateNormalTest, ThreeWaysToGiveOneMatrix) {
  at::manual_seed(1);
  const Tensor factor = random_factor({3}, 4), loc = at::randn({2, 1, 4}, at::kDouble);
  const Tensor covariance = factor.matmul(factor.mT()), precision = at::linalg_inv(covariance);
  const MultivariateNormal by_factor(loc, {.scale_tril = factor}),
      by_covariance(loc, {.covariance_matrix = covariance}),
      by_precision(loc, {.precision_matrix = (precision + precision.mT()) / 2});
  const Tensor value = at::randn({5, 2, 3, 4}, at::kDouble);
  for (const auto* m : {&by_factor, &by_covariance, &by_precision}) {
    EXPECT_TRUE(m->scale_tril().allclose(factor.expand({2, 3, 4, 4})));
    EXPECT_TRUE(m->covariance_matrix().allclose(covariance.expand({2, 3, 4, 4})));
    EXPECT_TRUE(m->precision_matrix().allclose(precision.expand({2, 3, 4, 4})));
    EXPECT_TRUE(m->log_prob(value).allclose(by_factor.log_prob(value)));
    EXPECT_TRUE(m->entropy().allclose(by_factor.entropy()));
    EXPECT_TRUE(m->variance().allclose(by_factor.variance()));
    at::manual_seed(4);
    const Tensor draw = m->rsample({6});
    at::manual_seed(4);
    EXPECT_TRUE(draw.allclose(by_factor.rsample({6})));
  }
}

// Not L L^T factored again, nor expanded.
TEST(MultivariateNormalTest, AGivenFactorIsUsedAsItIs) {
  const Tensor factor =
      at::tensor({1e-4f, 0.0f, 1.0f, 1e-8f}).view({2, 2});  // L L^T is singular in float
  const MultivariateNormal m(at::zeros({1000, 2}), {.scale_tril = factor});
  EXPECT_EQ(m.scale_tril().const_data_ptr(), factor.const_data_ptr());
  EXPECT_EQ(m.expand({5, 1000}).scale_tril().const_data_ptr(), factor.const_data_ptr());
  EXPECT_NEAR(m.entropy()[0].item<double>(), 1 + std::log(2 * std::numbers::pi) + std::log(1e-12),
              1e-5);
}

TEST(MultivariateNormalTest, AFloatCovarianceIsFactoredInDouble) {
  // Of condition 1e8, with the eigenvalues 1 and 1e-8 at 45 degrees, as floats; their determinant
  // in double.
  const Tensor covariance = at::tensor({0.5f, 0.49999997f, 0.49999997f, 0.5f}).view({2, 2});
  const MultivariateNormal m(at::zeros({2}), {.covariance_matrix = covariance});
  const double expected =
      1 + std::log(2 * std::numbers::pi) + 0.5 * covariance.to(at::kDouble).logdet().item<double>();
  EXPECT_NEAR(m.entropy().item<double>(), expected, 1e-5);
  EXPECT_EQ(m.scale_tril().scalar_type(), at::kFloat);
}

TEST(MultivariateNormalTest, TheFirstBadMatrixIsNamed) {
  const Tensor good = at::eye(2), bad = at::tensor({1.0f, 2.0f, 2.0f, 1.0f}).view({2, 2}),
               skew = at::tensor({1.0f, 0.5f, 0.0f, 1.0f}).view({2, 2});
  for (const Tensor& wrong : {bad, skew, at::full({2, 2}, std::nan(""))}) {
    const Tensor batch = at::stack({good, wrong, good, wrong});
    const auto message = [&](const Covariance& covariance) {
      return refusal([&] { MultivariateNormal(at::zeros({2}), covariance); });
    };
    EXPECT_THAT(message({.covariance_matrix = batch}),
                ::testing::AllOf(
                    HasSubstr("Expected parameter covariance_matrix (Tensor of shape (4, 2, 2))"),
                    HasSubstr("PositiveDefinite()"), HasSubstr("at index [1]")));
    EXPECT_THAT(message({.precision_matrix = batch}),
                ::testing::AllOf(HasSubstr("precision_matrix"), HasSubstr("at index [1]")));
  }
  EXPECT_THAT(refusal([&] {
                MultivariateNormal(at::zeros({3, 2}), {.scale_tril = -good});
              }),
              HasSubstr("Expected parameter scale_tril (Tensor of shape (3, 2, 2))"));
}

TEST(MultivariateNormalTest, WithoutValidationABadMatrixGivesNaN) {
  const Tensor batch = at::stack({at::eye(2), -at::eye(2)});
  const MultivariateNormal m(at::zeros({2}), {.covariance_matrix = batch}, false);
  const Tensor log_prob = m.log_prob(at::zeros({2}));
  EXPECT_TRUE(log_prob[0].isfinite().item<bool>());
  EXPECT_TRUE(log_prob[1].isnan().item<bool>());
}

TEST(MultivariateNormalTest, ShapesThatDoNotFitAreRefused) {
  const auto of = [](const Tensor& loc, const Covariance& covariance) {
    return refusal([&] { MultivariateNormal(loc, covariance); });
  };
  EXPECT_NE(of(at::zeros({3}), {.scale_tril = at::eye(2)}), "accepted");
  EXPECT_NE(of(at::zeros({2}), {.scale_tril = at::ones({2})}), "accepted");
  EXPECT_NE(of(at::zeros({}), {.scale_tril = at::eye(2)}), "accepted");
  EXPECT_NE(of(at::zeros({2}), {}), "accepted");
  EXPECT_NE(of(at::zeros({2}), {.covariance_matrix = at::eye(2), .scale_tril = at::eye(2)}),
            "accepted");
  EXPECT_NE(of(at::zeros({3, 2}), {.scale_tril = at::eye(2).expand({4, 2, 2})}), "accepted");
}

TEST(MultivariateNormalTest, DerivativesOfEveryOrder) {
  at::manual_seed(2);
  const Tensor loc = at::randn({2, 2}, at::kDouble), factor = random_factor({}, 2),
               value = at::randn({3, 2, 2}, at::kDouble);
  const auto by_covariance = [](const std::vector<Tensor>& t) {
    const MultivariateNormal m(t[0], {.covariance_matrix = (t[1] + t[1].mT()) / 2});
    return m.log_prob(t[2]) + m.entropy();
  };
  EXPECT_TRUE(test::gradcheck(by_covariance, {loc, factor.matmul(factor.mT()), value}));
  EXPECT_TRUE(test::gradgradcheck(by_covariance, {loc, factor.matmul(factor.mT()), value}));
  const auto by_precision = [](const std::vector<Tensor>& t) {
    return MultivariateNormal(t[0], {.precision_matrix = (t[1] + t[1].mT()) / 2}).log_prob(t[2]);
  };
  EXPECT_TRUE(test::gradcheck(by_precision, {loc, factor.matmul(factor.mT()), value}));
  const auto draw = [](const std::vector<Tensor>& t) {
    return MultivariateNormal(t[0], {.scale_tril = t[1].tril()}, false)
        .rsample({3}, at::detail::createCPUGenerator(5));
  };
  EXPECT_TRUE(test::gradcheck(draw, {loc, factor}));
}

TEST(MultivariateNormalTest, SamplesAreThoseOfTheNoise) {
  const Tensor loc = at::randn({3, 2}, at::kDouble), factor = random_factor({3}, 2);
  const MultivariateNormal m(loc, {.scale_tril = factor});
  at::manual_seed(8);
  const Tensor noise = at::empty({4, 5, 3, 2}, at::kDouble).normal_();
  at::manual_seed(8);
  EXPECT_TRUE(m.sample({4, 5}).allclose(loc + factor.matmul(noise.unsqueeze(-1)).squeeze(-1)));
}

TEST(MultivariateNormalTest, EveryDtypeIsKept) {
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat}) {
    const Tensor loc = at::zeros({2}, dtype), matrix = at::eye(2, dtype) * 4;
    for (const Covariance& covariance :
         {Covariance{.covariance_matrix = matrix}, Covariance{.precision_matrix = matrix},
          Covariance{.scale_tril = matrix}}) {
      const MultivariateNormal m(loc, covariance);
      for (const Tensor& t :
           {m.sample({2}), m.log_prob(loc), m.entropy(), m.mean(), m.variance(), m.stddev(),
            m.scale_tril(), m.covariance_matrix(), m.precision_matrix()}) {
        EXPECT_EQ(t.scalar_type(), dtype);
      }
    }
  }
  // A double value of a float distribution is not rounded.
  EXPECT_EQ(MultivariateNormal(at::zeros({2}), {.scale_tril = at::eye(2)})
                .log_prob(at::zeros({2}, at::kDouble))
                .scalar_type(),
            at::kDouble);
}

TEST(MultivariateNormalTest, ChangesReachTheFactor) {
  const MultivariateNormal m(at::zeros({2}), {.covariance_matrix = 4 * at::eye(2)});
  EXPECT_EQ(m.to(at::kDouble).log_prob(at::zeros({2}, at::kDouble)).scalar_type(), at::kDouble);
  const MultivariateNormal wide = m.expand({5, 3});
  EXPECT_EQ(wide.covariance_matrix().sizes(), IntArrayRef({5, 3, 2, 2}));
  EXPECT_EQ(wide.scale_tril().sizes(), IntArrayRef({5, 3, 2, 2}));
  EXPECT_EQ(wide.log_prob(at::zeros({2})).sizes(), IntArrayRef({5, 3}));
  const Tensor matrix = at::eye(2).requires_grad_();
  EXPECT_FALSE(MultivariateNormal(at::zeros({2}), {.covariance_matrix = matrix})
                   .detach()
                   .entropy()
                   .requires_grad());
}

}  // namespace
}  // namespace torch::distributions
