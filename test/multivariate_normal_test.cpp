#include <torch/distributions/multivariate_normal.h>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <numbers>

#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/kl.h>

#include "support/gradcheck.h"
#include "support/matrices.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::refusal;

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

// The factor is neither computed anew from L L^T nor expanded.
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
  // The eigenvalues are 1 and 3e-8. The reference is the determinant of the float matrix, computed
  // in double.
  const Tensor covariance = at::tensor({0.5f, 0.49999997f, 0.49999997f, 0.5f}).view({2, 2});
  const MultivariateNormal m(at::zeros({2}), {.covariance_matrix = covariance});
  const double expected =
      1 + std::log(2 * std::numbers::pi) + 0.5 * covariance.to(at::kDouble).logdet().item<double>();
  EXPECT_NEAR(m.entropy().item<double>(), expected, 1e-5);
  EXPECT_EQ(m.scale_tril().scalar_type(), at::kFloat);
}

TEST(MultivariateNormalTest, EveryPositiveDefiniteMatrixHasADensity) {
  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
    for (const int64_t n : {2, 3, 5, 12}) {
      const Tensor all = test::nearly_singular(100, n, dtype);
      const Tensor x = all.index({constraints::positive_definite.check(all)}).requires_grad_();
      const Tensor loc = at::zeros({n}, dtype);
      for (const MultivariateNormal& m :
           {MultivariateNormal(loc, {.covariance_matrix = x}, true),
            MultivariateNormal(loc, {.precision_matrix = x}, true),
            MultivariateNormal(loc, {.covariance_matrix = x}, false),
            MultivariateNormal(loc, {.precision_matrix = x}, false)}) {
        const Tensor at_loc = m.log_prob(loc);
        EXPECT_TRUE(at_loc.isfinite().all().item<bool>()) << dtype << ' ' << n;
        EXPECT_TRUE(m.entropy().isfinite().all().item<bool>()) << dtype << ' ' << n;
        EXPECT_FALSE(m.sample().isnan().any().item<bool>()) << dtype << ' ' << n;
        const Tensor gradient = torch::autograd::grad({at_loc.sum()}, {x})[0];
        EXPECT_FALSE(gradient.isnan().any().item<bool>()) << dtype << ' ' << n;
        if (!m.covariance_matrix().is_same(x)) continue;
        // The factor is that of the matrix, up to the roundings of a factorisation in its dtype.
        const Tensor factor = m.scale_tril().detach().to(at::kDouble),
                     wide = x.detach().to(at::kDouble),
                     error = (factor.matmul(factor.mT()) - wide).abs().amax({-2, -1});
        const double eps = dtype == at::kDouble ? 0x1p-52 : dtype == at::kFloat ? 0x1p-23 : 0x1p-10;
        EXPECT_TRUE(error.le(static_cast<double>(n) * eps * wide.amax({-2, -1})).all().item<bool>())
            << dtype << ' ' << n << error;
      }
    }
  }
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

// Every method uses the lower triangle, whatever is above the diagonal.
TEST(MultivariateNormalTest, OnlyTheLowerTriangleCounts) {
  const Tensor square = at::tensor({2.0, 7.0, 0.5, 1.0}, at::kDouble).view({2, 2});
  const Tensor batch = at::stack({square, at::eye(2, at::kDouble)});
  const Tensor x = at::tensor({1.0, 2.0}, at::kDouble), loc = at::zeros({2}, at::kDouble);
  for (const Tensor& matrix : {square, batch}) {
    const Tensor lower = matrix.tril(), symmetric = lower + lower.tril(-1).mT();
    for (const auto& [given, clean] :
         {std::pair{Covariance{.scale_tril = matrix}, Covariance{.scale_tril = lower}},
          std::pair{Covariance{.covariance_matrix = matrix},
                    Covariance{.covariance_matrix = symmetric}},
          std::pair{Covariance{.precision_matrix = matrix},
                    Covariance{.precision_matrix = symmetric}}}) {
      const MultivariateNormal m(loc, given, false), want(loc, clean);
      const auto same = [](const Tensor& a, const Tensor& b) {
        EXPECT_TRUE(a.allclose(b)) << a << b;
      };
      same(m.scale_tril(), want.scale_tril());
      same(m.covariance_matrix(), want.covariance_matrix());
      same(m.precision_matrix(), want.precision_matrix());
      same(m.variance(), want.variance());
      same(m.entropy(), want.entropy());
      same(m.log_prob(x), want.log_prob(x));
      same(kl_divergence(m, want), at::zeros_like(m.entropy()));
      at::manual_seed(2);
      const Tensor draw = m.sample({3});
      at::manual_seed(2);
      same(draw, want.sample({3}));
    }
  }
}

TEST(MultivariateNormalTest, MixedDtypesPromote) {
  const auto dtypes = {at::kHalf, at::kFloat, at::kDouble, at::kLong};
  for (const auto of_loc : dtypes) {
    for (const auto of_matrix : dtypes) {
      if (of_loc == at::kLong && of_matrix == at::kLong) continue;
      const auto dtype = of_loc == at::kLong      ? of_matrix
                         : of_matrix == at::kLong ? of_loc
                                                  : at::promote_types(of_loc, of_matrix);
      const Tensor loc = at::ones({2}, of_loc), matrix = at::eye(2, of_matrix);
      for (const auto& given :
           {Covariance{.scale_tril = matrix}, Covariance{.covariance_matrix = matrix},
            Covariance{.precision_matrix = matrix}}) {
        const MultivariateNormal m(loc, given);
        for (const Tensor& t :
             {m.sample(), m.rsample({3}), m.log_prob(at::ones({2}, at::kHalf)), m.mean(), m.mode(),
              m.variance(), m.stddev(), m.entropy(), m.scale_tril(), m.covariance_matrix(),
              m.precision_matrix(), kl_divergence(m, m)}) {
          EXPECT_EQ(t.scalar_type(), dtype) << of_loc << ' ' << of_matrix;
        }
        EXPECT_EQ(m.log_prob(at::ones({2}, at::kDouble)).scalar_type(), at::kDouble);
      }
    }
  }
}

TEST(MultivariateNormalTest, OfNoDimensionIsEmpty) {
  using Shape = std::vector<int64_t>;
  for (const Shape& batch : {Shape{}, Shape{3}, Shape{0}, Shape{2, 0}}) {
    for (const Shape& factor_batch : {Shape{}, batch}) {
      for (const int64_t n : {0, 2}) {
        Shape vectors(batch), matrices(factor_batch);
        vectors.push_back(n);
        matrices.insert(matrices.end(), {n, n});
        const Tensor eye = at::eye(n).expand(matrices);
        for (const auto& given :
             {Covariance{.scale_tril = eye}, Covariance{.covariance_matrix = eye},
              Covariance{.precision_matrix = eye}}) {
          const Tensor loc = at::zeros(vectors).requires_grad_();
          const MultivariateNormal m(loc, given);
          EXPECT_EQ(m.sample().sizes(), IntArrayRef(vectors));
          Shape draws(vectors);
          draws.insert(draws.begin(), 5);
          const Tensor x = m.rsample({5}), log_prob = m.log_prob(x);
          EXPECT_EQ(x.sizes(), IntArrayRef(draws));
          EXPECT_EQ(log_prob.sizes(), IntArrayRef(draws).slice(0, draws.size() - 1));
          EXPECT_EQ(
              torch::autograd::grad({log_prob.sum()}, {loc}, {}, /*retain_graph=*/true)[0].sizes(),
              loc.sizes());
          const Tensor kl = kl_divergence(m, m);
          EXPECT_EQ(kl.sizes(), IntArrayRef(batch));
          EXPECT_TRUE(kl.eq(0).all().item<bool>());
          if (n == 0) {
            EXPECT_TRUE(log_prob.eq(0).all().item<bool>());
            EXPECT_TRUE(m.entropy().eq(0).all().item<bool>());
          }
          EXPECT_EQ(m.variance().sizes(), IntArrayRef(vectors));
        }
      }
    }
  }
  const MultivariateNormal none(at::zeros({0}), {.scale_tril = at::zeros({0, 0})}),
      several(at::zeros({3, 0}), {.scale_tril = at::zeros({3, 0, 0})});
  EXPECT_EQ(kl_divergence(none, several).sizes(), IntArrayRef({3}));
  EXPECT_EQ(kl_divergence(several, none).sizes(), IntArrayRef({3}));
}

/// The gradients of the density in the value, the mean and the factor.
std::vector<Tensor> gradients_of(const Tensor& loc, const Tensor& factor, const Tensor& value) {
  const std::vector<Tensor> leaves{value.detach().requires_grad_(), loc.detach().requires_grad_(),
                                   factor.detach().requires_grad_()};
  const MultivariateNormal m(leaves[1], {.scale_tril = leaves[2]});
  return torch::autograd::grad({m.log_prob(leaves[0]).sum()}, leaves);
}

TEST(MultivariateNormalTest, AnInfiniteValueHasNoDensity) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    for (const int64_t n : {2, 3, 6}) {  // small dimensions have code of their own
      at::manual_seed(3);
      for (const Tensor& factor : {random_factor({}, n, dtype), random_factor({4}, n, dtype)}) {
        Tensor value = at::randn({4, n}, dtype);
        value[1][0] = INFINITY;
        value[2].fill_(-INFINITY);
        value[3][n - 1] = std::nan("");
        value[3][0] = INFINITY;
        const Tensor loc = at::zeros({4, n}, dtype);
        const Tensor log_prob =
            MultivariateNormal(loc, {.scale_tril = factor}, false).log_prob(value);
        EXPECT_TRUE(log_prob[0].isfinite().item<bool>());
        EXPECT_TRUE(log_prob.slice(0, 1, 3).eq(-INFINITY).all().item<bool>()) << log_prob;
        EXPECT_TRUE(log_prob[3].isnan().item<bool>());
      }
    }
  }
  // An infinite mean is infinitely far as well.
  EXPECT_EQ(MultivariateNormal(at::full({2}, INFINITY), {.scale_tril = at::eye(2)}, false)
                .log_prob(at::zeros({2}))
                .item<double>(),
            -INFINITY);
}

// The gradient at an infinite value is its limit as the value grows. Elements that grow without
// bound are infinite, with the same sign.
TEST(MultivariateNormalTest, GradientsAtAnInfiniteValueAreLimits) {
  at::manual_seed(4);
  const auto expect_limit = [](const Tensor& factor, const Tensor& value, const Tensor& direction) {
    const auto at_distance = [&](double t) {
      return gradients_of(at::zeros_like(value), factor,
                          at::where(direction == 0, value, direction * t));
    };
    const auto got = at_distance(INFINITY), large = at_distance(1e20), larger = at_distance(1e40);
    for (std::size_t i = 0; i < got.size(); ++i) {
      const Tensor grown = larger[i].abs() > 1e9 * large[i].abs();
      EXPECT_TRUE(at::where(grown, got[i] == INFINITY * larger[i].sign(),
                            at::isclose(got[i], larger[i], 1e-9))
                      .all()
                      .item<bool>())
          << i << '\n'
          << got[i] << larger[i];
    }
  };
  for (const int64_t n : {1, 2, 3, 6}) {
    for (const Tensor& factor : {random_factor({3}, n), random_factor({1}, n).expand({3, n, n}),
                                 2 * at::eye(n, at::kDouble).repeat({3, 1, 1})}) {
      const Tensor value = at::randn({3, n}, at::kDouble), one = at::zeros_like(value),
                   all = at::zeros_like(value);
      one[1][0] = 1;
      all[2].fill_(-1);
      expect_limit(factor, value, one + all);
      // The gradient in a shared factor is a sum over the values. Only one of them is infinite,
      // since the limits for two may differ.
      expect_limit(factor[0], value, one);
      expect_limit(factor[0], value, all);
      expect_limit(factor[0], value[0], one[1]);
    }
  }
}

TEST(MultivariateNormalTest, GradientsOfOtherValuesDoNotSeeAnInfiniteOne) {
  at::manual_seed(5);
  for (const int64_t n : {2, 6}) {
    const Tensor factor = random_factor({}, n), loc = at::zeros({n}, at::kDouble);
    Tensor value = at::randn({3, n}, at::kDouble);
    const auto want = gradients_of(loc, factor, value.slice(0, 1));
    value[0][0] = INFINITY;
    const std::vector<Tensor> leaves{value.clone().requires_grad_(),
                                     factor.clone().requires_grad_()};
    const Tensor log_prob = MultivariateNormal(loc, {.scale_tril = leaves[1]}).log_prob(leaves[0]);
    const auto got = torch::autograd::grad({log_prob.slice(0, 1).sum()}, leaves);
    EXPECT_TRUE(got[0].slice(0, 1).allclose(want[0]));
    EXPECT_TRUE(got[0][0].eq(0).all().item<bool>());
    EXPECT_TRUE(got[1].allclose(want[2]));
  }
}

// d log p / dS = (S^-1 x x^T S^-1 - S^-1) / 2 has elements above 5e7, which overflow in half.
TEST(MultivariateNormalTest, AGradientThatOverflowsInHalfIsInfinite) {
  const Tensor covariance = (at::eye(2) * 1e-4).to(at::kHalf).requires_grad_();
  const MultivariateNormal m(at::zeros({2}, at::kHalf), {.covariance_matrix = covariance});
  const Tensor log_prob = m.log_prob(at::tensor({1.0f, 2.0f}).to(at::kHalf));
  EXPECT_TRUE(torch::autograd::grad({log_prob}, {covariance})[0].eq(INFINITY).all().item<bool>());
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
  // A double value is not rounded to the dtype of a float distribution.
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
