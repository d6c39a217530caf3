#include <torch/distributions/beta.h>

#include <ostream>

#include <torch/distributions/constraints/interval.h>

#include "core/float_limits.h"
#include "core/scalar_family.h"
#include "core/score.h"
#include "ops/draws/noise.h"
#include "ops/draws/simplex.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/beta.h"
#include "ops/random/generator.h"
#include "ops/special/lbeta.h"
#include "ops/special/tensor_scalar.h"
#include "ops/vectors/dirichlet.h"

namespace torch::distributions {

template class core::ScalarFamily<Beta, ExponentialFamily>;

const Signature<Beta>& Beta::signature() {
  static const Signature<Beta> s{
      .name = "Beta",
      .fields = {{"concentration1", &Beta::concentration1_, constraints::positive},
                 {"concentration0", &Beta::concentration0_, constraints::positive}},
      .support = constraints::unit_interval,
      .has_rsample = true,
      .formulas = {
          ops::formula<Beta, ops::formulas::Beta>(&Beta::concentration1_, &Beta::concentration0_)}};
  return s;
}

Beta::Beta(Param concentration1, Param concentration0, Validate validate_args)
    : ScalarFamily(validate_args) {
  initialize(concentration1, concentration0);
}

void Beta::print(std::ostream& out) const { out << "Beta()"; }

Tensor Beta::concentrations(IntArrayRef shape) const {
  at::DimVector vectors(shape);
  vectors.push_back(2);
  return ops::expanded(at::stack({concentration1_, concentration0_}, -1), vectors);
}

Tensor Beta::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return ops::sample_beta(concentration1_, concentration0_, shape, std::move(generator));
}

// Most draws of a small shape underflow, or have no digits in 1 - x.
std::pair<Tensor, Tensor> Beta::scored_draws(IntArrayRef shape,
                                             std::optional<Generator> generator) const {
  // Of the draws of a stream, the gammas are not known.
  if (ops::random::stream_behind(generator))
    return ScalarFamily::scored_draws(shape, std::move(generator));
  const Tensor a = concentrations(shape);
  ops::GammaDraws gammas;
  const Tensor x = ops::sample_dirichlet(a, std::move(generator), &gammas).select(-1, 0);
  constexpr double kFew = 8;  // roundings of numbers below 1, as a distance from 1
  const FloatLimits limits = float_limits(x.scalar_type());
  const core::OpenRange range{limits.least_normal, 1 - kFew * limits.epsilon};
  const auto of_draws = [&](const Tensor& outside) {
    return do_log_prob(core::replaced(x, outside));
  };
  const auto of_logs = [&](const auto& selected) {
    const Tensor shapes = selected(a), log_gammas = selected(ops::log_of(gammas));
    return ops::dirichlet_log_prob_of_log(shapes, ops::log_dirichlet_draw(shapes, log_gammas));
  };
  return {x, core::score(x, false, range, of_draws, of_logs)};
}

std::vector<Tensor> Beta::do_natural_params() const { return {concentration1_, concentration0_}; }

Tensor Beta::do_log_normalizer(at::TensorList natural_params) const {
  return ops::special::lbeta(natural_params[0], natural_params[1]);
}

}  // namespace torch::distributions
