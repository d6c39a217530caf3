#include <torch/distributions/inverse_gamma.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/gamma.h>
#include <torch/distributions/transforms/power.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "core/score.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/gamma_draws.h"
#include "ops/formulas/inverse_gamma.h"

namespace torch::distributions {
namespace {

const Gamma& base(const InverseGamma& distribution) {
  return static_cast<const Gamma&>(*distribution.base_dist());
}

}  // namespace

template class core::ScalarFamily<InverseGamma, TransformedDistribution>;

const Signature<InverseGamma>& InverseGamma::signature() {
  static const Signature<InverseGamma> s{
      .name = "InverseGamma",
      .fields = {{"concentration", &InverseGamma::concentration, constraints::positive},
                 {"rate", &InverseGamma::rate, constraints::positive}},
      .support = constraints::positive,
      .has_rsample = true,
      .formulas = {ops::formula<InverseGamma, ops::formulas::InverseGamma>(
          &InverseGamma::concentration, &InverseGamma::rate)}};
  return s;
}

// Validated here and not by Gamma, so that errors name InverseGamma.
InverseGamma::InverseGamma(Param concentration, Param rate, Validate validate_args)
    : ScalarFamily(Gamma(require("concentration", std::move(concentration)),
                         require("rate", std::move(rate)), false),
                   PowerTransform(-1), validate_args) {
  validate_fields();
}

const Tensor& InverseGamma::concentration() const { return base(*this).concentration(); }

const Tensor& InverseGamma::rate() const { return base(*this).rate(); }

Tensor InverseGamma::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  return do_rsample(shape, std::move(generator));
}

Tensor InverseGamma::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return with_nan(ops::sample_inverse_gamma(ops::expanded(concentration(), shape),
                                            ops::expanded(rate(), shape), std::move(generator)),
                  undrawable(validates(), {{concentration(), constraints::positive},
                                           {rate(), constraints::positive}}));
}

// Most draws of a small shape overflow.
std::pair<Tensor, Tensor> InverseGamma::scored_draws(IntArrayRef shape,
                                                     std::optional<Generator> generator) const {
  const Tensor bad = undrawable(
      validates(), {{concentration(), constraints::positive}, {rate(), constraints::positive}});
  if (bad.defined()) return ScalarFamily::scored_draws(shape, std::move(generator));
  const Tensor a = ops::expanded(concentration(), shape), rate = ops::expanded(this->rate(), shape);
  ops::GammaDraws gamma;
  const Tensor y = ops::sample_inverse_gamma(a, rate, std::move(generator), &gamma);
  const auto of_draws = [&](const Tensor& outside) {
    return do_log_prob(core::replaced(y, outside));
  };
  const auto of_logs = [&](const auto& selected) {
    const Tensor shapes = selected(a).to(at::kDouble);
    return ops::evaluate_at<ops::functions::LogProb, ops::formulas::InverseGammaDraw>(
        shapes, selected(rate), ops::log_gamma_draw(shapes, selected(ops::log_of(gamma))));
  };
  return {y, core::score(y, false, core::positive_range(y.scalar_type()), of_draws, of_logs)};
}

}  // namespace torch::distributions
