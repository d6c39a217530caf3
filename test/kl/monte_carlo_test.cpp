#include <gmock/gmock.h>

#include <cmath>
#include <string>

#include <torch/distributions/beta.h>
#include <torch/distributions/kl.h>

#include "kl/golden.h"

// Every divergence is the mean of log p(x) - log q(x) over draws from p.

namespace torch::distributions::test {
namespace {

constexpr int64_t kDraws = 100'000;
/// Some 300 means are looked at: together they exceed this by chance with a probability of 1e-6.
constexpr double kDeviations = 6;

/// Elements whose draws a double can hold: below 1/2 a concentration of Beta puts mass on the
/// doubles nearest to 1.
Tensor representable(const Distribution& p) {
  if (p.type().distance_to(typeid(Beta)) < 0) return at::ones(p.batch_shape(), at::kBool);
  const auto& beta = static_cast<const Beta&>(p);
  return beta.concentration0() >= 0.5;
}

class KlMonteCarlo : public ::testing::TestWithParam<const char*> {};

TEST_P(KlMonteCarlo, IsTheMeanLogRatio) {
  at::manual_seed(0);
  int64_t compared = 0;
  for (const auto& golden : kl_golden::cases(GetParam())) {
    if (golden.at("kind") != "ordinary" || golden.at("dtype") != "float64") continue;
    const DistributionPtr p = kl_golden::side(golden, "p").make(/*validate_args=*/false);
    const DistributionPtr q = kl_golden::side(golden, "q").make(/*validate_args=*/false);
    const Tensor x = p->sample({kDraws});
    const Tensor ratios = p->log_prob(x) - q->log_prob(x);
    const Tensor kl = kl_divergence(p, q);
    // A ratio that is all but constant has no deviation to speak of.
    const Tensor deviation = ratios.std(0) / std::sqrt(double(kDraws)) + 1e-12;
    const Tensor z = (ratios.mean(0) - kl) / deviation;
    const Tensor chosen = representable(*p).logical_and(kl.isfinite());
    EXPECT_TRUE(z.abs().masked_select(chosen).lt(kDeviations).all().item<bool>())
        << golden.at("name") << z << kl;
    compared += chosen.sum().item<int64_t>();
  }
  EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(, KlMonteCarlo, ::testing::ValuesIn(kl_golden::kClasses),
                         [](const auto& of) { return std::string(of.param); });

}  // namespace
}  // namespace torch::distributions::test
