#include <torch/distributions/continuous_bernoulli.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/continuous_bernoulli.h"
#include "ops/special/tensor_scalar.h"
#include "ops/special/tilted_uniform.h"

namespace torch::distributions {

template class core::ScalarFamily<ContinuousBernoulli, ExponentialFamily>;

const Signature<ContinuousBernoulli>& ContinuousBernoulli::signature() {
  static const Signature<ContinuousBernoulli> s{
      .name = "ContinuousBernoulli",
      .fields = {{"probs", &ContinuousBernoulli::probs_, constraints::unit_interval,
                  core::Presence::kAlternative},
                 {"logits", &ContinuousBernoulli::logits_, constraints::real,
                  core::Presence::kAlternative}},
      .support = constraints::unit_interval,
      .has_rsample = true,
      .formulas = {ops::formula<ContinuousBernoulli, ops::formulas::ContinuousBernoulli>(
                       &ContinuousBernoulli::probs_),
                   ops::formula<ContinuousBernoulli, ops::formulas::ContinuousBernoulliLogits>(
                       &ContinuousBernoulli::logits_)}};
  return s;
}

ContinuousBernoulli::ContinuousBernoulli(ProbsOrLogits given, Limits /*lims*/,
                                         Validate validate_args)
    : ScalarFamily(validate_args), HasProbs(Kind::kBinary, signature().name, given) {
  initialize(given.probs, given.logits);
}

/// Uniform numbers. One that is 0 is replaced by a number between it and the next: the quantile of
/// 0 is an end of the support, however small the density is there.
Tensor ContinuousBernoulli::uniform(IntArrayRef shape, std::optional<Generator> generator) const {
  const auto compute = at::toOpMathType(given().scalar_type());
  return ops::uniform_noise(shape, given().options().dtype(compute), std::move(generator))
      .clamp_min_(float_limits(compute).epsilon / 4);
}

Tensor ContinuousBernoulli::do_rsample(IntArrayRef shape,
                                       std::optional<Generator> generator) const {
  return do_icdf(uniform(shape, std::move(generator))).to(given().scalar_type());
}

// If most draws are close to 1, they have fewer digits than their distance from it.
std::pair<Tensor, Tensor> ContinuousBernoulli::scored_draws(
    IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor u = uniform(shape, std::move(generator));
  const Tensor log_prob =
      given_by_logits()
          ? ops::evaluate_at<ops::functions::LogProb, ops::formulas::ContinuousBernoulliLogitsDraw>(
                logits_, u)
          : ops::evaluate_at<ops::functions::LogProb, ops::formulas::ContinuousBernoulliDraw>(
                probs_, u);
  const auto dtype = given().scalar_type();
  return {do_icdf(u).to(dtype), log_prob.to(dtype)};
}

std::vector<Tensor> ContinuousBernoulli::do_natural_params() const { return {logits()}; }

Tensor ContinuousBernoulli::do_log_normalizer(at::TensorList natural_params) const {
  return ops::special::log_mean_exp(natural_params[0]);
}

}  // namespace torch::distributions
