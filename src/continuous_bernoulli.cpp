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

// The quantile of a uniform number. A number that is 0 is replaced by one between it and the next:
// the quantile of 0 is an end of the support, however small the density is there.
Tensor ContinuousBernoulli::do_rsample(IntArrayRef shape,
                                       std::optional<Generator> generator) const {
  const auto dtype = given().scalar_type(), compute = at::toOpMathType(dtype);
  const Tensor uniform =
      ops::uniform_noise(shape, given().options().dtype(compute), std::move(generator))
          .clamp_min_(float_limits(compute).epsilon / 4);
  return do_icdf(uniform).to(dtype);
}

std::vector<Tensor> ContinuousBernoulli::do_natural_params() const { return {logits()}; }

Tensor ContinuousBernoulli::do_log_normalizer(at::TensorList natural_params) const {
  return ops::special::log_mean_exp(natural_params[0]);
}

}  // namespace torch::distributions
