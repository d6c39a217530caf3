#include <torch/distributions/dirichlet.h>

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include <torch/distributions/beta.h>
#include <torch/distributions/kl.h>

#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::doubles;
using test::kInfinity;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// Values by mpmath at 50 digits.
struct Reference {
  std::vector<double> concentration, x;
  double log_prob;
};

TEST(DirichletTest, LogProbCancelsNothing) {
  const Reference references[] = {{{1e8, 1e8, 2e8}, {0.25, 0.25, 0.5}, 19.701965988187773881},
                                  {{1e8, 1e8, 2e8}, {0.25005, 0.24995, 0.5}, 15.701965948188653621},
                                  {{1e-6, 1, 1e6}, {1e-9, 1e-6, 1 - 1e-6}, 19.723260006377885504},
                                  {{3e5, 1e-3, 7}, {0.99995, 1e-12, 5e-5}, 27.989155505337676075}};
  for (const auto& [concentration, x, expected] : references) {
    const double actual = Dirichlet(doubles(concentration)).log_prob(doubles(x)).item<double>();
    EXPECT_NEAR(actual, expected, 64 * kEpsilon * std::abs(expected)) << doubles(concentration);
  }
}

TEST(DirichletTest, EntropyCancelsNothing) {
  const std::pair<std::vector<double>, double> references[] = {
      {{1e6, 1e6}, -6.5285377666175072744},
      {{1e8, 1e8, 2e8}, -18.701965995062773898},
      {{1e-6, 1, 1e6}, -1000012.3927250779814},
      {{1e-3, 1e-3, 1e-3}, -1983.0957130769436666}};
  for (const auto& [concentration, expected] : references) {
    const Dirichlet d(doubles(concentration));
    EXPECT_NEAR(d.entropy().item<double>(), expected, 32 * kEpsilon * std::abs(expected))
        << doubles(concentration);
    const Dirichlet in_float = d.to(at::kFloat);
    EXPECT_NEAR(in_float.entropy().item<double>(), expected, 1e-6 * std::abs(expected))
        << doubles(concentration);
  }
}

TEST(DirichletTest, VarianceOfSmallBesideLarge) {
  const Tensor variance = Dirichlet(doubles({1e8, 1e-6})).variance();
  const double expected = 9.9999998999997005e-23;  // both variances, by mpmath
  EXPECT_TRUE((variance / expected - 1).abs().lt(32 * kEpsilon).all().item<bool>()) << variance;
}

TEST(DirichletTest, DerivativesOfEveryOrder) {
  const Tensor concentration = doubles({0.5, 2, 3.5}), x = doubles({0.25, 0.25, 0.5});
  const auto log_prob = [](const std::vector<Tensor>& t) {
    return Dirichlet(t[0], false).log_prob(t[1] / t[1].sum());
  };
  EXPECT_TRUE(test::gradcheck(log_prob, {concentration, x}));
  EXPECT_TRUE(test::gradgradcheck(log_prob, {concentration, x}));
  const auto entropy = [](const std::vector<Tensor>& t) { return Dirichlet(t[0]).entropy(); };
  EXPECT_TRUE(test::gradcheck(entropy, {concentration}));
  EXPECT_TRUE(test::gradgradcheck(entropy, {concentration}));
}

// With two components a Dirichlet is a Beta. At the ends of the interval both must have the same
// gradients in the concentrations.
TEST(DirichletTest, HasTheGradientsOfABetaAtTheEnds) {
  for (const auto dtype : {at::kDouble, at::kFloat}) {
    for (const double a : {0.5, 1.0, 2.0}) {
      for (const double b : {0.25, 1.0, 8.0}) {
        for (const double x : {0.0, 1.0}) {
          const auto tensor = [&](std::vector<double> v) {
            return doubles(std::move(v)).to(dtype);
          };
          const Tensor c = tensor({a, b}).requires_grad_();
          const Tensor got =
              torch::autograd::grad({Dirichlet(c).log_prob(tensor({x, 1 - x}))}, {c})[0];
          const Tensor c1 = tensor({a}).requires_grad_(), c0 = tensor({b}).requires_grad_();
          const auto want = torch::autograd::grad({Beta(c1, c0).log_prob(tensor({x}))}, {c1, c0});
          EXPECT_TRUE(got.allclose(at::cat({want[0], want[1]}), 1e-6, 1e-7))
              << a << ' ' << b << ' ' << x << '\n'
              << got << want[0] << want[1];
        }
      }
    }
  }
  const Tensor c = doubles({1, 8, 1}).requires_grad_();
  const Tensor g = torch::autograd::grad({Dirichlet(c).log_prob(doubles({0, 1, 0}))}, {c})[0];
  EXPECT_EQ(g[0].item<double>(), -kInfinity);
  EXPECT_EQ(g[2].item<double>(), -kInfinity);
  EXPECT_TRUE(g[1].isfinite().item<bool>());
}

TEST(DirichletTest, Vertices) {
  const Tensor vertex = doubles({0, 1});
  EXPECT_EQ(Dirichlet(doubles({1, 1})).log_prob(vertex).item<double>(), 0);
  EXPECT_EQ(Dirichlet(doubles({2, 1})).log_prob(vertex).item<double>(), -kInfinity);
  EXPECT_EQ(Dirichlet(doubles({0.5, 1})).log_prob(vertex).item<double>(), kInfinity);
  const Tensor x = vertex.clone().requires_grad_();
  EXPECT_TRUE(torch::autograd::grad({Dirichlet(doubles({1, 1})).log_prob(x)}, {x})[0]
                  .isfinite()
                  .all()
                  .item<bool>());
}

TEST(DirichletTest, PointsOffTheSimplexHaveNoDensity) {
  const Tensor concentration = doubles({2, 3}).requires_grad_();
  const Dirichlet d(concentration, false);
  const Tensor log_prob = d.log_prob(doubles({0.5, 0.6, -0.5, 1.5, 0.25, 0.75}).view({3, 2}));
  EXPECT_TRUE(log_prob.slice(0, 0, 2).eq(-kInfinity).all().item<bool>());
  EXPECT_TRUE(log_prob[2].isfinite().item<bool>());
  EXPECT_TRUE(
      torch::autograd::grad({log_prob.sum()}, {concentration})[0].isfinite().all().item<bool>());
}

TEST(DirichletTest, Mode) {
  EXPECT_TRUE(Dirichlet(doubles({3, 2, 1})).mode().allclose(doubles({2.0 / 3, 1.0 / 3, 0})));
  EXPECT_TRUE(Dirichlet(doubles({0.5, 2, 3})).mode().allclose(doubles({0, 1.0 / 3, 2.0 / 3})));
  // The density is unbounded at every vertex; the mode is the vertex of the largest concentration.
  EXPECT_TRUE(Dirichlet(doubles({0.5, 0.9, 0.1})).mode().equal(doubles({0, 1, 0})));
  EXPECT_TRUE(Dirichlet(doubles({1, 1})).mode().isnan().all().item<bool>());
  // If no concentration is above 1 and one is below 1, the mode is the vertex of the largest.
  EXPECT_TRUE(Dirichlet(doubles({1, 0.5})).mode().equal(doubles({1, 0})));
  EXPECT_TRUE(Dirichlet(doubles({0.5, 1, 0.5})).mode().equal(doubles({0, 1, 0})));
  EXPECT_TRUE(Dirichlet(doubles({0.5, 1, 1})).mode().equal(doubles({0, 1, 0})));
  EXPECT_TRUE(Dirichlet(doubles({1, 2, 1})).mode().equal(doubles({0, 1, 0})));
  EXPECT_TRUE(
      Dirichlet(doubles({1, 0.5, 1, 1, 0.5, 1}).view({3, 2}), false)
          .mode()
          .allclose(doubles({1, 0, NAN, NAN, 0, 1}).view({3, 2}), 0, 0, /*equal_nan=*/true));
  EXPECT_TRUE(Dirichlet(at::tensor({1.0f, 0.5f}).to(at::kHalf))
                  .mode()
                  .equal(at::tensor({1.0f, 0.0f}).to(at::kHalf)));
}

TEST(DirichletTest, HugeConcentrations) {
  const Dirichlet d(doubles({1e308, 1.5e308, 1e308, 1, 2, 1}).view({2, 3}));
  const Tensor shares = doubles({2.0 / 7, 3.0 / 7, 2.0 / 7, 0.25, 0.5, 0.25}).view({2, 3});
  EXPECT_TRUE(d.mean().allclose(shares, 1e-15, 0));
  EXPECT_TRUE(d.mode()[0].allclose(shares[0], 1e-15, 0));
  EXPECT_TRUE(d.mode()[1].equal(doubles({0, 1, 0})));
  EXPECT_TRUE(d.sample({10}).select(1, 0).allclose(shares[0], 1e-15, 0));
  EXPECT_TRUE(d.sample({10}).sum(-1).allclose(at::ones({10, 2}, at::kDouble)));
  EXPECT_TRUE(d.variance().ge(0).all().item<bool>());
  const Tensor largest = at::full({2, 3}, 65504.0, at::kHalf);
  EXPECT_TRUE(Dirichlet(largest).mean().allclose(at::full({2, 3}, 1.0 / 3, at::kHalf), 1e-3, 0));
}

TEST(DirichletTest, OfOneCategoryIsCertain) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf}) {
    for (const double a : {1e-3, 0.5, 1.0, 1.25, 40.0}) {
      const Tensor c = at::full({2, 1}, a, dtype).requires_grad_();
      const Dirichlet d(c);
      const Tensor x = d.rsample({3}), ones = at::ones({2, 1}, dtype);
      EXPECT_TRUE(x.eq(1).all().item<bool>());
      EXPECT_TRUE(torch::autograd::grad({x.sum()}, {c})[0].equal(at::zeros_like(c)));
      EXPECT_TRUE(d.mean().equal(ones));
      EXPECT_TRUE(d.mode().equal(ones));
      EXPECT_TRUE(d.variance().eq(0).all().item<bool>());
      EXPECT_TRUE(d.log_prob(x).abs().le(1e-15).all().item<bool>()) << d.log_prob(x);
      const Tensor kl = kl_divergence(d, Dirichlet(at::full({1}, 1e-7, dtype)));
      EXPECT_TRUE(kl.equal(at::zeros({2}, dtype))) << kl;
      EXPECT_TRUE(torch::autograd::grad({kl.sum()}, {c})[0].equal(at::zeros_like(c)));
    }
  }
  EXPECT_EQ(kl_divergence(Dirichlet(doubles({4.5})), Dirichlet(doubles({1e-30}))).item<double>(),
            0);
}

TEST(DirichletTest, OfNoCategoryIsEmpty) {
  for (const auto& shape : {at::DimVector{0}, at::DimVector{3, 0}}) {
    const Tensor c = at::ones(shape).requires_grad_();
    const Dirichlet d(c);
    EXPECT_EQ(d.rsample({2}).numel(), 0);
    for (const Tensor& t : {d.sample(), d.mean(), d.mode(), d.variance()})
      EXPECT_EQ(t.sizes(), IntArrayRef(shape));
    EXPECT_EQ(torch::autograd::grad({d.mean().sum()}, {c})[0].sizes(), IntArrayRef(shape));
    // The sum of an empty event is 0, not 1.
    EXPECT_THROW(d.log_prob(at::ones(shape)), c10::ValueError);
    EXPECT_TRUE(Dirichlet(c, false).log_prob(at::ones(shape)).eq(-kInfinity).all().item<bool>());
  }
}

// Small draws in half are neither rounded to 0 nor moved off the simplex.
TEST(DirichletTest, DrawsOfEveryDtypeLieInTheSupport) {
  at::manual_seed(1);
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat, at::kDouble}) {
    for (const int64_t n : {2, 3, 64, 1000, 20000}) {
      for (const double a : {1e-3, 0.01, 0.3, 1.0, 50.0}) {
        const Dirichlet d(at::full({4, n}, a, dtype));
        const Tensor x = d.sample({2});
        EXPECT_TRUE(((x > 0) & (x < 1)).all().item<bool>()) << dtype << ' ' << n << ' ' << a;
        EXPECT_NO_THROW(EXPECT_FALSE(d.log_prob(x).isnan().any().item<bool>()))
            << dtype << ' ' << n << ' ' << a;
      }
    }
    for (const double a : {1e-3, 0.5, 30.0}) {
      const Beta beta(at::full({100}, a, dtype), at::full({100}, 0.5, dtype));
      const Tensor x = beta.sample();
      EXPECT_TRUE(((x > 0) & (x < 1)).all().item<bool>()) << dtype << ' ' << a;
      EXPECT_NO_THROW(beta.log_prob(x));
    }
  }
}

TEST(DirichletTest, ALazyNegationIsCarriedOut) {
  const Tensor a = doubles({1.5, 2, 0.25, 3}).view({2, 2});
  const auto draws = [](const Tensor& concentration) {
    at::manual_seed(3);
    const Dirichlet d(concentration);
    return at::cat({d.sample({2}), d.rsample({2})});
  };
  const Tensor want = draws(a);
  EXPECT_TRUE(draws(at::_neg_view(-a)).equal(want));
  // The imaginary part of a conjugate is a lazy negation.
  EXPECT_TRUE(draws(at::imag(at::complex(a, -a).conj())).equal(want));
}

TEST(DirichletTest, TinyConcentrationsHaveNoAtomInTheMiddle) {
  at::manual_seed(0);
  const Tensor x = Dirichlet(at::full({3}, 1e-3)).sample({20000});
  EXPECT_LT((x.amax(-1) < 0.9).to(at::kDouble).mean().item<double>(), 0.01);
  EXPECT_TRUE(Dirichlet(at::full({3}, 1e-3)).log_prob(x).isfinite().all().item<bool>());
}

TEST(DirichletTest, DrawsOfExtremeConcentrationsHaveGradients) {
  at::manual_seed(0);
  for (const auto& concentration : std::vector<std::vector<double>>{
           {2.8, 9e307}, {.0098, 5e-324}, {20, 5e-324, 2.2}, {1e-310, 1e300}, {9e307, 1, 2}}) {
    const Tensor a = doubles(concentration).requires_grad_();
    Dirichlet(a).rsample({500}).slice(-1, 0, 1).sum().backward();
    EXPECT_TRUE(a.grad().isfinite().all().item<bool>()) << a;
  }
  // The element of concentration 3 is g / 1e300, where g is a draw of Gamma(3, 1) and E[dg/da] = 1.
  const Tensor a = doubles({1e300, 3}).requires_grad_();
  Dirichlet(a).rsample({2000}).slice(-1, 1, 2).sum().backward();
  EXPECT_NEAR(a.grad()[1].item<double>() / 2000e-300, 1, 0.05);
}

TEST(DirichletTest, ShapesAndDtypes) {
  const Dirichlet d(at::ones({2, 3}, at::kHalf));
  EXPECT_EQ(d.batch_shape(), IntArrayRef({2}));
  EXPECT_EQ(d.event_shape(), IntArrayRef({3}));
  EXPECT_EQ(d.sample({0, 4}).sizes(), IntArrayRef({0, 4, 2, 3}));
  for (const Tensor& t :
       {d.sample(), d.mean(), d.mode(), d.variance(), d.entropy(), d.log_prob(d.mean())}) {
    EXPECT_EQ(t.scalar_type(), at::kHalf);
  }
  EXPECT_EQ(d.expand({5, 2}).rsample({4}).sizes(), IntArrayRef({4, 5, 2, 3}));
  EXPECT_EQ(Dirichlet(at::ones({0, 3})).sample({2}).sizes(), IntArrayRef({2, 0, 3}));
}

TEST(DirichletTest, NaturalParametersGiveTheMeanOfTheLogarithm) {
  const Dirichlet d(doubles({0.5, 2, 3}));
  const Tensor expected = doubles({0.5, 2, 3}).digamma() - doubles({5.5}).digamma();
  EXPECT_TRUE(core::mean_params(d, d.natural_params())[0].allclose(expected));
}

// The sum of lgamma(a) and the lgamma of the sum are 23 times as large. By mpmath at 50 digits.
TEST(DirichletTest, LogNormalizerOfFloatsKeepsItsDigits) {
  const Dirichlet d(at::tensor({3e6F, 2.F, 5e6F}));
  const Tensor log_normalizer = d.log_normalizer(d.natural_params());
  EXPECT_EQ(log_normalizer.scalar_type(), at::kFloat);
  EXPECT_NEAR(log_normalizer.item<double>() / -5292543.9982892222279, 1, 1e-7);
}

}  // namespace
}  // namespace torch::distributions
