#include <torch/distributions/wishart.h>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include <torch/distributions/chi2.h>
#include <torch/distributions/constraints/matrix.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/multivariate_normal.h>

#include "support/gradcheck.h"
#include "support/matrices.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::refusal;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A factor and a value with numbers of ordinary size.
Tensor wishart_factor(IntArrayRef batch, int64_t n) {
  std::vector<int64_t> shape = batch.vec();
  shape.insert(shape.end(), {n, n});
  return at::randn(shape, at::kDouble).tril(-1) +
         at::eye(n, at::kDouble) * (1 + at::rand(shape, at::kDouble));
}
Tensor wishart_value(IntArrayRef batch, int64_t n) {
  const Tensor root = wishart_factor(batch, n);
  return 2 * root.matmul(root.mT());
}

Tensor symmetric_part(const Tensor& x) { return (x + x.mT()) / 2; }

/// The density by determinants, an inverse and LibTorch's multivariate gamma function.
Tensor textbook_density(const Tensor& x, const Tensor& df, const Tensor& covariance) {
  const int64_t n = x.size(-1);
  const auto size = static_cast<double>(n);
  const Tensor trace = at::linalg_inv(covariance).matmul(x).diagonal(0, -2, -1).sum(-1);
  return 0.5 * (df - size - 1) * x.logdet() - 0.5 * trace - 0.5 * df * size * std::log(2.0) -
         0.5 * df * covariance.logdet() - at::mvlgamma(0.5 * df, n);
}

TEST(WishartTest, ValuesAndParametersOfAnyBatch) {
  at::manual_seed(0);
  using Shape = std::vector<int64_t>;
  struct Batches {
    Shape df, factor, value;
  };
  for (const auto& [df_batch, factor_batch, value_batch] : {Batches{{}, {}, {}},
                                                            {{}, {}, {7}},
                                                            {{3}, {}, {}},
                                                            {{}, {3}, {}},
                                                            {{3}, {3}, {5, 3}},
                                                            {{3}, {3}, {5, 1}},
                                                            {{2, 1}, {3}, {2, 3}},
                                                            {{2, 1}, {3}, {4, 1, 3}},
                                                            {{0}, {}, {0}}}) {
    const Tensor df = (2.5 + 5 * at::rand(df_batch, at::kDouble)).requires_grad_();
    const Tensor factor = wishart_factor(factor_batch, 3).requires_grad_();
    const Tensor value = wishart_value(value_batch, 3).requires_grad_();
    const Wishart w(df, {.scale_tril = factor});
    const Tensor got = w.log_prob(value),
                 want = textbook_density(value, df, factor.matmul(factor.mT()));
    ASSERT_EQ(got.sizes(), want.sizes());
    EXPECT_TRUE(got.allclose(want));
    const auto gradients = [&](const Tensor& y) {
      return torch::autograd::grad({y.square().sum()}, {df, factor, value});
    };
    const auto g = gradients(got), h = gradients(want);
    EXPECT_TRUE(g[0].allclose(h[0]));
    EXPECT_TRUE(g[1].allclose(h[1].tril()));
    EXPECT_TRUE(g[2].allclose(symmetric_part(h[2])));
    EXPECT_EQ(w.entropy().sizes(), w.batch_shape());
    for (const Tensor& t : {w.mean(), w.mode(), w.variance(), w.stddev(), w.sample(), w.rsample(),
                            w.scale_tril(), w.covariance_matrix(), w.precision_matrix()}) {
      EXPECT_EQ(t.sizes().slice(0, w.batch_shape().size()), w.batch_shape());
      EXPECT_EQ(t.sizes().slice(w.batch_shape().size()), IntArrayRef({3, 3}));
    }
    EXPECT_EQ(w.sample({0}).numel(), 0);
  }
}

TEST(WishartTest, HasTheEntropyOfItsDensity) {
  EXPECT_DOUBLE_EQ(Wishart(5, covariance_matrix(at::eye(2, at::kDouble))).entropy().item<double>(),
                   6.810548379333745);
  at::manual_seed(1);
  const Wishart w(4.5, scale_tril(wishart_factor({}, 3)));
  const Tensor information = -w.log_prob(w.sample({100000}));
  EXPECT_NEAR(information.mean().item<double>(), w.entropy().item<double>(),
              6 * information.std().item<double>() / std::sqrt(1e5));
}

// With one row, X / sigma^2 has a chi-squared distribution.
TEST(WishartTest, OfOneRowIsAGammaDistribution) {
  const Tensor df = doubles({0.3, 1, 7}), sigma = doubles({0.5, 2, 1});
  const Wishart w(df, scale_tril(sigma.view({3, 1, 1})));
  const Gamma gamma(df / 2, 0.5 / sigma.square());
  const Tensor x = doubles({1e-3, 0.7, 12}).view({3, 1});
  EXPECT_TRUE(w.log_prob(x.view({3, 1, 1, 1})).allclose(gamma.log_prob(x)));
  EXPECT_TRUE(w.entropy().allclose(gamma.entropy()));
  EXPECT_TRUE(w.mean().flatten().allclose(gamma.mean()));
  EXPECT_TRUE(w.variance().flatten().allclose(gamma.variance()));
  const Wishart other(df.flip(0), scale_tril(at::ones({1, 1}, at::kDouble)));
  EXPECT_TRUE(kl_divergence(w, other).allclose(kl_divergence(gamma, Gamma(df.flip(0) / 2, 0.5))));
}

TEST(WishartTest, ModeExistsAboveTheDimensionPlusOne) {
  const Tensor df = doubles({2.5, 4, 4.5});
  const Tensor covariance = wishart_value({}, 3),
               mode = Wishart(df, {.covariance_matrix = covariance}).mode();
  EXPECT_TRUE(mode.slice(0, 0, 2).isnan().all().item<bool>());
  EXPECT_TRUE(mode[2].allclose(0.5 * covariance));
}

TEST(WishartTest, ThreeWaysToGiveOneMatrix) {
  at::manual_seed(2);
  const Tensor factor = wishart_factor({3}, 4), df = 3.5 + at::rand({2, 1}, at::kDouble);
  const Tensor covariance = symmetric_part(factor.matmul(factor.mT())),
               precision = symmetric_part(at::linalg_inv(covariance));
  const Wishart by_factor(df, {.scale_tril = factor}),
      by_covariance(df, {.covariance_matrix = covariance}),
      by_precision(df, {.precision_matrix = precision});
  const Tensor value = wishart_value({5, 2, 3}, 4);
  for (const auto* w : {&by_factor, &by_covariance, &by_precision}) {
    EXPECT_TRUE(w->scale_tril().allclose(factor.expand({2, 3, 4, 4})));
    EXPECT_TRUE(w->covariance_matrix().allclose(covariance.expand({2, 3, 4, 4})));
    EXPECT_TRUE(w->precision_matrix().allclose(precision.expand({2, 3, 4, 4})));
    EXPECT_TRUE(w->log_prob(value).allclose(by_factor.log_prob(value)));
    EXPECT_TRUE(w->entropy().allclose(by_factor.entropy()));
    EXPECT_TRUE(w->mean().allclose(by_factor.mean()));
    EXPECT_TRUE(w->variance().allclose(by_factor.variance()));
    EXPECT_TRUE(w->sample({6}, at::detail::createCPUGenerator(4))
                    .allclose(by_factor.sample({6}, at::detail::createCPUGenerator(4))));
  }
}

// The factor is neither computed anew from L L^T nor expanded.
TEST(WishartTest, AGivenFactorIsUsedAsItIs) {
  const Tensor factor =
      at::tensor({1e-4f, 0.0f, 1.0f, 1e-8f}).view({2, 2});  // L L^T is singular in float
  const Wishart w(at::full({1000}, 5.0f), {.scale_tril = factor});
  EXPECT_EQ(w.scale_tril().const_data_ptr(), factor.const_data_ptr());
  EXPECT_EQ(w.expand({5, 1000}).scale_tril().const_data_ptr(), factor.const_data_ptr());
  EXPECT_NEAR(w.entropy()[0].item<double>(), 6.810548379333745 + 3 * std::log(1e-12), 1e-4);
}

TEST(WishartTest, EveryPositiveDefiniteMatrixHasADensity) {
  at::manual_seed(0);
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
    for (const int64_t n : {2, 3, 5, 12}) {
      const Tensor all = test::nearly_singular(100, n, dtype);
      const Tensor x = all.index({constraints::positive_definite.check(all)}).requires_grad_();
      const Tensor df = at::full({}, static_cast<double>(n) + 1, dtype), eye = at::eye(n, dtype);
      for (const bool validates : {true, false}) {
        const Tensor of_value = Wishart(df, {.covariance_matrix = eye}, validates).log_prob(x);
        EXPECT_TRUE(of_value.isfinite().all().item<bool>()) << dtype << ' ' << n;
        EXPECT_FALSE(torch::autograd::grad({of_value.sum()}, {x})[0].isnan().any().item<bool>())
            << dtype << ' ' << n;
        for (const Wishart& m : {Wishart(df, {.covariance_matrix = x}, validates),
                                 Wishart(df, {.precision_matrix = x}, validates)}) {
          EXPECT_TRUE(m.entropy().isfinite().all().item<bool>()) << dtype << ' ' << n;
          const Tensor draw = m.sample();
          EXPECT_FALSE(draw.isnan().any().item<bool>()) << dtype << ' ' << n;
          EXPECT_FALSE(m.log_prob(draw).isnan().any().item<bool>()) << dtype << ' ' << n;
        }
      }
    }
  }
}

TEST(WishartTest, SaysWhatIsWrongWithAMatrix) {
  const Tensor good = at::eye(2), flat = at::tensor({1.0f, 2.0f, 2.0f, 1.0f}).view({2, 2}),
               skew = at::tensor({1.0f, 0.5f, 0.0f, 1.0f}).view({2, 2});
  const struct {
    Tensor wrong;
    const char* reason;
  } kinds[] = {
      {flat, "; it is not positive definite: its leading minor of order 2 is not positive"},
      {skew,
       "; it is not symmetric: its entries [0, 1] and [1, 0] are 0.5 and 0.0, a "
       "difference of 0.5"},
      {at::full({2, 2}, NAN), "; its entry [0, 0] is nan"}};
  for (const auto& [wrong, reason] : kinds) {
    const Tensor batch = at::stack({good, wrong, good, wrong});
    const auto reports = [reason = reason](const char* parameter) {
      return AllOf(HasSubstr(parameter), HasSubstr("PositiveDefinite()"), HasSubstr("at index [1]"),
                   HasSubstr(reason));
    };
    EXPECT_THAT(refusal([&] { Wishart(3, {.covariance_matrix = batch}); }),
                reports("Expected parameter covariance_matrix (Tensor of shape (4, 2, 2)) of "
                        "distribution Wishart("));
    EXPECT_THAT(refusal([&] { Wishart(3, {.precision_matrix = batch}); }),
                reports("precision_matrix"));
    EXPECT_THAT(refusal([&] {
                  MultivariateNormal({0., 0.}, {.covariance_matrix = batch});
                }),
                reports("covariance_matrix"));
    EXPECT_THAT(refusal([&] { Wishart(3, scale_tril(good)).log_prob(batch); }),
                reports("Expected value argument (Tensor of shape (4, 2, 2))"));
  }
  EXPECT_THAT(refusal([&] {
                Wishart(3, scale_tril(at::stack({good, skew})));
              }),
              HasSubstr("at index [1]; its entry [0, 1] above the diagonal is 0.5"));
  EXPECT_THAT(refusal([&] {
                Wishart(3, scale_tril(at::stack({good, -good})));
              }),
              HasSubstr("at index [1]; its entry [0, 0] on the diagonal is -1.0"));
}

TEST(WishartTest, RefusesWhatDoesNotFit) {
  const Tensor eye = at::eye(2);
  const auto refused = [&](const Param& df, const Covariance& covariance) {
    return refusal([&] { Wishart(df, covariance); });
  };
  EXPECT_THAT(refused(3, {}), HasSubstr("covariance_matrix"));
  EXPECT_THAT(refused(3, {.covariance_matrix = eye, .scale_tril = eye}), HasSubstr("scale_tril"));
  EXPECT_THAT(refused(3, scale_tril(at::ones({2}))),
              HasSubstr("scale_tril must be a square matrix"));
  EXPECT_THAT(refused(3, covariance_matrix(at::ones({2, 3}))),
              HasSubstr("covariance_matrix must be a square matrix"));
  EXPECT_NE(refused({}, scale_tril(eye)), "accepted");
  EXPECT_NE(refused(at::ones({3}) * 4, scale_tril(eye.expand({4, 2, 2}))), "accepted");
  EXPECT_THAT(refused(at::tensor({3.0, 1.0, 0.5}), scale_tril(eye)),
              AllOf(HasSubstr("Expected parameter df"), HasSubstr("GreaterThan(lower_bound=1)"),
                    HasSubstr("the first is 1.0 at index [1]")));
  EXPECT_NE(refused(NAN, scale_tril(eye)), "accepted");
}

TEST(WishartTest, WithoutValidationBadParametersGiveNaN) {
  const Tensor eye = at::eye(2), x = wishart_value({}, 2).to(at::kFloat);
  const Wishart of_matrices(3, covariance_matrix(at::stack({eye, -eye})), false);
  const Wishart of_df(at::tensor({3.0f, 1.0f, 0.5f, NAN}), scale_tril(eye), false);
  for (const auto* w : {&of_matrices, &of_df}) {
    for (const Tensor& t :
         {w->log_prob(x), w->entropy(), w->sample().flatten(1).sum(1), w->log_prob(-eye)}) {
      EXPECT_TRUE(t.slice(0, 1).isnan().all().item<bool>()) << t;
      EXPECT_FALSE(t[0].isnan().item<bool>()) << t;
    }
  }
}

TEST(WishartTest, AValueOutsideHasNoDensityAndNoGradient) {
  at::manual_seed(3);
  Tensor value = wishart_value({6}, 2);
  value[1][0][1] = 9;                                    // asymmetric
  value[2] = doubles({1, 2, 2, 1}).view({2, 2});         // an eigenvalue of -1
  value[3] = doubles({INFINITY, 0, 0, 1}).view({2, 2});  // infinite
  value[4] = doubles({NAN, 0, 0, 1}).view({2, 2});
  const Tensor df = doubles({3}).requires_grad_(), factor = wishart_factor({}, 2).requires_grad_();
  value.requires_grad_();
  const Wishart w(df[0], {.scale_tril = factor}, false);
  const Tensor log_prob = w.log_prob(value);
  EXPECT_TRUE(log_prob.slice(0, 1, 4).eq(-INFINITY).all().item<bool>()) << log_prob;
  EXPECT_TRUE(log_prob[4].isnan().item<bool>());
  const Tensor good = value.detach().index_select(0, at::tensor({0, 5})).requires_grad_();
  const Tensor want = w.log_prob(good);
  EXPECT_TRUE(log_prob.index_select(0, at::tensor({0, 5})).equal(want));
  const auto got_slopes = torch::autograd::grad({log_prob.sum()}, {df, factor, value}),
             want_slopes = torch::autograd::grad({want.sum()}, {df, factor, good});
  EXPECT_TRUE(got_slopes[0].allclose(want_slopes[0]));
  EXPECT_TRUE(got_slopes[1].allclose(want_slopes[1]));
  EXPECT_TRUE(got_slopes[2].index_select(0, at::tensor({0, 5})).allclose(want_slopes[2]));
  EXPECT_TRUE(got_slopes[2].slice(0, 1, 5).eq(0).all().item<bool>());
}

TEST(WishartTest, DerivativesOfEveryOrder) {
  at::manual_seed(4);
  const Tensor df = 2.5 + at::rand({2}, at::kDouble), factor = wishart_factor({}, 3),
               covariance = factor.matmul(factor.mT()), value = wishart_value({2}, 3);
  // The value need not be made symmetric: log_prob depends on its symmetric part.
  const auto by_factor = [](const std::vector<Tensor>& t) {
    const Wishart w(t[0], {.scale_tril = t[1]}, false);
    return w.log_prob(t[2]) + w.entropy();
  };
  EXPECT_TRUE(test::gradcheck(by_factor, {df, factor, value}));
  EXPECT_TRUE(test::gradgradcheck(by_factor, {df, factor, value}));
  const auto by_covariance = [](const std::vector<Tensor>& t) {
    const Wishart w(t[0], {.covariance_matrix = symmetric_part(t[1])});
    return w.log_prob(t[2]) + w.variance().sum({-2, -1}) + w.mean().sum({-2, -1});
  };
  EXPECT_TRUE(test::gradcheck(by_covariance, {df, covariance, value}));
  EXPECT_TRUE(test::gradgradcheck(by_covariance, {df, covariance, value}));
  const auto by_precision = [](const std::vector<Tensor>& t) {
    return Wishart(t[0], {.precision_matrix = symmetric_part(t[1])}).log_prob(t[2]);
  };
  EXPECT_TRUE(test::gradcheck(by_precision, {df, covariance, value}));
  const auto draw = [](const std::vector<Tensor>& t) {
    return Wishart(3.25, {.scale_tril = t[0]}, false)
        .rsample({3}, at::detail::createCPUGenerator(5));
  };
  EXPECT_TRUE(test::gradcheck(draw, {factor}));
}

TEST(WishartTest, SamplesAreThoseOfBartlettsDecomposition) {
  at::manual_seed(5);
  const Tensor df = doubles({2.25, 4, 30}), factor = wishart_factor({3}, 3);
  at::manual_seed(8);
  const Tensor gammas =
      at::_standard_gamma(0.5 * (df.unsqueeze(-1) - doubles({0, 1, 2})).expand({4, 3, 3}));
  const Tensor noise = at::empty({4, 3, 3}, at::kDouble).normal_();
  Tensor a = (2 * gammas).sqrt().diag_embed();
  a.select(-2, 1).select(-1, 0).copy_(noise.select(-1, 0));
  a.select(-2, 2).select(-1, 0).copy_(noise.select(-1, 1));
  a.select(-2, 2).select(-1, 1).copy_(noise.select(-1, 2));
  const Tensor root = factor.matmul(a);
  // The stream ends there: no draw is rejected.
  const Tensor next = at::rand({1});
  at::manual_seed(8);
  EXPECT_TRUE(Wishart(df, {.scale_tril = factor}).sample({4}).allclose(root.matmul(root.mT())));
  EXPECT_TRUE(at::rand({1}).equal(next));
}

/// The largest distance between the empirical distribution function of `u` and that of a uniform
/// variable.
double largest_gap_to_uniform(const Tensor& u) {
  const Tensor sorted = std::get<0>(u.reshape(-1).sort());
  const auto n = static_cast<double>(sorted.numel());
  return (sorted - at::arange(1, n + 1, at::kDouble) / n).abs().max().item<double>();
}

// A scale that is wrong by 3 % moves the distribution function of each quantity by more than twice
// the bound.
TEST(WishartTest, SamplesHaveTheirChiSquaredMarginals) {
  constexpr int64_t kDraws = 200000;
  const double bound = std::sqrt(std::log(2 / 2.3e-10) / (2.0 * kDraws));
  at::manual_seed(6);
  const Tensor factor = wishart_factor({}, 3);
  for (const double df : {2.3, 6.0, 40.0}) {
    const Tensor x = Wishart(df, {.scale_tril = factor}).sample({kDraws});
    const auto expect_chi_squared = [&](const Tensor& y, double of_df) {
      EXPECT_LT(largest_gap_to_uniform(Chi2(at::full({}, of_df, at::kDouble)).cdf(y)), bound)
          << df << ' ' << of_df;
    };
    const Tensor b = at::linalg_solve_triangular(factor, at::linalg_cholesky(x), /*upper=*/false);
    expect_chi_squared(b.square().sum({-2, -1}), 3 * df);  // tr(S^-1 X)
    for (int64_t i = 0; i < 3; ++i)
      expect_chi_squared(b.select(-1, i).select(-1, i).square(), df - static_cast<double>(i));
    // v^T X v / v^T S v
    const Tensor v = doubles({0.3, -1, 0.7});
    expect_chi_squared(x.matmul(v).matmul(v) / v.matmul(factor).square().sum(), df);
    // Below the diagonal, B is standard normal.
    for (const auto& [i, j] : {std::pair{1, 0}, {2, 0}, {2, 1}})
      expect_chi_squared(b.select(-2, i).select(-1, j).square(), 1);
  }
}

// The chi-squared variables of Bartlett's factor move with df at a fixed quantile.
TEST(WishartTest, GradientOfADrawIsImplicit) {
  at::manual_seed(7);
  const Tensor factor = wishart_factor({}, 3);
  for (const double degrees : {2.01, 3.5, 80.0}) {
    const Tensor df = at::full({}, degrees, at::kDouble).requires_grad_();
    for (int64_t seed = 0; seed < 5; ++seed) {
      const Tensor x =
          Wishart(df, {.scale_tril = factor}).rsample({}, at::detail::createCPUGenerator(seed));
      const Tensor a =
          at::linalg_solve_triangular(factor, at::linalg_cholesky(x.detach()), /*upper=*/false);
      Tensor slope = at::zeros_like(a);
      for (int64_t i = 0; i < 3; ++i) {
        const Chi2 chi2(df - i);
        const Tensor y = a[i][i].square();
        const Tensor of_cdf = torch::autograd::grad({chi2.cdf(y)}, {df})[0];
        slope[i][i] = (-of_cdf / chi2.log_prob(y).exp() / (2 * a[i][i])).detach();
      }
      const Tensor product = factor.matmul(slope.matmul(a.mT())).matmul(factor.mT());
      const Tensor weights = at::randn({3, 3}, at::kDouble);
      const Tensor got = torch::autograd::grad({(x * weights).sum()}, {df})[0];
      const Tensor want = (weights * (product + product.mT())).sum();
      EXPECT_TRUE(got.isclose(want, 1e-6, 1e-8).item<bool>()) << degrees << got << want;
    }
  }
}

TEST(WishartTest, EveryDrawIsPositiveDefinite) {
  at::manual_seed(8);
  const auto expect_valid = [](const Wishart& w, int64_t n) {
    const Tensor x = w.rsample({n});
    EXPECT_TRUE(x.equal(x.mT()));
    EXPECT_TRUE(x.isfinite().all().item<bool>());
    EXPECT_TRUE(constraints::positive_definite.check(x).all().item<bool>());
    const Tensor log_prob = w.log_prob(x);
    EXPECT_FALSE(log_prob.isnan().any().item<bool>());
    EXPECT_TRUE(log_prob.isfinite().all().item<bool>());
    return x;
  };
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const int64_t n : {1, 2, 5}) {
      for (const double df : {0.01, 0.1, 1.0, 20.0}) {
        // Most draws of the first are singular up to rounding.
        const Tensor degrees = at::full({}, static_cast<double>(n - 1) + df, dtype);
        if (degrees.item<double>() <= static_cast<double>(n - 1)) continue;
        expect_valid(Wishart(degrees, scale_tril(at::eye(n, dtype))), 300);
        expect_valid(Wishart(degrees, scale_tril(at::ones({n, n}, dtype).tril())), 300);
      }
    }
  }
  // Draws that underflow or overflow are the smallest or the largest matrices.
  for (const double scale : {1e-25, 1e25}) {
    const Wishart w(at::full({}, 3.0f), scale_tril(scale * at::ones({2, 2}).tril()));
    const Tensor x = w.sample({100});
    EXPECT_TRUE(constraints::positive_definite.check(x).all().item<bool>());
    EXPECT_TRUE(x.isfinite().all().item<bool>());
  }
}

TEST(WishartTest, GradientsOfExtremeDrawsAreFinite) {
  at::manual_seed(9);
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    for (const double df : {1.001, 1.5, 1e6}) {
      const Tensor degrees = at::full({}, df, dtype).requires_grad_(),
                   factor = at::ones({2, 2}, dtype).tril().requires_grad_();
      const Tensor x = Wishart(degrees, {.scale_tril = factor}).rsample({500});
      for (const Tensor& slope : torch::autograd::grad({x.sum()}, {degrees, factor}))
        EXPECT_TRUE(slope.isfinite().all().item<bool>()) << df << slope;
    }
  }
}

TEST(WishartTest, DivergencesOfABatchAreThoseOfItsElements) {
  at::manual_seed(10);
  const Tensor df = 2.5 + at::rand({3}, at::kDouble), other_df = 3 + at::rand({2, 1}, at::kDouble),
               factor = wishart_factor({3}, 3), other = wishart_factor({}, 3);
  const Wishart p(df, {.scale_tril = factor}), q(other_df, {.scale_tril = other});
  const Tensor kl = kl_divergence(p, q);
  ASSERT_EQ(kl.sizes(), IntArrayRef({2, 3}));
  for (int64_t i = 0; i < 2; ++i) {
    for (int64_t j = 0; j < 3; ++j) {
      const Wishart one(df[j], {.scale_tril = factor[j]}),
          another(other_df[i][0], {.scale_tril = other});
      EXPECT_NEAR(kl[i][j].item<double>(), kl_divergence(one, another).item<double>(), 1e-12);
      const Tensor x = one.sample({100000}), gain = one.log_prob(x) - another.log_prob(x);
      EXPECT_NEAR(kl[i][j].item<double>(), gain.mean().item<double>(),
                  6 * gain.std().item<double>() / std::sqrt(1e5));
    }
  }
  EXPECT_FALSE(kl_divergence(p, p).requires_grad());
  EXPECT_TRUE(kl_divergence(p, p).eq(0).all().item<bool>());
  EXPECT_THAT(refusal([&] { kl_divergence(p, Wishart(3, scale_tril(at::eye(2)))); }),
              HasSubstr("equal event shapes"));
}

TEST(WishartTest, DivergencesHaveGradientsInBothSides) {
  at::manual_seed(11);
  const auto kl = [](const std::vector<Tensor>& t) {
    return kl_divergence(Wishart(t[0], {.scale_tril = t[1]}, false),
                         Wishart(t[2], {.covariance_matrix = symmetric_part(t[3])}));
  };
  const std::vector<Tensor> inputs{3 + at::rand({2}, at::kDouble), wishart_factor({2}, 3),
                                   3 + at::rand({2}, at::kDouble), wishart_value({}, 3)};
  EXPECT_TRUE(test::gradcheck(kl, inputs));
  EXPECT_TRUE(test::gradgradcheck(kl, inputs));
}

TEST(WishartTest, IsAnExponentialFamily) {
  at::manual_seed(12);
  const Tensor df = doubles({2.5, 9}), value = wishart_value({}, 3);
  const Wishart w(df, {.scale_tril = wishart_factor({}, 3)});
  const std::vector<Tensor> natural = w.natural_params();
  const Tensor sum = (natural[0] * value).sum({-2, -1}) + natural[1] * value.logdet();
  EXPECT_TRUE((sum - w.log_normalizer(natural)).allclose(w.log_prob(value)));
  EXPECT_TRUE(core::mean_params(w, natural)[0].allclose(w.mean()));
  EXPECT_EQ(w.mean_carrier_measure(), 0);
}

TEST(WishartTest, DtypesPromote) {
  const auto dtypes = {at::kHalf, at::kFloat, at::kDouble, at::kLong};
  for (const auto of_df : dtypes) {
    for (const auto of_matrix : dtypes) {
      if (of_df == at::kLong && of_matrix == at::kLong) continue;
      const auto dtype = of_df == at::kLong       ? of_matrix
                         : of_matrix == at::kLong ? of_df
                                                  : at::promote_types(of_df, of_matrix);
      const Tensor df = at::full({}, 4, of_df), matrix = at::eye(2, of_matrix);
      for (const auto& given :
           {Covariance{.scale_tril = matrix}, Covariance{.covariance_matrix = matrix},
            Covariance{.precision_matrix = matrix}}) {
        const Wishart w(df, given);
        for (const Tensor& t :
             {w.sample(), w.rsample({3}), w.log_prob(at::eye(2, at::kHalf)), w.mean(), w.mode(),
              w.variance(), w.stddev(), w.entropy(), w.scale_tril(), w.covariance_matrix(),
              w.precision_matrix(), w.df(), kl_divergence(w, w)}) {
          EXPECT_EQ(t.scalar_type(), dtype) << of_df << ' ' << of_matrix;
        }
        EXPECT_EQ(w.log_prob(at::eye(2, at::kDouble)).scalar_type(), at::kDouble);
        EXPECT_EQ(w.log_prob(at::eye(2, at::kLong)).scalar_type(), dtype);
      }
    }
  }
}

TEST(WishartTest, ChangesReachTheFactor) {
  const Wishart w(5, covariance_matrix(4 * at::eye(2)));
  EXPECT_EQ(w.to(at::kDouble).log_prob(at::eye(2, at::kDouble)).scalar_type(), at::kDouble);
  const Wishart wide = w.expand({5, 3});
  EXPECT_EQ(wide.covariance_matrix().sizes(), IntArrayRef({5, 3, 2, 2}));
  EXPECT_EQ(wide.df().sizes(), IntArrayRef({5, 3}));
  EXPECT_EQ(wide.log_prob(at::eye(2)).sizes(), IntArrayRef({5, 3}));
  EXPECT_EQ(wide.sample({2}).sizes(), IntArrayRef({2, 5, 3, 2, 2}));
  const Tensor matrix = at::eye(2).requires_grad_();
  EXPECT_FALSE(Wishart(5, covariance_matrix(matrix)).detach().entropy().requires_grad());
}

TEST(WishartTest, OfNoRowsOrNoElementsIsEmpty) {
  for (const int64_t n : {0, 2}) {
    for (const std::vector<int64_t>& batch : {std::vector<int64_t>{}, {3}, {0}, {2, 0}}) {
      std::vector<int64_t> matrices = batch;
      matrices.insert(matrices.end(), {n, n});
      const Tensor df = at::full(batch, 4.0).requires_grad_();
      const Wishart w(df, scale_tril(at::eye(n)));
      EXPECT_EQ(w.mean().sizes(), IntArrayRef(matrices));
      const Tensor x = w.rsample({5}), log_prob = w.log_prob(x);
      EXPECT_EQ(log_prob.dim(), static_cast<int64_t>(batch.size()) + 1);
      EXPECT_EQ(kl_divergence(w, w).sizes(), IntArrayRef(batch));
      EXPECT_EQ(w.entropy().sizes(), IntArrayRef(batch));
    }
  }
}

// Differences of lgamma(5e7) would leave no digit in float, and few in double.
TEST(WishartTest, ManyDegreesOfFreedomKeepTheirDigits) {
  const Tensor x = 1e8 * at::eye(2, at::kDouble);
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const Wishart w(at::full({}, 1e8, dtype), scale_tril(at::eye(2, dtype)));
    EXPECT_NEAR(w.log_prob(x.to(dtype)).item<double>(), -31.080983906935845,
                dtype == at::kDouble ? 1e-13 : 1e-5);
    EXPECT_NEAR(w.entropy().item<double>(), 32.580983872769178,
                dtype == at::kDouble ? 1e-13 : 1e-5);
  }
}

TEST(WishartTest, AValueFarFromTheScaleHasNoDensity) {
  // The square of b = 1e200 overflows, and that of 1e-200 underflows.
  const ValidateArgsGuard off(false);
  for (const double ratio : {1e200, 1e-200}) {
    const Wishart d(3, {.covariance_matrix = doubles({1 / ratio}).view({1, 1})});
    const Tensor log_prob = d.log_prob(doubles({ratio}).view({1, 1}));
    EXPECT_FALSE(log_prob.isnan().item<bool>()) << ratio;
    EXPECT_LT(log_prob.item<double>(), -400);
  }
}

}  // namespace
}  // namespace torch::distributions
