#include <torch/distributions/low_rank_multivariate_normal.h>

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/record_function.h>
#include <gmock/gmock.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <string_view>
#include <vector>

#include <torch/distributions/kl.h>
#include <torch/distributions/multivariate_normal.h>

#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::kDoubles;
using test::refusal;

using ::testing::AllOf;
using ::testing::HasSubstr;

using LowRank = LowRankMultivariateNormal;
using Sizes = std::vector<int64_t>;

Sizes joined(Sizes batch, const Sizes& event) {
  batch.insert(batch.end(), event.begin(), event.end());
  return batch;
}

Tensor random_diag(const Sizes& shape) { return at::rand(shape, kDoubles) + 0.5; }

Tensor matrix_of(const Tensor& factor, const Tensor& diag) {
  return factor.matmul(factor.mT()) + diag.diag_embed();
}

MultivariateNormal dense(const Tensor& loc, const Tensor& factor, const Tensor& diag) {
  return MultivariateNormal(loc, {.covariance_matrix = matrix_of(factor, diag)});
}

TEST(LowRankMultivariateNormalTest, IsTheDenseOneForAnyBatch) {
  at::manual_seed(0);
  struct Batches {
    Sizes loc, factor, diag, value;
  };
  for (const auto& [of_loc, of_factor, of_diag, of_value] : {Batches{{}, {}, {}, {}},
                                                             {{}, {}, {}, {48}},
                                                             {{}, {}, {}, {4, 1, 5}},
                                                             {{3}, {}, {}, {3}},
                                                             {{3}, {3}, {3}, {7, 3}},
                                                             {{3}, {3}, {}, {7, 1}},
                                                             {{}, {3}, {}, {}},
                                                             {{}, {}, {3}, {}},
                                                             {{2, 1}, {3}, {}, {2, 3}},
                                                             {{}, {2, 1}, {3}, {2, 3}},
                                                             {{3}, {}, {2, 1}, {5, 2, 3}},
                                                             {{1}, {1}, {1}, {6}},
                                                             {{2, 3}, {2, 3}, {2, 3}, {4, 2, 3}},
                                                             {{0}, {}, {}, {0}}}) {
    for (const int64_t rank : {0, 1, 2, 5}) {
      const Tensor loc = at::randn(joined(of_loc, {3}), kDoubles).requires_grad_(),
                   factor = at::randn(joined(of_factor, {3, rank}), kDoubles).requires_grad_(),
                   diag = random_diag(joined(of_diag, {3})).requires_grad_(),
                   value = at::randn(joined(of_value, {3}), kDoubles).requires_grad_();
      const LowRank m(loc, factor, diag);
      const MultivariateNormal same = dense(loc, factor, diag);
      ASSERT_EQ(m.batch_shape(), same.batch_shape());
      const auto expect_same = [&](const Tensor& got, const Tensor& want) {
        ASSERT_EQ(got.sizes(), want.sizes());
        EXPECT_TRUE(got.allclose(want, 1e-11, 1e-11)) << got << want;
        const auto gradients = [&](const Tensor& y) {
          return torch::autograd::grad({y.square().sum()}, {loc, factor, diag, value}, {},
                                       /*retain_graph=*/true, /*create_graph=*/false,
                                       /*allow_unused=*/true);
        };
        const auto ours = gradients(got), theirs = gradients(want);
        for (std::size_t i = 0; i < ours.size(); ++i) {
          const Tensor none = at::zeros({}, kDoubles);
          const Tensor a = ours[i].defined() ? ours[i] : none,
                       b = theirs[i].defined() ? theirs[i] : none;
          EXPECT_TRUE(a.allclose(b, 1e-9, 1e-9)) << i << a << b;
        }
      };
      expect_same(m.log_prob(value), same.log_prob(value));
      expect_same(m.entropy(), same.entropy());
      expect_same(m.variance(), same.variance());
      expect_same(m.covariance_matrix(), same.covariance_matrix());
      expect_same(m.precision_matrix(), same.precision_matrix());
      expect_same(m.scale_tril(), same.scale_tril());
      EXPECT_TRUE(m.mean().equal(same.mean()));
      EXPECT_TRUE(m.mode().equal(same.mode()));
      EXPECT_EQ(m.sample({2, 0}).sizes(), same.sample({2, 0}).sizes());
      EXPECT_EQ(m.sample({2}).sizes(), same.sample({2}).sizes());
      {
        const at::NoGradGuard no_grad;
        EXPECT_TRUE(m.log_prob(value).allclose(same.log_prob(value), 1e-12));
      }
    }
  }
}

// The factor is 1e6 standard deviations of the diagonal long: Woodbury's formula would subtract
// numbers of 1e12. The values are those of mpmath.
TEST(LowRankMultivariateNormalTest, KeepsItsDigitsUnderADominantFactor) {
  const Tensor factor = doubles({1, 2}).view({2, 1}), diag = doubles({1e-12, 1e-12}),
               loc = at::zeros({2}, kDoubles);
  const Tensor value = doubles({1, 2}).requires_grad_();
  const LowRank m(loc, factor, diag);
  EXPECT_NEAR(m.log_prob(value).item<double>(), 10.67291453533787843325, 1e-14);
  EXPECT_TRUE(test::gradient(m.log_prob(value), value)
                  .allclose(doubles({-0.19999999999996, -0.39999999999992}), 1e-13));
  const LowRank longer(loc, factor * 1.0078125, diag);
  const double square = 1.0078125 * 1.0078125;  // the divergence between factors alone
  EXPECT_NEAR(kl_divergence(m, longer).item<double>() / (0.5 * (1 / square - 1 + std::log(square))),
              1, 1e-9);
  // In float, the parameters are rounded, and nothing else.
  const LowRank in_float = m.to(at::kFloat);
  EXPECT_NEAR(in_float.log_prob(value.to(at::kFloat)).item<double>(),
              in_float.to(at::kDouble).log_prob(value).item<double>(), 1e-6);
  // The identity (diag + W W^T)^-1 (diag + W W^T) = I, for the element that cancels most.
  const LowRank in_one_coordinate(loc, doubles({1, 0}).view({2, 1}), diag);
  EXPECT_NEAR(in_one_coordinate.precision_matrix()[0][0].item<double>(), 1 - 1e-12, 1e-15);
}

/// Calls `f` and returns the number of calls of an operation.
int64_t calls_of(std::string_view operation, const std::function<void()>& f) {
  static thread_local std::string_view counted;
  static thread_local int64_t count;
  counted = operation;
  count = 0;
  const auto handle = at::addThreadLocalCallback(at::RecordFunctionCallback(
      [](const at::RecordFunction& function) -> std::unique_ptr<at::ObserverContext> {
        if (counted == function.name()) ++count;
        return nullptr;
      }));
  f();
  at::removeCallback(handle);
  return count;
}

// Kernels factor it if the factor is short beside the diagonal, and tensor operations if it is long.
TEST(LowRankMultivariateNormalTest, FactorsTheCapacitanceOnce) {
  at::manual_seed(1);
  const Tensor loc = at::randn({3, 4}, kDoubles), factor = at::randn({4, 2}, kDoubles),
               diag = random_diag({4});
  for (const bool is_long : {false, true}) {
    std::optional<LowRank> m;
    const auto construct = [&] { m.emplace(loc, is_long ? 1e4 * factor : factor, diag); };
    EXPECT_EQ(calls_of("aten::linalg_qr", construct), is_long ? 1 : 0);
    const auto use = [&] {
      const LowRank wide = m->expand({5, 3}), plain = m->detach();
      for (const LowRank& d : {*m, wide, plain}) {
        d.log_prob(d.sample());
        d.entropy();
        d.variance();
        d.precision_matrix();
        kl_divergence(d, *m);
      }
    };
    EXPECT_EQ(calls_of("aten::linalg_qr", use), 0);
  }
}

/// Calls `f` and returns the number of elements of the largest tensor that an operation returned.
int64_t largest_result(const std::function<void()>& f) {
  static thread_local int64_t largest;
  largest = 0;
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(
          [](const at::RecordFunction&) -> std::unique_ptr<at::ObserverContext> { return nullptr; },
          [](const at::RecordFunction& function, at::ObserverContext*) {
            for (const auto& output : function.outputs()) {
              if (output.isTensor() && output.toTensor().defined())
                largest = std::max(largest, output.toTensor().numel());
            }
          })
          .needsOutputs(true));
  f();
  at::removeCallback(handle);
  return largest;
}

TEST(LowRankMultivariateNormalTest, FormsNoSquareMatrix) {
  constexpr int64_t kDims = 4096, kRank = 8;
  at::manual_seed(2);
  const Tensor loc = at::randn({kDims}, kDoubles).requires_grad_(),
               factor = at::randn({kDims, kRank}, kDoubles).requires_grad_(),
               diag = random_diag({kDims}).requires_grad_();
  const auto use = [&] {
    const LowRank m(loc, factor, diag), other(loc, 2 * factor, diag);
    const Tensor result = m.log_prob(m.rsample({3})).sum() + m.entropy() + m.variance().sum() +
                          kl_divergence(m, other);
    torch::autograd::grad({result}, {loc, factor, diag});
  };
  EXPECT_LE(largest_result(use), 4 * kDims * kRank);
}

TEST(LowRankMultivariateNormalTest, TheFirstBadElementIsNamed) {
  const Tensor loc = at::zeros({2}), factor = at::ones({2, 1});
  for (const double bad : {0.0, -1.0, std::nan("")}) {
    const Tensor diag = at::ones({4, 2});
    diag[1][0] = bad;
    diag[3][1] = bad;
    EXPECT_THAT(refusal([&] { LowRank(loc, factor, diag); }),
                AllOf(HasSubstr("Expected parameter cov_diag (Tensor of shape (4, 2))"),
                      HasSubstr("IndependentConstraint(GreaterThan(lower_bound=0.0), 1)"),
                      HasSubstr("at index [1]")));
  }
  const Tensor factors = at::ones({3, 2, 1});
  factors[2][1][0] = std::nan("");
  EXPECT_THAT(refusal([&] { LowRank(loc, factors, at::ones({2})); }),
              AllOf(HasSubstr("Expected parameter cov_factor (Tensor of shape (3, 2, 1))"),
                    HasSubstr("IndependentConstraint(Real(), 2)"), HasSubstr("at index [2]")));
}

TEST(LowRankMultivariateNormalTest, WithoutValidationABadElementGivesNaN) {
  const Tensor diag = doubles({1, 1, 0, 1, -2, 1}).view({3, 2}),
               factor = at::ones({2, 1}, kDoubles);
  const LowRank m(at::zeros({2}, kDoubles), factor, diag, false);
  at::manual_seed(0);
  for (const Tensor& result :
       {m.log_prob(at::zeros({2}, kDoubles)), m.log_prob(at::full({2}, INFINITY, kDoubles)),
        m.entropy(), m.variance().sum(-1), m.sample().sum(-1), m.rsample().sum(-1),
        m.covariance_matrix().sum({-2, -1}), m.precision_matrix().sum({-2, -1}),
        m.scale_tril().sum({-2, -1}), kl_divergence(m, m)}) {
    EXPECT_FALSE(result[0].isnan().item<bool>());
    EXPECT_TRUE(result.slice(0, 1).isnan().all().item<bool>()) << result;
  }
  EXPECT_EQ(m.cov_diag()[2][0].item<double>(), -2);
}

TEST(LowRankMultivariateNormalTest, ShapesThatDoNotFitAreRefused) {
  const auto of = [](const Sizes& loc, const Sizes& factor, const Sizes& diag) {
    return refusal([&] { LowRank(at::zeros(loc), at::zeros(factor), at::ones(diag)); });
  };
  EXPECT_EQ(of({2}, {2, 1}, {2}), "accepted");
  EXPECT_THAT(of({}, {2, 1}, {2}), HasSubstr("loc must be at least one-dimensional"));
  EXPECT_THAT(of({2}, {2}, {2}), HasSubstr("needs a cov_factor of 2 rows"));
  EXPECT_THAT(of({2}, {1, 2}, {2}), HasSubstr("needs a cov_factor of 2 rows"));
  EXPECT_THAT(of({2}, {2, 1}, {}), HasSubstr("needs a cov_diag of 2 elements"));
  EXPECT_THAT(of({2}, {2, 1}, {1}), HasSubstr("needs a cov_diag of 2 elements"));
  EXPECT_THAT(of({3, 2}, {4, 2, 1}, {2}), HasSubstr("does not broadcast"));
}

TEST(LowRankMultivariateNormalTest, AnInfiniteValueHasNoDensity) {
  at::manual_seed(3);
  const Tensor factor = at::randn({4, 2}, kDoubles), diag = random_diag({4});
  Tensor value = at::randn({4, 4}, kDoubles);
  value[1][0] = INFINITY;
  value[2].fill_(-INFINITY);
  value[3][0] = INFINITY;
  value[3][1] = std::nan("");
  value.requires_grad_();
  const LowRank m(at::zeros({4}, kDoubles), factor, diag, false);
  const Tensor log_prob = m.log_prob(value);
  EXPECT_TRUE(log_prob[0].isfinite().item<bool>());
  EXPECT_TRUE(log_prob.slice(0, 1, 3).eq(-INFINITY).all().item<bool>()) << log_prob;
  EXPECT_TRUE(log_prob[3].isnan().item<bool>());
  // The gradients of the others do not see it.
  const Tensor alone = test::gradient(m.log_prob(value[0]), value)[0];
  EXPECT_TRUE(test::gradient(log_prob[0], value)[0].allclose(alone, 1e-13));
}

TEST(LowRankMultivariateNormalTest, DerivativesOfEveryOrder) {
  at::manual_seed(4);
  const std::vector<Tensor> inputs{at::randn({2, 1, 3}, kDoubles), at::randn({3, 2}, kDoubles),
                                   random_diag({2, 3}), at::randn({2, 2, 3}, kDoubles)};
  const auto all = [](const std::vector<Tensor>& t) {
    const LowRank m(t[0], t[1], t[2], false);
    return m.log_prob(t[3]) + m.entropy() + m.variance().sum(-1);
  };
  EXPECT_TRUE(test::gradcheck(all, inputs));
  EXPECT_TRUE(test::gradgradcheck(all, inputs));
  const auto matrices = [](const std::vector<Tensor>& t) {
    const LowRank m(t[0], t[1], t[2], false);
    return m.scale_tril() + m.precision_matrix() + m.covariance_matrix();
  };
  EXPECT_TRUE(test::gradcheck(matrices, inputs));
  const auto gradient = [&](const std::vector<Tensor>& t) {
    const at::AutoGradMode recorded(true);
    std::vector<Tensor> leaves;
    for (const Tensor& x : t) leaves.push_back(x.requires_grad() ? x : x.detach().requires_grad_());
    const auto first = torch::autograd::grad({all(leaves).square().sum()}, leaves, {},
                                             /*retain_graph=*/true, /*create_graph=*/true);
    return first[1].sum() + first[2].square().sum() + first[3].square().sum();
  };
  EXPECT_TRUE(test::gradgradcheck(gradient, inputs));
  const auto draw = [](const std::vector<Tensor>& t) {
    return LowRank(t[0], t[1], t[2], false).rsample({3}, at::detail::createCPUGenerator(5));
  };
  EXPECT_TRUE(test::gradcheck(draw, inputs));
}

// Each value has its own covariance with a short factor, so kernels compute all.
TEST(LowRankMultivariateNormalTest, FloatsAndDoublesHaveTheGradientsOfTheDenseOne) {
  at::manual_seed(10);
  const std::vector<Tensor> inputs{at::randn({2, 17}), 0.2 * at::randn({2, 17, 3}),
                                   at::rand({2, 17}) + 0.5, at::randn({2, 17})};
  const auto gradients = [&](at::ScalarType dtype, bool is_dense) {
    std::vector<Tensor> leaves;
    for (const Tensor& x : inputs) leaves.push_back(x.to(dtype, false, true).requires_grad_());
    const Tensor log_prob = is_dense ? dense(leaves[0], leaves[1], leaves[2]).log_prob(leaves[3])
                                     : LowRank(leaves[0], leaves[1], leaves[2]).log_prob(leaves[3]);
    return torch::autograd::grad({(log_prob * at::tensor({1, 2})).sum()}, leaves);
  };
  const auto want = gradients(at::kDouble, true);
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const double tolerance = dtype == at::kFloat ? 1e-6 : 1e-13;
    const auto got = gradients(dtype, false);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_TRUE(got[i].to(at::kDouble).allclose(want[i], tolerance, tolerance))
          << i << got[i] << want[i];
    }
  }
  const LowRank m(inputs[0], inputs[1], inputs[2]);
  EXPECT_TRUE(kl_divergence(m, m).eq(0).all().item<bool>());
}

// The members are the user's tensors, but the distribution is that of the numbers it was made of.
TEST(LowRankMultivariateNormalTest, ItsCovarianceDoesNotFollowLaterChanges) {
  at::manual_seed(11);
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf}) {
    for (const double length : {0.2, 1e4}) {
      const Tensor loc = at::randn({2, 5}).to(dtype), diag = (at::rand({2, 5}) + 0.5).to(dtype),
                   factor = (length * at::randn({2, 5, 2})).to(dtype),
                   x = at::randn({2, 5}).to(dtype);
      const LowRank m(loc, factor, diag), same(loc, factor.clone(), diag.clone());
      factor.mul_(0.5);
      diag.mul_(3);
      const auto results = [&](const LowRank& d) {
        at::manual_seed(12);
        return std::vector<Tensor>{d.log_prob(x),
                                   d.entropy(),
                                   d.variance(),
                                   d.covariance_matrix(),
                                   d.precision_matrix(),
                                   d.scale_tril(),
                                   d.sample({3}),
                                   kl_divergence(d, same),
                                   d.expand({3, 2}).log_prob(x)};
      };
      const auto got = results(m), want = results(same);
      for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_TRUE(got[i].allclose(want[i], 1e-12, 1e-12)) << dtype << ' ' << length << ' ' << i;
    }
  }
}

// The squares of W, or their ratio to d, overflow. Variances may be infinite, but nothing is NaN.
TEST(LowRankMultivariateNormalTest, TheSquaresOfItsFactorMayOverflow) {
  at::manual_seed(13);
  const Tensor loc = at::zeros({4}, kDoubles), w = at::randn({4, 2}, kDoubles),
               d = at::rand({4}, kDoubles) + 0.5;
  const double usual = LowRank(loc, 1e10 * w, d).entropy().item<double>();
  for (const auto& [length, size] :
       {std::pair{1e160, 1.0}, {1e200, 1.0}, {1e100, 1e-200}, {1e-30, 1e-300}, {1e300, 1e300}}) {
    const std::string what = at::str(length, " ", size);
    const Tensor factor = (length * w).requires_grad_(), diag = (size * d).requires_grad_();
    const LowRank m(loc, factor, diag);
    const Tensor at_loc = m.log_prob(loc), entropy = m.entropy();
    // Two directions have the size of W, and the two others that of the root of d.
    EXPECT_NEAR(entropy.item<double>() - usual, 2 * std::log(length / 1e10) + std::log(size), 1e-10)
        << what;
    EXPECT_NEAR((at_loc + entropy).item<double>(), 2, 1e-10) << what;
    for (const Tensor& result : {m.log_prob(factor.detach().matmul(at::ones({2}, kDoubles))),
                                 m.variance(), m.precision_matrix(), m.scale_tril(), m.sample({3})})
      EXPECT_FALSE(result.isnan().any().item<bool>()) << what << result;
    for (const Tensor& y : {at_loc, entropy}) {
      for (const Tensor& g : torch::autograd::grad({y}, {factor, diag}, {}, true))
        EXPECT_FALSE(g.isnan().any().item<bool>()) << what << g;
    }
  }
  // Then the ratio of W to the root of d overflows as well.
  EXPECT_THAT(refusal([&] { LowRank(loc, 1e250 * w, 1e-300 * d); }),
              HasSubstr("LowRankMultivariateNormal: the elements of cov_factor are too large"));
}

TEST(LowRankMultivariateNormalTest, SamplesAreThoseOfTheNoise) {
  const Tensor loc = at::randn({3, 2}, kDoubles), factor = at::randn({3, 2, 5}, kDoubles),
               diag = random_diag({2});
  const LowRank m(loc, factor, diag);
  at::manual_seed(8);
  const Tensor of_factor = at::empty({4, 3, 5}, kDoubles).normal_(),
               of_diag = at::empty({4, 3, 2}, kDoubles).normal_();
  at::manual_seed(8);
  EXPECT_TRUE(m.sample({4}).allclose(loc + factor.matmul(of_factor.unsqueeze(-1)).squeeze(-1) +
                                     diag.sqrt() * of_diag));
}

// Of n draws, an element of the sample covariance deviates by sqrt((S_ii S_jj + S_ij^2) / n).
TEST(LowRankMultivariateNormalTest, DrawsHaveTheCovariance) {
  constexpr int64_t kDraws = 200000;
  constexpr double kDeviations = 5;
  at::manual_seed(9);
  const Tensor loc = doubles({1, -2, 3});
  const LowRank m(loc, doubles({1, 0.5, -2, 0.25, 0.75, 1.5}).view({3, 2}), doubles({2, 3, 1}));
  const Tensor x = m.sample({kDraws}) - loc, sample = x.mT().matmul(x) / kDraws;
  const Tensor covariance = m.covariance_matrix(), variance = m.variance();
  const Tensor deviation = ((variance.outer(variance) + covariance.square()) / kDraws).sqrt();
  EXPECT_TRUE(((sample - covariance).abs() < kDeviations * deviation).all().item<bool>())
      << sample << covariance;
}

TEST(LowRankMultivariateNormalTest, EveryDtypeIsKept) {
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat}) {
    const Tensor loc = at::zeros({2}, dtype);
    const LowRank m(loc, at::ones({2, 1}, dtype), at::ones({2}, dtype) * 4);
    for (const Tensor& t :
         {m.sample({2}), m.log_prob(loc), m.entropy(), m.mean(), m.variance(), m.stddev(),
          m.scale_tril(), m.covariance_matrix(), m.precision_matrix(), kl_divergence(m, m)}) {
      EXPECT_EQ(t.scalar_type(), dtype);
    }
  }
  // A double value is not rounded to the dtype of a float distribution.
  const LowRank m(at::zeros({2}), at::ones({2, 1}), at::ones({2}));
  EXPECT_EQ(m.log_prob(at::zeros({2}, kDoubles)).scalar_type(), at::kDouble);
  const LowRank mixed(at::zeros({2}), at::ones({2, 1}, kDoubles), at::ones({2}));
  EXPECT_EQ(mixed.loc().scalar_type(), at::kDouble);
  EXPECT_EQ(mixed.sample().scalar_type(), at::kDouble);
}

TEST(LowRankMultivariateNormalTest, ChangesReachTheFactor) {
  const Tensor factor = at::full({2, 1}, 1e6).requires_grad_(), diag = at::full({2}, 0.1);
  const LowRank m(at::zeros({2}), factor, diag);
  EXPECT_EQ(m.to(at::kDouble).log_prob(at::zeros({2}, kDoubles)).scalar_type(), at::kDouble);
  const LowRank wide = m.expand({5, 3});
  EXPECT_EQ(wide.cov_factor().sizes(), IntArrayRef({5, 3, 2, 1}));
  EXPECT_EQ(wide.scale_tril().sizes(), IntArrayRef({5, 3, 2, 2}));
  EXPECT_EQ(wide.log_prob(at::zeros({2})).sizes(), IntArrayRef({5, 3}));
  EXPECT_EQ(wide.entropy().sizes(), IntArrayRef({5, 3}));
  EXPECT_TRUE(m.entropy().requires_grad());
  EXPECT_FALSE(m.detach().entropy().requires_grad());
  EXPECT_FALSE(m.detach().log_prob(at::zeros({2})).requires_grad());
  // Rounded parameters are factored again.
  const LowRank narrow = m.to(at::kDouble).to(at::kBFloat16);
  const LowRank same(at::zeros({2}, at::kBFloat16), factor.to(at::kBFloat16),
                     diag.to(at::kBFloat16));
  const Tensor value = at::tensor({1e6, 1e6}, kDoubles);
  EXPECT_TRUE(narrow.log_prob(value).equal(same.log_prob(value)));
}

}  // namespace
}  // namespace torch::distributions
