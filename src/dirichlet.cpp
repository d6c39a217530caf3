#include <torch/distributions/dirichlet.h>

#include <torch/distributions/constraints/independent.h>
#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/simplex.h>

#include "core/derived.h"
#include "core/float_limits.h"
#include "core/raise.h"
#include "core/score.h"
#include "core/supported.h"
#include "core/suspend_validation.h"
#include "ops/draws/noise.h"
#include "ops/draws/simplex.h"
#include "ops/special/constants.h"
#include "ops/vectors/dirichlet.h"

namespace torch::distributions {

const Signature<Dirichlet>& Dirichlet::signature() {
  static const Signature<Dirichlet> s{
      .name = "Dirichlet",
      .fields = {{"concentration", &Dirichlet::concentration_,
                  constraints::independent(constraints::positive, 1)}},
      .support = constraints::simplex,
      .has_rsample = true};
  return s;
}

Dirichlet::Dirichlet(Param concentration, Validate validate_args) : Implements(validate_args) {
  assign_members(concentration);
  TORCH_DISTRIBUTIONS_CHECK(
      ValueError, concentration_.dim() > 0,
      "Dirichlet: `concentration` parameter must be at least one-dimensional.");
  set_event_shape(concentration_.sizes().slice(static_cast<std::size_t>(concentration_.dim()) - 1));
  initialize();
}

Tensor Dirichlet::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return ops::sample_dirichlet(ops::expanded(concentration_, shape), std::move(generator));
}

// Most coordinates of small concentrations underflow.
std::pair<Tensor, Tensor> Dirichlet::do_rsample_with_log_prob(
    IntArrayRef shape, std::optional<Generator> generator) const {
  const int64_t categories = event_shape().front();
  // A derived class may have another density. The density of a single category is 1.
  if (core::is_derived(*this) || categories < 2)
    return Distribution::do_rsample_with_log_prob(shape, std::move(generator));
  const Tensor a = ops::expanded(concentration_, shape);
  ops::GammaDraws gammas;
  const Tensor x = ops::sample_dirichlet(a, std::move(generator), &gammas);
  const FloatLimits limits = float_limits(x.scalar_type());
  const core::OpenRange range{limits.least_normal, limits.below_one()};
  const auto of_draws = [&](const Tensor& outside) {
    const SuspendValidation suspended;
    return do_log_prob(core::replaced(x, outside, 1.0 / static_cast<double>(categories)));
  };
  const auto of_logs = [&](const auto& selected) {
    const Tensor b = selected(a), log_gammas = selected(ops::log_of(gammas));
    return ops::dirichlet_log_prob_of_log(b, ops::log_dirichlet_draw(b, log_gammas));
  };
  return {x, core::score(x, true, range, of_draws, of_logs)};
}

Tensor Dirichlet::do_log_prob(const Tensor& value) const {
  const auto [inside, outside] =
      validates() ? Replaced{value, {}} : replace_unsupported(constraints::simplex, value);
  Tensor log_prob = ops::dirichlet_log_prob(concentration_, inside);
  if (outside.defined()) log_prob = log_prob.masked_fill(outside, -ops::kInfinity);
  return log_prob.to(at::result_type(concentration_, value));
}

Tensor Dirichlet::do_mean() const { return ops::dirichlet_mean(concentration_); }
Tensor Dirichlet::do_mode() const { return ops::dirichlet_mode(concentration_); }
Tensor Dirichlet::do_variance() const { return ops::dirichlet_variance(concentration_); }
Tensor Dirichlet::do_entropy() const { return ops::dirichlet_entropy(concentration_); }

std::vector<Tensor> Dirichlet::do_natural_params() const { return {concentration_}; }

Tensor Dirichlet::do_log_normalizer(at::TensorList natural_params) const {
  return ops::dirichlet_log_normalizer(natural_params[0]);
}

}  // namespace torch::distributions
