#include <torch/distributions/gamma.h>

#include <torch/distributions/constraints/interval.h>

#include "core/drawable.h"
#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "core/score.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/gamma.h"
#include "ops/formulas/gamma_draws.h"
#include "ops/special/digamma.h"
#include "ops/special/tensor_scalar.h"

namespace torch::distributions {

template class core::ScalarFamily<Gamma, ExponentialFamily>;

const Signature<Gamma>& Gamma::signature() {
  static const Signature<Gamma> s{
      .name = "Gamma",
      .fields = {{"concentration", &Gamma::concentration_, constraints::positive},
                 {"rate", &Gamma::rate_, constraints::positive}},
      .support = constraints::nonnegative,
      .has_rsample = true,
      .formulas = {
          ops::formula<Gamma, ops::formulas::Gamma>(&Gamma::concentration_, &Gamma::rate_)}};
  return s;
}

Gamma::Gamma(Param concentration, Param rate, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(concentration, rate);
}

Tensor Gamma::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return with_nan(ops::sample_gamma(ops::expanded(concentration_, shape),
                                    ops::expanded(rate_, shape), std::move(generator)),
                  undrawable(validates(), {{concentration_, constraints::nonnegative},
                                           {rate_, constraints::nonnegative}}));
}

// Most draws of a small shape underflow.
std::pair<Tensor, Tensor> Gamma::scored_draws(IntArrayRef shape,
                                              std::optional<Generator> generator) const {
  const Tensor bad = undrawable(
      validates(), {{concentration_, constraints::positive}, {rate_, constraints::nonnegative}});
  if (bad.defined()) return ScalarFamily::scored_draws(shape, std::move(generator));
  const Tensor a = ops::expanded(concentration_, shape), rate = ops::expanded(rate_, shape);
  ops::GammaDraws gamma;
  const Tensor x = ops::sample_gamma(a, rate, std::move(generator), &gamma);
  // Over a small rate, the least number of `at::_standard_gamma` is in the range.
  const double least = float_limits(gamma.x.scalar_type()).least_normal;
  const Tensor known = gamma.log_x.defined() ? x.masked_fill(gamma.x <= least, 0) : x;
  const auto of_draws = [&](const Tensor& outside) {
    return do_log_prob(core::replaced(x, outside));
  };
  const auto of_logs = [&](const auto& selected) {
    const Tensor shapes = selected(a).to(at::kDouble);
    return ops::evaluate_at<ops::functions::LogProb, ops::formulas::GammaDraw>(
        shapes, selected(rate), ops::log_gamma_draw(shapes, selected(ops::log_of(gamma))));
  };
  return {x, core::score(known, false, core::positive_range(x.scalar_type()), of_draws, of_logs)};
}

std::vector<Tensor> Gamma::do_natural_params() const { return {concentration_ - 1, -rate_}; }

Tensor Gamma::do_log_normalizer(at::TensorList natural_params) const {
  const auto dtype = at::result_type(natural_params[0], natural_params[1]);
  const Tensor a = natural_params[0].to(at::kDouble) + 1, rate = -natural_params[1].to(at::kDouble);
  return (ops::special::lgamma(a) - a * rate.log()).to(dtype);
}

}  // namespace torch::distributions
