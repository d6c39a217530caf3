// The distribution of the numbers, with fixed draws: a test fails by chance once in a million
// choices of all of them.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "ops/random/fill.h"
#include "ops/random/samplers.h"

namespace torch::distributions::ops::random::test {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr Draw kOfLaws{.key = 0x243f6a8885a308d3, .number = 1};
/// The probability that one of the comparisons fails, of which there are at most a thousand.
constexpr double kLeast = 1e-6 / 1000;
/// A standard normal number is that far from 0 with a lower probability.
constexpr double kFar = 6.2;

Tensor drawn(const std::string& name, at::ScalarType dtype, const Draw& draw = kOfLaws) {
  const auto all = samplers();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Sampler& sampler) { return sampler.name == name; });
  TORCH_INTERNAL_ASSERT(found != all.end(), name);
  return found->draw({kMillion}, dtype, draw).to(at::kDouble);
}

/// The probability of a greater Kolmogorov-Smirnov distance from uniform numbers in [0, 1].
double p_of_uniform(const Tensor& u) {
  const auto n = static_cast<double>(u.numel());
  const Tensor sorted = std::get<0>(u.sort()), steps = at::arange(u.numel(), at::kDouble) / n;
  const double distance = std::max((sorted - steps).max().item<double>(),
                                   (steps + 1 / n - sorted).max().item<double>());
  const double x = distance * (std::sqrt(n) + 0.12 + 0.11 / std::sqrt(n));
  double p = 0;
  for (int k = 1; k <= 100; ++k) p += (k % 2 == 1 ? 2 : -2) * std::exp(-2 * k * k * x * x);
  return x < 0.3 ? 1 : p;
}

/// The probability of a greater chi-squared distance of counts from their expectations.
double p_of_counts(const Tensor& counts, const Tensor& expected) {
  const double distance = ((counts - expected).square() / expected).sum().item<double>();
  const double freedom = static_cast<double>(counts.numel()) - 1;
  return at::special_gammaincc(at::scalar_tensor(freedom / 2, at::kDouble),
                               at::scalar_tensor(distance / 2, at::kDouble))
      .item<double>();
}

struct Law {
  const char* name;
  std::function<Tensor(const Tensor&)> cdf;
  double mean, variance;  // NaN if there is none
};
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
Tensor normal_cdf(const Tensor& x) { return at::special_ndtr(x); }
Tensor cauchy_cdf(const Tensor& x) { return 0.5 + x.atan() / M_PI; }

class ContinuousLaw : public ::testing::TestWithParam<Law> {};
INSTANTIATE_TEST_SUITE_P(
    All, ContinuousLaw,
    ::testing::Values(
        Law{"uniform", [](const Tensor& x) { return x; }, 0.5, 1. / 12},
        Law{"uniform from -3 to 4", [](const Tensor& x) { return (x + 3) / 7; }, 0.5, 49. / 12},
        Law{"normal", normal_cdf, 0, 1},
        Law{"normal about 2", [](const Tensor& x) { return normal_cdf((x - 2) / 0.3); }, 2, 0.09},
        Law{"exponential", [](const Tensor& x) { return -at::expm1(-x); }, 1, 1},
        Law{"exponential of 3", [](const Tensor& x) { return -at::expm1(-3 * x); }, 1. / 3, 1. / 9},
        Law{"cauchy", cauchy_cdf, kNone, kNone},
        Law{"cauchy about 2", [](const Tensor& x) { return cauchy_cdf((x - 2) / 0.3); }, kNone,
            kNone},
        Law{"log_normal", [](const Tensor& x) { return normal_cdf(x.log()); }, std::exp(0.5),
            std::expm1(1.) * std::exp(1.)},
        Law{"log_normal about 1", [](const Tensor& x) { return normal_cdf((x.log() - 1) / 0.3); },
            std::exp(1.045), std::expm1(0.09) * std::exp(2.09)},
        Law{"laplace",
            [](const Tensor& x) {
              const Tensor tail = 0.5 * (-x.abs()).exp();
              return at::where(x < 0, tail, 1 - tail);
            },
            0, 2},
        Law{"gumbel", [](const Tensor& x) { return (-(-x).exp()).exp(); }, 0.5772156649015329,
            M_PI* M_PI / 6},
        Law{"logistic", [](const Tensor& x) { return x.sigmoid(); }, 0, M_PI* M_PI / 3}),
    [](const auto& tested) {
      std::string name = tested.param.name;
      for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

TEST_P(ContinuousLaw, HoldsForAMillionNumbers) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const Tensor draws = drawn(GetParam().name, dtype);
    EXPECT_GT(p_of_uniform(GetParam().cdf(draws)), kLeast) << dtype;
    if (std::isnan(GetParam().mean)) continue;
    // The deviation of the sample's mean, and of its variance, from the sample's own moments.
    const Tensor deviation = draws - GetParam().mean, square = deviation.square();
    const double root = std::sqrt(static_cast<double>(kMillion));
    EXPECT_LT(std::abs(deviation.mean().item<double>()) / std::sqrt(GetParam().variance) * root,
              kFar)
        << dtype;
    const double of_squares = square.std().item<double>();
    EXPECT_LT(std::abs(square.mean().item<double>() - GetParam().variance) / of_squares * root,
              kFar)
        << dtype;
  }
}

/// Of numbers far out, there are as many as there should be: in each octave of both tails.
TEST_P(ContinuousLaw, HoldsInTheTails) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    const Tensor u = GetParam().cdf(drawn(GetParam().name, dtype));
    for (int k = 3; k <= 15; ++k) {
      const double p = std::ldexp(1.0, -k), expected = p * kMillion;
      for (const Tensor& tail : {u.lt(p), u.ge(1 - p)}) {
        const double count = tail.sum().item<double>();
        // Bounds of a binomial or Poisson number: a root is nearly normal.
        EXPECT_LT(2 * std::abs(std::sqrt(count + 0.375) - std::sqrt(expected + 0.375)), kFar + 0.5)
            << dtype << ": " << count << " instead of " << expected;
      }
    }
  }
}

/// All bits of a uniform number are 0 or 1 equally often, alone and beside each other.
TEST(Laws, EveryBitIsFair) {
  const auto count_bits = [](const Tensor& draws, int digits) {
    Tensor rest = draws.clone();
    Tensor before;
    for (int i = 0; i < digits; ++i) {
      rest = rest * 2;
      const Tensor bit = rest.floor();
      rest = rest - bit;
      const double z =
          (2 * bit - 1).sum().item<double>() / std::sqrt(static_cast<double>(kMillion));
      EXPECT_LT(std::abs(z), kFar) << "bit " << i;
      if (before.defined()) {
        const double both = ((2 * bit - 1) * (2 * before - 1)).sum().item<double>() /
                            std::sqrt(static_cast<double>(kMillion));
        EXPECT_LT(std::abs(both), kFar) << "bits " << i - 1 << " and " << i;
      }
      before = bit;
    }
    EXPECT_TRUE(rest.eq(0).all().item<bool>());
  };
  count_bits(drawn("uniform", at::kFloat), 24);
  count_bits(drawn("uniform", at::kDouble), 53);
}

TEST(Laws, CountsAreGeometric) {
  for (const auto& [name, p, most] :
       {std::tuple{"geometric", 0.3, 30}, std::tuple{"geometric of 0.001", 0.001, 6000}}) {
    for (const auto dtype : {at::kFloat, at::kDouble, at::kLong}) {
      const Tensor draws = drawn(name, dtype);
      EXPECT_GE(draws.min().item<double>(), 1);
      const Tensor counts =
          draws.clamp_max(most).to(at::kLong).bincount({}, most + 1).slice(0, 1).to(at::kDouble);
      const Tensor before = at::arange(most, at::kDouble);
      Tensor expected = p * (before * std::log1p(-p)).exp() * kMillion;
      expected[most - 1] = std::exp((most - 1) * std::log1p(-p)) * kMillion;
      EXPECT_GT(p_of_counts(counts, expected), kLeast) << name << " " << dtype;
    }
  }
}

TEST(Laws, TrialsSucceedAsOftenAsTheyShould) {
  for (const double p : {1e-9, 1e-5, 0.001, 0.25, 0.3, 0.5, 0.9, 0.9999}) {
    const double expected = p * kMillion, deviation = std::sqrt(expected * (1 - p));
    for (const auto dtype : {at::kFloat, at::kDouble}) {
      Tensor draws = at::empty({kMillion}, dtype);
      fill_bernoulli(draws, kOfLaws, at::full({}, p, at::kDouble));
      EXPECT_LT(std::abs(draws.sum(at::kDouble).item<double>() - expected), kFar * deviation + 3);
      fill_bernoulli(draws, kOfLaws, at::full({kMillion}, p, dtype));
      EXPECT_LT(std::abs(draws.sum(at::kDouble).item<double>() - expected), kFar * deviation + 3);
    }
  }
  // Each element has its own probability.
  const Tensor p = at::arange(kMillion, at::kDouble) / kMillion,
               draws = at::empty({kMillion}, at::kFloat);
  fill_bernoulli(draws, kOfLaws, p);
  const Tensor counts = draws.to(at::kDouble).view({100, -1}).sum(-1),
               expected = p.view({100, -1}).sum(-1),
               deviation = (p * (1 - p)).view({100, -1}).sum(-1).sqrt();
  EXPECT_LT(((counts - expected) / deviation).abs().max().item<double>(), kFar);
}

TEST(Laws, IntegersAreUniform) {
  for (const std::int64_t count : {2, 3, 10, 1000}) {
    const Tensor draws = at::empty({kMillion}, at::kLong);
    fill_integers(draws, kOfLaws, 0, static_cast<std::uint64_t>(count));
    const Tensor counts = draws.bincount().to(at::kDouble);
    EXPECT_EQ(counts.numel(), count);
    EXPECT_GT(p_of_counts(counts, at::full_like(counts, kMillion / static_cast<double>(count))),
              kLeast);
  }
  const Tensor draws = at::empty({kMillion}, at::kLong);
  fill_integers(draws, kOfLaws, -(std::int64_t{1} << 62), std::uint64_t{1} << 63);
  EXPECT_GT(p_of_uniform(draws.to(at::kDouble) * 0x1p-63 + 0.5), kLeast);
}

/// x and y are uncorrelated, and so are their squares.
void expect_uncorrelated(const Tensor& x, const Tensor& y, const std::string& what) {
  const double root = std::sqrt(static_cast<double>(x.numel()));
  for (const auto& [a, b] : {std::pair{x, y}, std::pair{x.square(), y.square()},
                             std::pair{x, y.square()}, std::pair{x.square(), y}}) {
    const Tensor from_a = a - a.mean(), from_b = b - b.mean();
    const double correlation =
        ((from_a * from_b).mean() / (from_a.std() * from_b.std())).item<double>();
    EXPECT_LT(std::abs(correlation) * root, 7) << what;
  }
}

/// At the distances of a register, of the numbers of one block, and beyond.
TEST(Laws, NeighboursAreUncorrelated) {
  for (const auto dtype : {at::kFloat, at::kDouble}) {
    for (const char* const name : {"uniform", "normal"}) {
      const Tensor draws = drawn(name, dtype);
      for (const std::int64_t lag : {1, 2, 3, 4, 8, 16, 32, 64, 128, 192, 256, 512, 1000}) {
        expect_uncorrelated(draws.slice(0, 0, kMillion - lag), draws.slice(0, lag),
                            name + (" at the distance " + std::to_string(lag)));
      }
    }
  }
}

/// Draws that differ in one bit of the key or of the number, and the parts of shards.
TEST(Laws, DrawsAreUncorrelated) {
  const Tensor draws = drawn("normal", at::kFloat);
  for (const int bit : {0, 1, 16, 31, 32, 48, 63}) {
    const std::uint64_t change = std::uint64_t{1} << bit;
    expect_uncorrelated(draws,
                        drawn("normal", at::kFloat, {kOfLaws.key ^ change, kOfLaws.number, 0}),
                        "bit " + std::to_string(bit) + " of the key");
    expect_uncorrelated(draws,
                        drawn("normal", at::kFloat, {kOfLaws.key, kOfLaws.number ^ change, 0}),
                        "bit " + std::to_string(bit) + " of the number");
  }
  for (const std::uint32_t shard : {1u, 2u, 1u << 20, 1u << 27})
    expect_uncorrelated(draws, drawn("normal", at::kFloat, {kOfLaws.key, kOfLaws.number, shard}),
                        "shard " + std::to_string(shard));
  expect_uncorrelated(draws, drawn("uniform", at::kDouble), "another distribution and dtype");
}

}  // namespace
}  // namespace torch::distributions::ops::random::test
