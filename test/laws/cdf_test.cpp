/// Laws of cdf: it is the integral of the density, it increases from 0 to 1, and icdf is its
/// inverse. The tails agree with it, and keep their digits where it is 0 or 1.

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
  if (distribution_->support()->is_discrete()) {  // the smallest value whose cdf reaches p
    EXPECT_TRUE((distribution_->cdf(*x) >= p_).all().item<bool>());
    EXPECT_TRUE((distribution_->cdf(*x - 1) < p_).all().item<bool>());
    const Tensor cdf = distribution_->cdf(x_);
    const Tensor is_known = (cdf > 0).logical_and(cdf < 1 - 1e-12);
    const Tensor back = distribution_->icdf(cdf);
    EXPECT_TRUE(agrees(back, at::where(is_known, x_, back), 0, at::kDouble));
    return;
  }
  const Tensor p = distribution_->cdf(*x), want = p_.expand_as(p);
  // Rounding x moves p by the density times the rounding.
  const auto log_prob = if_implemented([&] { return distribution_->log_prob(*x); });
  const bool is_scalar = log_prob && log_prob->sizes() == p.sizes();
  const Tensor slack = is_scalar ? log_prob->exp() * x->abs() * 0x1p-52 : at::zeros_like(p);
  EXPECT_TRUE(agrees(at::where((p - want).abs() <= slack, want, p), want, 64, at::kDouble));
}

TEST_P(CdfLaw, IncreasesFromZeroToOne) {
  const auto at_values = if_implemented([&] { return distribution_->cdf(x_); });
  if (!at_values) return;
  const Tensor sorted = distribution_->cdf(std::get<0>(x_.sort(0)));
  EXPECT_TRUE((sorted.diff(1, 0) >= 0).all().item<bool>()) << core::repr(sorted);
  EXPECT_TRUE(((sorted >= 0) & (sorted <= 1)).all().item<bool>()) << core::repr(sorted);
  const Tensor ends = distribution_->cdf(at::tensor({-1e300, 1e300}, at::kDouble).view(column(2)));
  // That of a Cauchy distribution is about scale / 3e300.
  const double lowest = family(GetParam().distribution).has("heavy tails") ? 1e-290 : 5e-324;
  EXPECT_TRUE((ends.select(0, 0) <= lowest).all().item<bool>()) << core::repr(ends);
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

TEST_P(CdfLaw, TailsAreItsLogarithmAndItsComplement) {
  const auto log_cdf = if_implemented([&] { return distribution_->log_cdf(x_); });
  if (!log_cdf) return;
  const Tensor cdf = distribution_->cdf(x_), survival = distribution_->survival_function(x_),
               log_survival = distribution_->log_survival_function(x_);
  EXPECT_TRUE(agrees(log_cdf->exp(), cdf, 64, at::kDouble));
  EXPECT_TRUE(agrees(survival, 1 - cdf, 64, at::kDouble));
  EXPECT_TRUE(agrees(log_survival.exp(), survival, 64, at::kDouble));
  // The logarithms of probabilities that do not underflow.
  const auto is_log = [](const Tensor& log_tail, const Tensor& tail) {
    return agrees(log_tail, tail.log().where(tail > 1e-290, log_tail), 256, at::kDouble);
  };
  EXPECT_TRUE(is_log(*log_cdf, cdf));
  EXPECT_TRUE(is_log(log_survival, survival));
}

TEST_P(CdfLaw, TailsAreMonotone) {
  const auto reach = if_implemented([&] {
    const Tensor steps = at::linspace(-1e3, 1e3, 401, at::kDouble).view(column(401));
    return at::cat({distribution_->log_cdf(steps).diff(1, 0),
                    -distribution_->log_survival_function(steps).diff(1, 0),
                    -distribution_->survival_function(steps).diff(1, 0)});
  });
  if (!reach) return;
  // Two infinities have no difference.
  EXPECT_TRUE((reach->nan_to_num(0) >= -1e-15).all().item<bool>()) << core::repr(*reach);
}

TEST_P(CdfLaw, TailsHaveTheirLimits) {
  const Tensor ends = at::tensor({-INFINITY, INFINITY, double{NAN}}, at::kDouble).view(column(3));
  const auto log_cdf = if_implemented([&] { return distribution_->log_cdf(ends); });
  if (!log_cdf) return;
  const auto is = [&](const Tensor& tail, double below, double above, double units) {
    const Tensor want = at::tensor({below, above, double{NAN}}, at::kDouble).view(column(3));
    return agrees(tail, want.expand_as(tail), units, at::kDouble);
  };
  // The sum of a mixture's weights is 1 up to rounding.
  EXPECT_TRUE(is(*log_cdf, -INFINITY, 0, 4));
  EXPECT_TRUE(is(distribution_->survival_function(ends), 1, 0, 4));
  EXPECT_TRUE(is(distribution_->log_survival_function(ends), 0, -INFINITY, 4));
}

TEST_P(CdfLaw, SlopesOfTheTailsAreRatiosOfTheDensity) {
  if (distribution_->support()->is_discrete()) return;
  const auto value = if_implemented([&] { return distribution_->log_cdf(x_); });
  if (!value) return;
  const Tensor x = x_.expand_as(*value).clone().requires_grad_();
  const Tensor log_prob = distribution_->log_prob(x);
  const auto slope = [&](const Tensor& y) {
    return torch::autograd::grad({y.sum()}, {x}, {}, /*retain_graph=*/true)[0];
  };
  const auto is_ratio = [&](const Tensor& got, const Tensor& log_tail) {
    // The difference of large logarithms has no digits.
    const Tensor known = (log_tail > -1e3).logical_and(log_prob > -1e3);
    const Tensor ratio = (log_prob - log_tail).exp().where(known, got);
    return agrees(got, ratio, 4096, at::kDouble);
  };
  const Tensor lower = distribution_->log_cdf(x), upper = distribution_->log_survival_function(x);
  EXPECT_TRUE(is_ratio(slope(lower), lower));
  EXPECT_TRUE(is_ratio(-slope(upper), upper));
  EXPECT_TRUE(
      agrees(slope(distribution_->survival_function(x)), -log_prob.exp(), 256, at::kDouble));
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
  // real line, the positive numbers, the unit interval or a circle.
  const auto tails = if_implemented([&] {
    at::DimVector shape(distribution->batch_shape().size() + 1, 1);
    shape[0] = 3;
    return distribution->icdf(at::tensor({1e-12, 0.5, 1 - 1e-12}, at::kDouble).view(shape));
  });
  Tensor lower, width, upper_width;  // the latter undefined if the integral is not cut in two
  Tensor expected = at::ones({}, at::kDouble);
  if (tails) {
    lower = tails->select(0, 0);
    width = tails->select(0, 1) - lower;
    upper_width = tails->select(0, 2) - tails->select(0, 1);
  } else if (GetParam().has("circular")) {  // one turn
    lower = at::scalar_tensor(-std::acos(-1.0), at::kDouble);
    width = -2 * lower;
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
    width = at::ones({}, at::kDouble);
    if (holds(2.0)) {
      const auto far = if_implemented(
          [&] { return distribution->mean() + kDeviations * distribution->stddev(); });
      if (!far) expected = distribution->cdf(width);  // without moments, a part of the support
      if (far) width = *far;
    }
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
  EXPECT_TRUE(at::isclose(total, expected.expand_as(total), 1e-6, 1e-6).all().item<bool>())
      << core::repr(total);
}

INSTANTIATE_TEST_SUITE_P(Ordinary, Normalisation, ::testing::ValuesIn(ordinary_densities()),
                         CaseName());

}  // namespace
}  // namespace torch::distributions::test
