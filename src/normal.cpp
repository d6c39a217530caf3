#include <torch/distributions/normal.h>

#include <torch/distributions/constraints/interval.h>
#include <torch/distributions/constraints/real.h>

#include <numbers>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/normal.h"

namespace torch::distributions {

template class core::ScalarFamily<Normal, ExponentialFamily>;

const Signature<Normal>& Normal::signature() {
  static const Signature<Normal> s{
      .name = "Normal",
      .fields = {{"loc", &Normal::loc_, constraints::real},
                 {"scale", &Normal::scale_, constraints::positive}},
      .support = constraints::real,
      .has_rsample = true,
      .formulas = {ops::formula<Normal, ops::formulas::Normal>(&Normal::loc_, &Normal::scale_)}};
  return s;
}

Normal::Normal(Param loc, Param scale, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(loc, scale);
}

Tensor Normal::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return with_nan(ops::scaled_and_shifted(
                      ops::normal_noise(shape, loc_.options(), std::move(generator)), scale_, loc_),
                  undrawable(validates(), {{scale_, constraints::nonnegative}}));
}

std::pair<Tensor, Tensor> Normal::scored_draws(IntArrayRef shape,
                                               std::optional<Generator> generator) const {
  return scored_around_origin(&Normal::loc_, shape, std::move(generator));
}

std::vector<Tensor> Normal::do_natural_params() const {
  return {loc_ / scale_.square(), -0.5 * scale_.square().reciprocal()};
}

Tensor Normal::do_log_normalizer(at::TensorList natural_params) const {
  const Tensor &x = natural_params[0], &y = natural_params[1];
  return -0.25 * x.square() / y + 0.5 * (-std::numbers::pi / y).log();
}

}  // namespace torch::distributions
