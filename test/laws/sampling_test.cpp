/// Samples follow the distribution, and rsample has the pathwise gradient. The seeds are fixed, so
/// that the outcome is reproducible.

#include <algorithm>
#include <cmath>

#include <torch/csrc/autograd/autograd.h>

#include "laws/laws.h"

namespace torch::distributions::test {
namespace {

constexpr int64_t kDraws = 100000;
/// The probability that one test raises a false alarm. Over the thousands of tests of a run it is
/// one in a million.
constexpr double kFalseAlarm = 2.3e-10;
constexpr double kZ = 6.34;  // the two-sided normal quantile of kFalseAlarm

class Sampling : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override { at::manual_seed(20); }
  const DistributionPtr distribution_ =
      GetParam().build({.validate_args = false, .dtype = at::kDouble}).distribution;
};

TEST_P(Sampling, FollowsTheDistributionFunction) {
  if (!is_scalar_event(*distribution_)) return;
  const Tensor draws = distribution_->sample({kDraws});
  const auto cdf = if_implemented([&] { return distribution_->cdf(draws); });
  if (!cdf) return;
  // Dvoretzky-Kiefer-Wolfowitz-Massart: P(sup |F_n - F| > t) <= 2 exp(-2 n t^2).
  const double bound = std::sqrt(std::log(2 / kFalseAlarm) / (2.0 * kDraws));
  const Tensor u = std::get<0>(cdf->reshape({kDraws, -1}).t().contiguous().sort(1));
  // The number of draws up to each: of equal draws of a discrete distribution, that of the last.
  const Tensor rank = at::searchsorted(u, u, /*out_int32=*/false, /*right=*/true);
  EXPECT_LT((u - rank / static_cast<double>(kDraws)).abs().max().item<double>(), bound);
}

TEST_P(Sampling, FrequenciesAreTheProbabilities) {
  if (!distribution_->support()->is_discrete()) return;
  const auto values = if_implemented([&] { return distribution_->enumerate_support(); });
  if (!values || values->size(0) > 64) return;
  const Tensor draws = distribution_->sample({kDraws});
  const Tensor probability = distribution_->log_prob(*values).exp();
  for (int64_t i = 0; i < values->size(0); ++i) {
    Tensor hit = draws == values->select(0, i);
    if (!is_scalar_event(*distribution_)) hit = hit.all(-1);
    const Tensor count = hit.to(at::kDouble).sum(0), p = probability.select(0, i);
    const Tensor deviation = (p * (1 - p) * kDraws).sqrt();
    // The normal bound, widened by kZ^2 counts for rare values.
    EXPECT_TRUE(((count - kDraws * p).abs() <= kZ * deviation + (p > 0).to(at::kDouble) * kZ * kZ)
                    .all()
                    .item<bool>())
        << "value " << i << ": " << core::repr(count / kDraws) << " instead of " << core::repr(p);
  }
}

TEST_P(Sampling, HasTheMeanAndVariance) {
  const auto mean = if_implemented([&] { return distribution_->mean(); });
  const auto variance = if_implemented([&] { return distribution_->variance(); });
  if (!mean || !variance || !mean->isfinite().all().item<bool>()) return;
  const Tensor draws = distribution_->sample({kDraws}).to(at::kDouble);
  const Tensor centred = draws - *mean;
  if (family(GetParam().distribution).has("circular")) {
    const auto is_mean = [](const Tensor& terms, const Tensor& want) {
      const Tensor deviation = terms.std(0) / std::sqrt(static_cast<double>(kDraws));
      return ((terms.mean(0) - want).abs() <= kZ * deviation).all().item<bool>();
    };
    EXPECT_TRUE(is_mean(centred.sin(), at::zeros_like(*mean)));
    EXPECT_TRUE(is_mean(1 - centred.cos(), *variance));
    return;
  }
  // A variance that does not exist is NaN, and bounds nothing.
  const Tensor error = centred.mean(0), deviation = (*variance / static_cast<double>(kDraws))
                                                        .sqrt()
                                                        .masked_fill(variance->isnan(), INFINITY);
  EXPECT_TRUE((error.abs() <= kZ * deviation).all().item<bool>())
      << core::repr(error) << " against " << core::repr(deviation);
  const Tensor fourth = centred.pow(4).mean(0);
  const Tensor spread =
      ((fourth - variance->square()).clamp_min(0) / static_cast<double>(kDraws)).sqrt();
  // The fourth moment is an estimate, too, and a poor one for heavy tails: hence the factor of 2.
  if (family(GetParam().distribution).has("heavy tails")) return;
  EXPECT_TRUE(
      ((centred.square().mean(0) - *variance).abs() <= 2 * kZ * spread + 1e-12).all().item<bool>())
      << core::repr(centred.square().mean(0)) << " instead of " << core::repr(*variance);
}

// dx/dtheta = -(dF/dtheta) / f at a fixed quantile, whatever the sampler. Each draw has a copy of
// the parameters of its own.
TEST_P(Sampling, GradientIsThatOfTheDistributionFunction) {
  constexpr int64_t kPoints = 200;
  if (!distribution_->has_rsample() || !is_scalar_event(*distribution_)) return;
  const Built built = GetParam().build({.validate_args = false, .dtype = at::kDouble});
  int64_t dims = 0;
  for (const auto& [path, tensor] : built.parameters) dims = std::max(dims, tensor.dim());
  std::vector<Tensor> copies, parameters;
  for (const auto& [path, tensor] : built.parameters) {
    at::DimVector shape(dims - tensor.dim() + 1, 1);
    shape.insert(shape.end(), tensor.sizes().begin(), tensor.sizes().end());
    const Tensor wide = tensor.reshape(shape);
    shape[0] = kPoints;
    copies.push_back(wide.expand(shape).clone());
    if (!copies.back().is_floating_point()) continue;
    parameters.push_back(copies.back().requires_grad_());
  }
  if (parameters.empty()) return;
  const DistributionPtr d =
      GetParam()
          .build({.validate_args = false, .dtype = at::kDouble, .replacements = copies})
          .distribution;
  const Tensor x = d->rsample(), fixed = x.detach();
  const auto cdf = if_implemented([&] { return d->cdf(fixed); });
  if (!cdf || !cdf->requires_grad()) return;
  const Tensor density = d->log_prob(fixed).exp().detach();
  const auto got = torch::autograd::grad({x.sum()}, parameters, {}, true, false, true);
  const auto want =
      torch::autograd::grad({(-*cdf / density).sum()}, parameters, {}, false, false, true);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Tensor zero = at::zeros_like(parameters[i]);
    const Tensor a = got[i].defined() ? got[i] : zero, b = want[i].defined() ? want[i] : zero;
    const Tensor is_wrong = at::isclose(a, b, 1e-8, 1e-8).logical_not();
    EXPECT_FALSE(is_wrong.any().item<bool>())
        << core::repr(a.masked_select(is_wrong)) << " instead of "
        << core::repr(b.masked_select(is_wrong));
  }
}

TEST_P(Sampling, AParameterOfNaNIsDrawnAsNaN) {
  const Built built = GetParam().build({.validate_args = false, .dtype = at::kDouble});
  for (std::size_t i = 0; i < built.parameters.size(); ++i) {
    std::vector<Tensor> replacements;
    for (const auto& [path, tensor] : built.parameters) replacements.push_back(tensor);
    replacements[i] = at::full_like(replacements[i], NAN, at::kDouble);
    const DistributionPtr spoilt =
        GetParam()
            .build({.validate_args = false, .dtype = at::kDouble, .replacements = replacements})
            .distribution;
    try {
      const Tensor draws = spoilt->sample({3});
      EXPECT_TRUE(draws.isnan().all().item<bool>())
          << "by " << built.parameters[i].first << ": " << core::repr(draws);
    } catch (const c10::ValueError&) {
      // An index cannot be NaN.
      EXPECT_TRUE(GetParam().has("draws indices"));
    }
  }
}

TEST_P(Sampling, DrawsOfEveryDtypeAreValid) {
  for (const auto dtype : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16}) {
    const DistributionPtr converted = GetParam().build({.dtype = dtype}).distribution;
    const Tensor draws = converted->sample({1000});
    try {
      converted->log_prob(draws);
    } catch (const c10::ValueError& e) {
      ADD_FAILURE() << dtype << ": " << e.what_without_backtrace();
    } catch (const c10::NotImplementedError&) {
      EXPECT_TRUE(converted->support()->check(draws).all().item<bool>()) << dtype;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ordinary, Sampling, ::testing::ValuesIn(ordinary_cases()), CaseName());

}  // namespace
}  // namespace torch::distributions::test
