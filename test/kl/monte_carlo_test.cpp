#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <torch/distributions/beta.h>
#include <torch/distributions/kl.h>
#include <torch/distributions/normal.h>
#include <torch/distributions/pareto.h>

#include "support/data.h"

// Compares every divergence with the mean of log p(x) - log q(x) over draws from p.

namespace torch::distributions::test {
namespace {

constexpr int64_t kDraws = 100'000;
/// Allowed error in standard deviations. One of some 300 means exceeds it by chance with
/// probability 1e-6.
constexpr double kDeviations = 6;

/// The elements for which draws of p determine the mean of log p(x) - log q(x). If concentration0 <
/// 1/2, a Beta has mass closer to 1 than the nearest double. A Pareto variable x has a variance if
/// alpha > 2, and x^2, as in the density of a normal distribution, if alpha > 4.
Tensor determined(const Distribution& p, const Distribution& q) {
  const auto is_of = [](const Distribution& d, const std::type_info& type) {
    return d.type().distance_to(type) >= 0;
  };
  if (is_of(p, typeid(Beta))) return static_cast<const Beta&>(p).concentration0() >= 0.5;
  if (!is_of(p, typeid(Pareto)) || is_of(q, typeid(Pareto)))
    return at::ones(p.batch_shape(), at::kBool);
  return static_cast<const Pareto&>(p).alpha() > (is_of(q, typeid(Normal)) ? 4.5 : 2.5);
}

class KlMonteCarlo : public ::testing::TestWithParam<Family> {};

TEST_P(KlMonteCarlo, IsTheMeanLogRatio) {
  at::manual_seed(0);
  int64_t compared = 0;
  for (const Table& table : tables_of(GetParam(), "divergences")) {
    if (table.data().at("kind") != "ordinary" || table.dtype() != at::kDouble) continue;
    const at::NoGradGuard no_grad;
    const DistributionPtr p = table.make("p", /*validate_args=*/false);
    const DistributionPtr q = table.make("q", /*validate_args=*/false);
    const Tensor x = p->sample({kDraws});
    const Tensor ratios = p->log_prob(x) - q->log_prob(x);
    const Tensor kl = kl_divergence(p, q);
    // An almost constant ratio has almost no deviation: hence the 1e-12.
    const Tensor deviation = ratios.std(0) / std::sqrt(double(kDraws)) + 1e-12;
    const Tensor z = (ratios.mean(0) - kl) / deviation;
    const Tensor chosen = determined(*p, *q).logical_and(kl.isfinite());
    EXPECT_TRUE(z.abs().masked_select(chosen).lt(kDeviations).all().item<bool>())
        << *p << ' ' << *q << z << kl;
    compared += chosen.sum().item<int64_t>();
  }
  EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(, KlMonteCarlo, ::testing::ValuesIn([] {
                           std::vector<Family> found;
                           for (const Family& f : families()) {
                             if (!tables_of(f, "divergences").empty()) found.push_back(f);
                           }
                           return found;
                         }()),
                         [](const auto& of) { return of.param.file; });

}  // namespace
}  // namespace torch::distributions::test
