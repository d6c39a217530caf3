/// Laws of cdf: it is the integral of the density, it increases from 0 to 1, and icdf is its
/// inverse.

#include <torch/csrc/autograd/autograd.h>

#include "core/float_limits.h"
#include "laws/laws.h"

namespace torch::distributions::test {
namespace {

class CdfLaw : public ::testing::TestWithParam<Case> {
 protected:
  /// The shape of `n` values that broadcast with the batch.
  at::DimVector column(int64_t n) const {
    at::DimVector shape(distribution_->batch_shape().size() + 1, 1);
    shape[0] = n;
    return shape;
  }

  const DistributionPtr distribution_ =
      GetParam().build({.validate_args = false, .dtype = at::kDouble}).distribution;
  const Tensor p_ = GetParam().probabilities().to(at::kDouble).slice(0, 0, 3);
  const Tensor x_ = GetParam().values().to(at::kDouble);
};

TEST_P(CdfLaw, IcdfIsTheInverse) {
  const auto x = if_implemented([&] { return distribution_->icdf(p_); });
  if (!x) return;
  const Tensor p = distribution_->cdf(*x);
  EXPECT_TRUE(agrees(p, p_.expand_as(p), 64, at::kDouble));
}

TEST_P(CdfLaw, IncreasesFromZeroToOne) {
  const auto at_values = if_implemented([&] { return distribution_->cdf(x_); });
  if (!at_values) return;
  const Tensor sorted = distribution_->cdf(std::get<0>(x_.sort(0)));
  EXPECT_TRUE((sorted.diff(1, 0) >= 0).all().item<bool>()) << core::repr(sorted);
  EXPECT_TRUE(((sorted >= 0) & (sorted <= 1)).all().item<bool>()) << core::repr(sorted);
  const Tensor ends = distribution_->cdf(at::tensor({-1e300, 1e300}, at::kDouble).view(column(2)));
  EXPECT_TRUE((ends.select(0, 0) <= 5e-324).all().item<bool>()) << core::repr(ends);
  EXPECT_TRUE((ends.select(0, 1) >= 1 - 0x1p-53).all().item<bool>()) << core::repr(ends);
}

TEST_P(CdfLaw, DerivativeIsTheDensity) {
  if (distribution_->support()->is_discrete()) return;
  const auto cdf = if_implemented([&] { return distribution_->cdf(x_); });
  if (!cdf) return;
  const Tensor x_wide = x_.expand_as(*cdf).clone().requires_grad_();
  const Tensor density = torch::autograd::grad({distribution_->cdf(x_wide).sum()}, {x_wide})[0];
  EXPECT_TRUE(agrees(density, distribution_->log_prob(x_wide).exp(), 256, at::kDouble));
}

INSTANTIATE_TEST_SUITE_P(Ordinary, CdfLaw, ::testing::ValuesIn([] {
                           std::vector<Case> cases;
                           for (const Case& golden : ordinary_cases()) {
                             if (is_scalar_event(*golden.make())) cases.push_back(golden);
                           }
                           return cases;
                         }()),
                         CaseName());

class Normalisation : public ::testing::TestWithParam<Case> {};

/// Integrates a density over (lower, lower + width) by the double-exponential rule, which tolerates
/// singularities at both ends.
Tensor integral(const Distribution& distribution, const Tensor& lower, const Tensor& width) {
  constexpr double kReach = 4.5, kStep = 1.0 / 512;
  const Tensor t = at::arange(-kReach, kReach, kStep, at::kDouble);
  const double half_pi = std::acos(-1.0) / 2;
  const Tensor u = half_pi * t.sinh();
  const Tensor weight = kStep * half_pi * t.cosh() * 2 * at::sigmoid(2 * u) * at::sigmoid(-2 * u);
  at::DimVector shape(distribution.batch_shape().size() + 1, 1);
  shape[0] = t.size(0);
  const Tensor x = lower + width * at::sigmoid(2 * u).view(shape);
  const Tensor density = distribution.log_prob(x).exp();
  // Where x rounds to an end with an infinite density, the weight is negligible.
  return (density.masked_fill(density == INFINITY, 0) * weight.view(shape) * width).sum(0);
}

/// Integrates a density over the real line by the double-exponential rule.
Tensor integral(const Distribution& distribution) {
  constexpr double kReach = 4.5, kStep = 1.0 / 512;
  const Tensor t = at::arange(-kReach, kReach, kStep, at::kDouble);
  const double half_pi = std::acos(-1.0) / 2;
  const Tensor u = half_pi * t.sinh();
  const Tensor weight = kStep * half_pi * t.cosh() * u.cosh();
  at::DimVector shape(distribution.batch_shape().size() + 1, 1);
  shape[0] = t.size(0);
  return (distribution.log_prob(u.sinh().view(shape)).exp() * weight.view(shape)).sum(0);
}

TEST_P(Normalisation, ProbabilitiesSumToOne) {
  const DistributionPtr distribution =
      GetParam().build({.validate_args = false, .dtype = at::kDouble}).distribution;
  if (distribution->support()->is_discrete()) {
    const auto values = if_implemented([&] { return distribution->enumerate_support(); });
    if (!values) return;
    const Tensor total = distribution->log_prob(*values).exp().sum(0);
    EXPECT_TRUE(agrees(total, at::ones_like(total), 1024, at::kDouble));
    return;
  }
  if (!is_scalar_event(*distribution)) return;
  // Integrate between far quantiles if there is an icdf. Otherwise integrate over the support: the
  // real line, the positive numbers or the unit interval.
  const auto tails = if_implemented([&] {
    at::DimVector shape(distribution->batch_shape().size() + 1, 1);
    shape[0] = 3;
    return distribution->icdf(at::tensor({1e-12, 0.5, 1 - 1e-12}, at::kDouble).view(shape));
  });
  Tensor lower, width, upper_width;  // the latter undefined if the integral is not cut in two
  if (tails) {
    lower = tails->select(0, 0);
    width = tails->select(0, 1) - lower;
    upper_width = tails->select(0, 2) - tails->select(0, 1);
  } else {
    const auto holds = [&](double x) {
      return distribution->log_prob(at::scalar_tensor(x, at::kDouble))
          .isfinite()
          .all()
          .item<bool>();
    };
    if (GetParam().has("jumps")) return;  // the rule needs a smooth density
    if (holds(-2.0)) {                    // the support is the real line
      const Tensor total = integral(*distribution);
      EXPECT_TRUE(at::isclose(total, at::ones_like(total), 1e-6, 1e-6).all().item<bool>())
          << core::repr(total);
      return;
    }
    if (GetParam().has("heavy tails")) return;
    constexpr double kDeviations = 60;
    lower = at::zeros({}, at::kDouble);
    width = holds(2.0) ? distribution->mean() + kDeviations * distribution->stddev()
                       : at::ones({}, at::kDouble);
  }
  // A density that is infinite at 1 has mass between the largest double below 1 and 1.
  constexpr double kEps = 0x1p-52;
  const Tensor hidden =
      distribution->log_prob(at::scalar_tensor(1 - kEps, at::kDouble)).exp() * kEps;
  Tensor total = integral(*distribution, lower, width);
  if (upper_width.defined()) {  // the density may have a kink at the median
    total = total + integral(*distribution, lower + width, upper_width);
  }
  total = total.masked_fill(hidden > 1e-7, 1);
  EXPECT_TRUE(at::isclose(total, at::ones_like(total), 1e-6, 1e-6).all().item<bool>())
      << core::repr(total);
}

INSTANTIATE_TEST_SUITE_P(Ordinary, Normalisation, ::testing::ValuesIn(ordinary_cases()),
                         CaseName());

}  // namespace
}  // namespace torch::distributions::test
