#include <gmock/gmock.h>

#include <torch/distributions/binomial.h>
#include <torch/distributions/poisson.h>

#include <ATen/Dispatch.h>

#include <limits>
#include <string>

#include "support/gradcheck.h"
#include "support/tensors.h"

namespace torch::distributions {
namespace {

using test::number;

TEST(Poisson, KeepsItsAccuracyForLargeRates) {
  // mpmath: k log r - r - loggamma(k + 1) at k = r
  EXPECT_NEAR(Poisson(1e6).log_prob(at::full({}, 1e6)).item<double>(), -7.8266939, 1e-6);
  EXPECT_NEAR(Poisson(number(1e12)).log_prob(number(1e12)).item<double>(), -14.73444909116903,
              1e-13);
}

TEST(Poisson, IsTheLimitOfManyRareTrials) {
  const Tensor k = at::arange(12, at::kDouble), rate = number(2.5);
  const Tensor binomial = Binomial(number(1e12), rate / 1e12).log_prob(k);
  EXPECT_TRUE(Poisson(rate).log_prob(k).allclose(binomial, 0, 1e-10));
}

TEST(Poisson, ARateOfZeroIsLegal) {
  const Poisson never(at::zeros({3}));
  EXPECT_TRUE(never.log_prob(at::zeros({3})).eq(0).all().item<bool>());
  EXPECT_TRUE(never.log_prob(at::full({3}, 2.0)).eq(-INFINITY).all().item<bool>());
  EXPECT_TRUE(never.sample({100}).eq(0).all().item<bool>());
  EXPECT_EQ(never.mode().sum().item<double>(), 0);
}

// The probability is nearly 1: its logarithm must not round to 0 or to a positive number.
TEST(Poisson, SmallRatesKeepTheirDigits) {
  for (const double rate : {1e-3, 1e-9, 1e-20, 1e-37}) {
    EXPECT_FLOAT_EQ(Poisson(rate).log_prob(at::zeros({})).item<float>(), static_cast<float>(-rate));
  }
}

// Python raises a NotImplementedError without a text. mpmath: the sum of -P(k) log P(k)
TEST(Poisson, HasAnEntropy) {
  const Tensor rate =
      at::tensor({1e-30, 0.5, 3.0, 99.5, 100.5, 1e12}, at::kDouble).requires_grad_();
  const Tensor entropy = Poisson(rate).entropy();
  EXPECT_TRUE(entropy.allclose(
      at::tensor({7.00775527898213763e-29, 0.927637467495797374, 1.93147019814856893,
                  3.71817557093918626, 3.72318403111592041, 15.2344490911688635},
                 at::kDouble),
      1e-14, 0))
      << entropy;
  const Tensor slope = test::gradient(entropy, rate);
  EXPECT_TRUE(slope.allclose(
      at::tensor({69.0775527898213704, 1.00701756902937576, 0.182430848254834338,
                  0.00503362918333504254, 0.00498345869239458891, 5.00000000000083382e-13},
                 at::kDouble),
      1e-12, 0))
      << slope;
  // Twice differentiable, on both sides of the series' limit.
  for (const double at : {0.5, 30.0, 99.9, 100.1}) {
    EXPECT_TRUE(test::gradgradcheck(
        [](const std::vector<Tensor>& t) { return Poisson(t[0]).entropy(); }, {number(at)}));
  }
  const Tensor zero = number(0).requires_grad_();
  EXPECT_EQ(Poisson(zero).entropy().item<double>(), 0);
  EXPECT_FALSE(test::gradient(Poisson(zero).entropy(), zero).isnan().item<bool>());
  EXPECT_EQ(Poisson(number(INFINITY), false).entropy().item<double>(), INFINITY);
  EXPECT_TRUE(Poisson(number(-1), false).entropy().isnan().item<bool>());
  EXPECT_TRUE(Poisson(at::zeros({0})).entropy().sizes().equals({0}));
}

TEST(Poisson, SaysWhatItDoesNotHave) {
  const auto message = [](const auto& call) -> std::string {
    try {
      call(Poisson(3));
    } catch (const c10::NotImplementedError& e) {
      return e.what_without_backtrace();
    }
    return "";
  };
  using ::testing::HasSubstr;
  EXPECT_THAT(message([](const Poisson& p) { p.cdf(at::ones({})); }), HasSubstr("Poisson::cdf"));
  EXPECT_THAT(message([](const Poisson& p) { p.icdf(at::ones({})); }), HasSubstr("Poisson::icdf"));
  EXPECT_THAT(message([](const Poisson& p) { p.rsample(); }), HasSubstr("Poisson::rsample"));
  EXPECT_THAT(message([](const Poisson& p) { p.mean_carrier_measure(); }),
              HasSubstr("Poisson::mean_carrier_measure"));
}

TEST(Poisson, IsAnExponentialFamily) {
  const Poisson poisson(at::tensor({0.5, 4.0}, at::kDouble));
  const auto natural = poisson.natural_params();
  ASSERT_EQ(natural.size(), 1U);
  EXPECT_TRUE(natural[0].allclose(poisson.rate().log()));
  EXPECT_TRUE(poisson.log_normalizer(natural).allclose(poisson.rate()));
  EXPECT_TRUE(core::mean_params(poisson, natural)[0].allclose(poisson.mean()));
}

TEST(Poisson, IsDrawnAsOftenAsItsDensitySays) {
  constexpr int64_t kDraws = 100000;
  at::manual_seed(3);
  const Poisson poisson(at::tensor({0.3, 4.0, 20.0}, at::kDouble));
  const Tensor draws = poisson.sample({kDraws});
  for (int64_t k = 0; k < 40; ++k) {
    const Tensor p = poisson.log_prob(number(static_cast<double>(k))).exp();
    const Tensor count = draws.eq(k).sum(0).to(at::kDouble);
    const Tensor deviation = (p * (1 - p) * kDraws).sqrt();
    EXPECT_TRUE(((count - kDraws * p).abs() <= 6.34 * deviation + 40).all().item<bool>())
        << k << ": " << count / kDraws << " instead of " << p;
  }
}

// LibTorch's sampler throws on some of these.
TEST(Poisson, WhatAreNoRatesAreDrawnAsNaN) {
  for (const auto dtype : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16}) {
    const Tensor rate = at::tensor({double{NAN}, -1.0, double{INFINITY}, 0.0, 3.0}).to(dtype);
    const Tensor draws = Poisson(rate, false).sample({50});
    EXPECT_EQ(draws.scalar_type(), dtype);
    EXPECT_TRUE(draws.slice(1, 0, 3).isnan().all().item<bool>()) << draws;
    EXPECT_TRUE(draws.select(1, 3).eq(0).all().item<bool>()) << draws;
    const Tensor usual = draws.select(1, 4).to(at::kDouble);
    EXPECT_TRUE(usual.ge(0).logical_and(usual.eq(usual.floor())).all().item<bool>()) << usual;
  }
  Tensor changed = at::ones({2});
  const Poisson poisson(changed);
  changed.fill_(-1);
  EXPECT_TRUE(poisson.sample().isnan().all().item<bool>());
}

TEST(Poisson, HugeRatesAreDrawn) {
  at::manual_seed(4);
  const Tensor rate = at::tensor({1e11, 2e12, 1e16, 1e19, 1e200}, at::kDouble);
  const Tensor draws = Poisson(rate).sample({20000});
  EXPECT_TRUE(draws.eq(draws.floor()).all().item<bool>());
  const Tensor z = ((draws - rate) / rate.sqrt()).slice(1, 0, 4);
  EXPECT_LT(z.mean(0).abs().max().item<double>(), 0.05);
  EXPECT_LT((z.square().mean(0) - 1).abs().max().item<double>(), 0.06);
  EXPECT_LT((z.pow(4).mean(0) - 3).abs().max().item<double>(), 0.4);
}

TEST(Poisson, DrawsOfHalfTypesAreFinite) {
  for (const auto dtype : {at::kHalf, at::kBFloat16, at::kFloat}) {
    const Tensor largest = AT_DISPATCH_FLOATING_TYPES_AND2(
        at::kHalf, at::kBFloat16, dtype, "largest",
        [&] { return at::full({}, double{std::numeric_limits<scalar_t>::max()}, dtype); });
    const Poisson poisson(largest, true);
    EXPECT_NO_THROW(poisson.log_prob(poisson.sample({1000}))) << dtype;
  }
}

TEST(Poisson, IntegerRatesBecomeFloating) {
  EXPECT_EQ(Poisson(at::full({}, 4, at::kLong)).sample().scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace torch::distributions
