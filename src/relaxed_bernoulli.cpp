#include <torch/distributions/relaxed_bernoulli.h>

#include <ATen/OpMathType.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>
#include <torch/distributions/transforms/sigmoid.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/relaxed_bernoulli.h"
#include "ops/special/constants.h"

namespace torch::distributions {
namespace {

/// The transform maps a finite number to one between 0 and 1, and infinity as well. The latter
/// becomes 0 or 1.
Tensor of_logit(const Tensor& y) {
  const Tensor x = SigmoidTransform()(y), of_y = y.detach();
  if (x.is_meta()) return x;
  return at::where(of_y.isinf(), of_y.gt(0).to(x.scalar_type()), x);
}

}  // namespace

template class core::ScalarFamily<LogitRelaxedBernoulli>;
template class core::ScalarFamily<RelaxedBernoulli, TransformedDistribution>;

// As in Python, the temperature is not stated. It is broadcast and checked nevertheless.
const Signature<LogitRelaxedBernoulli>& LogitRelaxedBernoulli::signature() {
  using D = LogitRelaxedBernoulli;
  static const Signature<D> s{
      .name = "LogitRelaxedBernoulli",
      .fields = {{"probs", &D::probs_, constraints::unit_interval, core::Presence::kAlternative},
                 {"logits", &D::logits_, constraints::real, core::Presence::kAlternative}},
      .support = constraints::real,
      .has_rsample = true,
      .formulas = {
          ops::formula<D, ops::formulas::LogitRelaxedBernoulli>(&D::temperature_, &D::probs_),
          ops::formula<D, ops::formulas::LogitRelaxedBernoulliLogits>(&D::temperature_,
                                                                      &D::logits_)}};
  return s;
}

LogitRelaxedBernoulli::LogitRelaxedBernoulli(Param temperature, ProbsOrLogits given,
                                             Validate validate_args)
    : ScalarFamily(validate_args), HasProbs(Kind::kBinary, signature().name, given) {
  const Member t{"temperature", &temperature_, 0, true}, probs{"probs", &probs_, 0, false},
      logits{"logits", &logits_, 0, false};
  temperature = require("temperature", std::move(temperature));
  assign({&temperature, &given.probs, &given.logits}, {t, probs, logits});
  join_batch({t, given_by_logits() ? logits : probs});
  validate_fields();
  require_temperature();
}

void LogitRelaxedBernoulli::require_temperature() const {
  if (validates()) validate_parameter("temperature", temperature_, constraints::positive);
}

at::ScalarType LogitRelaxedBernoulli::do_dtype() const {
  return at::promote_types(temperature_.scalar_type(), given().scalar_type());
}

// A temperature may round to 0.
void LogitRelaxedBernoulli::change(const core::Change& change) {
  ScalarFamily::change(change);
  temperature_ = change(temperature_, 0);
  if (change.converts()) require_temperature();
}

// (L + l) / T, where L is the logit of a uniform number. A number that is 0 is replaced by one
// between it and the next, and a draw that overflows by the largest number.
Tensor LogitRelaxedBernoulli::do_rsample(IntArrayRef shape,
                                         std::optional<Generator> generator) const {
  const auto dtype = do_dtype(), compute = at::toOpMathType(dtype);
  const auto to_logit = [](const auto& p) { return ops::formulas::Bernoulli::logits(p); };
  const Tensor logit =
      given_by_logits() ? logits_.to(compute) : ops::evaluate(false, to_logit, probs_.to(compute));
  const Tensor uniform = ops::uniform_noise(shape, logit.options(), std::move(generator))
                             .clamp_min_(float_limits(compute).epsilon / 4);
  if (uniform.is_meta()) return uniform.to(dtype);
  const Tensor certain = logit.detach().isinf();
  const Tensor noise = uniform.log() - uniform.neg().log1p_();
  const double largest = float_limits(dtype).largest;
  const Tensor score = noise + at::where(certain, 0, logit), t = temperature_.to(compute);
  const Tensor overflows = (score.detach() / t.detach()).abs().gt(largest);
  const Tensor draws = at::where(overflows, score.detach().sign() * largest,
                                 at::where(overflows, 0, score) / at::where(overflows, 1, t));
  return with_nan(
      at::where(certain, logit.detach(), draws).to(dtype),
      undrawable(validates(), {{temperature_, constraints::positive},
                               {given(), given_by_logits() ? ConstraintPtr(constraints::real)
                                                           : constraints::unit_interval}}));
}

// The parameters are those of the base.
const Signature<RelaxedBernoulli>& RelaxedBernoulli::signature() {
  using D = RelaxedBernoulli;
  static const Signature<D> s{.name = "RelaxedBernoulli",
                              .fields = {{"probs", &D::given_probs, constraints::unit_interval},
                                         {"logits", &D::given_logits, constraints::real}},
                              .support = constraints::unit_interval,
                              .has_rsample = true,
                              .formulas = {ops::formula<D, ops::formulas::RelaxedBernoulli>(
                                               &D::temperature, &D::given_probs),
                                           ops::formula<D, ops::formulas::RelaxedBernoulliLogits>(
                                               &D::temperature, &D::given_logits)}};
  return s;
}

// Validated here and not by the base, so that errors name this class.
RelaxedBernoulli::RelaxedBernoulli(Param temperature, ProbsOrLogits given, Validate validate_args)
    : ScalarFamily(
          LogitRelaxedBernoulli(require("temperature", std::move(temperature)),
                                core::require_one(signature().name, std::move(given)), false),
          SigmoidTransform(), validate_args) {
  require_temperature();
  if (!validates()) return;
  if (base().given_by_logits()) {
    validate_parameter("logits", given_logits(), constraints::real);
  } else {
    validate_parameter("probs", given_probs(), constraints::unit_interval);
  }
}

void RelaxedBernoulli::require_temperature() const {
  if (validates()) validate_parameter("temperature", temperature(), constraints::positive);
}

void RelaxedBernoulli::change(const core::Change& change) {
  ScalarFamily::change(change);
  if (change.converts()) require_temperature();
}

const LogitRelaxedBernoulli& RelaxedBernoulli::base() const {
  return static_cast<const LogitRelaxedBernoulli&>(*base_dist());
}

const Tensor& RelaxedBernoulli::temperature() const { return base().temperature(); }

Tensor RelaxedBernoulli::probs() const { return base().probs(); }

Tensor RelaxedBernoulli::logits() const { return base().logits(); }

Tensor RelaxedBernoulli::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

Tensor RelaxedBernoulli::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return of_logit(base().rsample(sample_shape(shape), std::move(generator)));
}

// Many draws are near 0 and 1 if the temperature is low. Their logits have more digits.
std::pair<Tensor, Tensor> RelaxedBernoulli::scored_draws(IntArrayRef shape,
                                                         std::optional<Generator> generator) const {
  const auto [y, log_prob] =
      base().rsample_with_log_prob(sample_shape(shape), std::move(generator));
  const Tensor x = of_logit(y);
  return {x, log_prob - SigmoidTransform().log_abs_det_jacobian(y, x)};
}

}  // namespace torch::distributions
