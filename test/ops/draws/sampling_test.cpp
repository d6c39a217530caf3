#include "ops/draws/sampling.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "ops/special/beta_draw.h"
#include "ops/special/elementwise.h"
#include "ops/special/incomplete_gamma.h"
#include "ops/special/tensor_scalar.h"
#include "ops/tensor/path.h"

#include "support/tensors.h"

namespace torch::distributions::ops {
namespace {

using distributions::test::doubles;
using distributions::test::gradient;

// -(dF/da) / (f (1 - x)) by mpmath with 60 digits. dF/da is a fourth-order central difference of
// betainc with step 1e-12 a. For (1e6, 1e6) f(t) (log t - E log t) is integrated from x to 1.
struct Reference {
  double x, a, b, expected;
};
constexpr Reference kBetaDraw[] = {
    {0.5, 1, 1, 0.69314718055994531},
    {0.25, 0.5, 0.5, 1.1719536193447294},
    {0.75, 0.5, 0.5, 2.3439072386894589},
    {0.3, 2, 3, 0.19929845136598923},
    {0.6, 2, 3, 0.2849081423331709},
    {0.9, 2, 3, 0.34450756943447629},
    {1e-10, 0.05, 1, 4.6051701864486083e-8},
    {1e-30, 0.001, 0.001, 5.6907591145436452e-25},
    {0.999, 0.001, 0.001, 499502.63720072794},
    {0.5, 0.001, 2, 386.6009073930575},
    {0.0625, 0.01, 100, 0.90591131642563907},
    {1e-06, 30, 1e5, 1.9128938408936867e-7},
    {9.5367431640625e-07, 2, 1e4, 2.6674607541430242e-6},
    {4.670851e-05, 5, 1e5, 9.9906535747550034e-6},
    {0.00011604, 5, 1e5, 1.5286975427620609e-5},
    {0.999953125, 1e5, 1, 9.9997656213378048e-6},
    {0.99999, 50, 0.3, 0.020140266467003482},
    {0.25, 1e3, 3e3, 0.00025006250885159831},
    {0.26, 1e3, 3e3, 0.00025499858502564878},
    {0.5, 1e6, 1e6, 5.000001666667e-7},
    {0.501, 1e6, 1e6, 5.0049983387451737e-7},
};

void expect_reference() {
  for (const auto& [x, a, b, expected] : kBetaDraw) {
    const double actual =
        special::beta_draw_da(doubles({x}), doubles({a}), doubles({b})).item<double>();
    EXPECT_NEAR(actual / expected, 1, 1e-11) << "x = " << x << ", a = " << a << ", b = " << b;
  }
}

TEST(BetaDrawTest, DerivativeIsThatOfMpmath) { expect_reference(); }

TEST(BetaDrawTest, DerivativeIsTheSameByTensorOperations) {
  const special::TensorOperationsGuard as_on_other_devices;
  expect_reference();
}

// With sources that give the same numbers for ever, which would make an endless loop.
TEST(SampleVonMisesTest, EndsForEverySource) {
  const Tensor k = doubles({0, 1e-300, 1e-8, 1, 1e8, 1e300, INFINITY});
  const double most = 1 - 0x1p-53;
  for (const double u : {0.0, 0.5, most}) {
    for (const double v : {0.0, 0.5, most}) {
      int rounds = 0;
      const Tensor angle = sample_von_mises(k, [&] {
        ++rounds;
        return doubles({u, v, u}).unsqueeze(-1).expand({3, k.size(0)});
      });
      EXPECT_TRUE(angle.isfinite().all().item<bool>()) << u << ' ' << v << ": " << angle;
      EXPECT_LE(angle.abs().max().item<double>(), kPi);
      EXPECT_LE(rounds, 40);
    }
  }
}

// The proposals and their acceptance are those of Best and Fisher's formulas, in mpmath with 60
// digits: r = (1 + rho^2) / (2 rho), z = cos(pi u), f = (1 + r z) / (r + z), and c = k (r - f).
TEST(SampleVonMisesTest, ProposalsAreThoseOfBestAndFisher) {
  struct {
    double k, u, angle;
  } const references[] = {{1e-8, 0.25, 0.7853981563263805},    {1e-8, 0.5, 1.5707963167948966},
                          {0.5, 0.25, 0.5210531650709956},     {0.5, 0.5, 1.1437177404024206},
                          {3, 0.25, 0.23720732595246027},      {3, 0.5, 0.5602409664149115},
                          {1e4, 0.25, 0.004142129700134125},   {1e4, 0.5, 0.009999916664791723},
                          {1e12, 0.25, 4.142135623730891e-07}, {1e12, 0.5, 9.999999999999167e-07}};
  for (const auto& [k, u, angle] : references) {
    const Tensor got = sample_von_mises(doubles({k}), [&] {
      return doubles({u, 0, 0.75}).unsqueeze(-1);
    });
    EXPECT_NEAR(got.item<double>() / angle, 1, 1e-14) << k;
  }
}

TEST(WrappedAngleTest, IsTheAngleNextToZero) {
  const Tensor x = doubles({0, 1e-300, 3, -3, 4, -4, 100, 1e300, INFINITY, NAN});
  const Tensor wrapped = wrapped_angle(x);
  EXPECT_TRUE(wrapped.slice(0, 0, 4).equal(x.slice(0, 0, 4)));
  EXPECT_TRUE(wrapped.slice(0, 4, 7).allclose(
      doubles({4 - 2 * M_PI, 2 * M_PI - 4, 100 - 32 * M_PI}), 1e-13, 0));
  EXPECT_LE(std::abs(wrapped[7].item<double>()), M_PI * (1 + 1e-15));
  EXPECT_TRUE(wrapped.slice(0, 8).isnan().all().item<bool>());
}

TEST(SampleDirichletTest, HasTheBitsOfLibTorch) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const Tensor concentration =
        at::tensor({0.3, 1.0, 2.5, 40.0}, at::TensorOptions(dtype)).expand({1000, 4});
    at::manual_seed(3);
    const Tensor expected = at::_sample_dirichlet(concentration);
    at::manual_seed(3);
    EXPECT_TRUE(sample_dirichlet(concentration, std::nullopt).equal(expected)) << dtype;
  }
}

// If a gamma underflows, the random stream advances as LibTorch's does, and rows without such a
// gamma keep their values.
TEST(SampleDirichletTest, KeepsTheStreamWhereGammasUnderflow) {
  const Tensor concentration = doubles({1e-3, 1e-3, 2, 3}).view({2, 2}).repeat({500, 1});
  at::manual_seed(3);
  const Tensor expected = at::_sample_dirichlet(concentration), next = at::rand({3});
  at::manual_seed(3);
  const Tensor actual = sample_dirichlet(concentration, std::nullopt);
  EXPECT_TRUE(at::rand({3}).equal(next));
  EXPECT_TRUE(actual.slice(0, 1, std::nullopt, 2)
                  .allclose(expected.slice(0, 1, std::nullopt, 2), 1e-14, 0));
  EXPECT_FALSE(actual.allclose(expected));
}

// P(0.1 < X < 0.9) for Beta(0.001, 0.001) is 0.0021934 (mpmath). With gammas that underflow, the
// share of draws would be 0.25.
TEST(SampleDirichletTest, TinyConcentrationsLieAtTheEnds) {
  constexpr double kProbability = 0.00219338914833586;
  constexpr int64_t kDraws = 200000;
  const double sigma = std::sqrt(kProbability / kDraws);
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    at::manual_seed(0);
    const Tensor x =
        sample_dirichlet(at::full({kDraws, 2}, 1e-3, dtype), std::nullopt).select(-1, 0);
    const double between = ((x > 0.1) & (x < 0.9)).to(at::kDouble).mean().item<double>();
    EXPECT_NEAR(between, kProbability, 5 * sigma);
    EXPECT_NEAR(x.to(at::kDouble).mean().item<double>(), 0.5, 5 * 0.5 / std::sqrt(kDraws));
    EXPECT_TRUE(((x > 0) & (x < 1)).all().item<bool>());
  }
}

TEST(SampleDirichletTest, HalfIsDrawnAndKeepsItsDtype) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const Tensor x = sample_dirichlet(at::full({100, 3}, 0.01, dtype), std::nullopt);
    EXPECT_EQ(x.scalar_type(), dtype);
    EXPECT_TRUE(((x > 0) & (x < 1)).all().item<bool>());
  }
}

TEST(SampleDirichletTest, GradientIsThatOfTheBetaMarginals) {
  const Tensor concentration = doubles({0.5, 2, 3}).requires_grad_();
  at::manual_seed(1);
  const Tensor x = sample_dirichlet(concentration, std::nullopt);
  const Tensor weights = doubles({1, -2, 0.5});
  const Tensor actual = gradient(x * weights, concentration);
  const Tensor draw = x.detach();
  const Tensor velocity =
      special::beta_draw_da(draw, concentration.detach(), 5.5 - concentration.detach());
  EXPECT_TRUE(actual.allclose(velocity * (weights - (draw * weights).sum()), 1e-12));
  // The draw stays on the simplex: the derivatives sum to 0.
  EXPECT_LT(gradient(x, concentration).abs().max().item<double>(), 1e-15);
}

// The mean of the gradient is the gradient of the mean a_0 / A, which is (A - a_0) / A^2 and
// -a_0 / A^2.
TEST(SampleDirichletTest, GradientIsUnbiased) {
  const Tensor concentration = doubles({0.5, 1.5, 0.05}).requires_grad_();
  at::manual_seed(1);
  constexpr int64_t kDraws = 200000;
  const Tensor x = sample_dirichlet(concentration.expand({kDraws, 3}), std::nullopt);
  const Tensor actual = gradient(x.select(-1, 0), concentration) / kDraws;
  const double total = 2.05;
  const Tensor expected = doubles({total - 0.5, -0.5, -0.5}) / (total * total);
  EXPECT_TRUE(actual.allclose(expected, 0, 0.005)) << actual << expected;
}

TEST(SampleDirichletTest, SecondDerivativeIsRefused) {
  const Tensor concentration = doubles({0.5, 2}).requires_grad_();
  const Tensor first =
      gradient(sample_dirichlet(concentration, std::nullopt).select(0, 0), concentration, true);
  EXPECT_THROW(gradient(first, concentration), c10::NotImplementedError);
}

TEST(SampleGammaTest, IsLibTorchsStream) {
  const Tensor concentration = at::tensor({0.01f, 0.5f, 3.0f}).expand({1000, 3}),
               rate = at::tensor({2.0f});
  at::manual_seed(5);
  const Tensor expected =
      (at::_standard_gamma(concentration) / rate).clamp_min(std::numeric_limits<float>::min());
  at::manual_seed(5);
  EXPECT_TRUE(sample_gamma(concentration, rate, std::nullopt).equal(expected));
}

// A draw x moves with its concentration a so that P(a, x) stays constant, to second order in the
// step.
TEST(SampleGammaTest, GradientsKeepTheDistributionFunction) {
  const Tensor a = doubles({0.01, 0.5, 1, 3, 50, 1e4}).requires_grad_(),
               one = at::ones({}, at::kDouble);
  at::manual_seed(7);
  const Tensor x = sample_gamma(a, one, std::nullopt);
  const Tensor first = gradient(x, a, true), second = gradient(first, a);
  const Tensor h = 1e-4 * a.detach();
  const auto moved = [&](double sign) {
    const Tensor step = sign * h;
    return special::gammainc(a.detach() + step,
                             x.detach() + step * first.detach() + 0.5 * step.square() * second);
  };
  const Tensor p = special::gammainc(a.detach(), x.detach());
  EXPECT_LT((moved(1) - moved(-1)).abs().max().item<double>(), 1e-9);
  EXPECT_LT((moved(1) + moved(-1) - 2 * p).abs().max().item<double>(), 1e-10);
  // The first derivative alone does not suffice.
  const Tensor straight = special::gammainc(a.detach() + h, x.detach() + h * first.detach());
  EXPECT_GT((straight - p).abs().max().item<double>(), 1e-9);
}

TEST(SampleGammaTest, RateAndHalf) {
  const Tensor a = doubles({2}), rate = doubles({4}).requires_grad_();
  const Tensor x = sample_gamma(a, rate, std::nullopt);
  EXPECT_DOUBLE_EQ(gradient(x, rate).item<double>(), -x.item<double>() / 4);
  const Tensor half = sample_gamma(at::ones({8}, at::kHalf), at::ones({}, at::kHalf), std::nullopt);
  EXPECT_EQ(half.scalar_type(), at::kHalf);
  EXPECT_TRUE((half > 0).all().item<bool>());
}

TEST(SampleMultinomialTest, BothPathsHaveTheMeans) {
  constexpr int64_t kDraws = 40000;
  const Tensor n = doubles({3, 500}),
               p = doubles({0.1, 0, 0.3, 0.6, 0.2, 0.5, 0, 0.3}).view({2, 4});
  const auto check = [&](const char* path) {
    const Tensor x =
        sample_multinomial(n, p, {kDraws, 2, 4}, at::kDouble, at::detail::createCPUGenerator(5));
    EXPECT_TRUE(x.sum(-1).eq(n).all().item<bool>()) << path;
    const Tensor mean = n.unsqueeze(-1) * p, error = (mean * (1 - p) / kDraws).sqrt();
    EXPECT_TRUE(((x.mean(0) - mean).abs() <= 5 * error).all().item<bool>()) << path << x.mean(0);
  };
  check("in a loop");
  const ComposedGuard guard;
  check("composed");
}

constexpr auto kProbs = Weights::kProbs, kLogits = Weights::kLogits;

TEST(SampleCategoricalTest, IsTheStreamOfMultinomial) {
  const Tensor few = at::tensor({0.2f, 0.3f, 0.5f, 0.7f, 0.2f, 0.1f}).view({2, 3});
  const Tensor many = at::rand({3000, 7});
  for (const Tensor& probs :
       {few, few.to(at::kDouble), many, many.to(at::kDouble), at::rand({20, 33})}) {
    for (const int64_t count : {1, 2, 1000}) {
      if (probs.numel() * count > 100000) continue;
      at::manual_seed(count);
      const Tensor expected = at::multinomial(probs, count, /*replacement=*/true).t();
      const Tensor next = at::rand({2});
      at::manual_seed(count);
      EXPECT_TRUE(sample_categorical(probs, kProbs, count, std::nullopt).equal(expected)) << count;
      EXPECT_TRUE(at::rand({2}).equal(next));
      at::manual_seed(count);
      const Tensor logits = (probs / probs.sum(-1, true)).log();
      EXPECT_TRUE(sample_categorical(logits, kLogits, count, std::nullopt).equal(expected))
          << count;
    }
  }
}

// In float, 1 + 2e-8 is 1, so at::multinomial never draws any of the million small weights, which
// have 2 % of the mass.
TEST(SampleCategoricalTest, ManySmallWeightsAreDrawn) {
  constexpr int64_t kSmall = int64_t{1} << 20, kDraws = 100000;
  const Tensor weights = at::cat({at::ones({1}), at::full({kSmall}, 2e-8)});
  const double expected = 2e-8 * kSmall / (1 + 2e-8 * kSmall);
  at::manual_seed(0);
  const Tensor index = sample_categorical(weights, kProbs, kDraws, std::nullopt);
  EXPECT_NEAR((index > 0).to(at::kDouble).mean().item<double>(), expected,
              5 * std::sqrt(expected / kDraws));
}

TEST(SampleCategoricalTest, MoreThanMultinomialTakes) {
  constexpr int64_t kCategories = (int64_t{1} << 24) + 3, kDraws = 10000;
  Tensor weights = at::ones({kCategories});
  weights.slice(0, 0, kCategories / 2).zero_();
  weights.slice(0, -2).zero_();
  for (const int64_t count : {int64_t{1}, kDraws}) {
    const Tensor index = sample_categorical(weights, kProbs, count, std::nullopt);
    EXPECT_GE(index.min().item<int64_t>(), kCategories / 2);
    EXPECT_LT(index.max().item<int64_t>(), kCategories - 2);
  }
  const Tensor upper =
      sample_categorical(weights, kProbs, kDraws, std::nullopt) >= kCategories / 4 * 3;
  EXPECT_NEAR(upper.to(at::kDouble).mean().item<double>(), 0.5, 5 * 0.5 / std::sqrt(kDraws));
}

TEST(SampleCategoricalTest, ZeroWeightsAreNeverDrawn) {
  for (const int64_t count : {1, 10000}) {
    const Tensor weights = at::tensor({0.0, 1.0, 0.0, 0.0, 0.0, 1.0}).view({2, 3});
    const Tensor expected = at::tensor({1, 2}).expand({count, 2});
    EXPECT_TRUE(sample_categorical(weights, kProbs, count, std::nullopt).equal(expected)) << count;
    EXPECT_TRUE(sample_categorical(weights.log(), kLogits, count, std::nullopt).equal(expected))
        << count;
  }
  // The smallest float would underflow in the division by an exponential draw.
  const Tensor smallest = at::tensor({0.0f, 1e-45f, 0.0f}).repeat({1000, 1});
  EXPECT_TRUE(sample_categorical(smallest, kProbs, 1, std::nullopt).eq(1).all().item<bool>());
}

TEST(SampleCategoricalTest, RefusesWhatAreNoWeights) {
  for (const double bad : {-1.0, double{INFINITY}, std::nan("")}) {
    const Tensor weights = at::tensor({1.0, 1.0, 1.0, bad}).view({2, 2});
    EXPECT_THROW(sample_categorical(weights, kProbs, 1, std::nullopt), c10::Error) << bad;
    if (bad < 0) continue;
    EXPECT_THROW(sample_categorical(weights, kLogits, 1, std::nullopt), c10::Error) << bad;
  }
  EXPECT_THROW(sample_categorical(at::zeros({2, 2}), kProbs, 1, std::nullopt), c10::Error);
}

TEST(SamplersTest, HonourTheGenerator) {
  const Tensor a = at::full({50, 3}, 0.5);
  const auto draws = [&](uint64_t seed) {
    const auto own = [&] { return at::detail::createCPUGenerator(seed); };
    return at::cat({sample_dirichlet(a, own()), sample_gamma(a, a, own()),
                    sample_categorical(a, kProbs, 3, own()).t().to(at::kFloat),
                    sample_categorical(a, kProbs, 1, own()).t().to(at::kFloat).expand({50, 3})});
  };
  at::manual_seed(1);
  const Tensor next = at::rand({4});
  at::manual_seed(1);
  const Tensor first = draws(11);
  EXPECT_TRUE(at::rand({4}).equal(next)) << "the default generator was used";
  EXPECT_TRUE(draws(11).equal(first));
  EXPECT_FALSE(draws(12).equal(first));
}

}  // namespace
}  // namespace torch::distributions::ops
