#include <torch/distributions/poisson.h>

#include <torch/distributions/constraints/discrete.h>
#include <torch/distributions/constraints/interval.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/counts.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/poisson.h"

namespace torch::distributions {

template class core::ScalarFamily<Poisson, ExponentialFamily>;

const Signature<Poisson>& Poisson::signature() {
  static const Signature<Poisson> s{
      .name = "Poisson",
      .fields = {{"rate", &Poisson::rate_, constraints::nonnegative}},
      .support = constraints::nonnegative_integer,
      .formulas = {ops::formula<Poisson, ops::formulas::Poisson>(&Poisson::rate_)}};
  return s;
}

Poisson::Poisson(Param rate, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(rate);
}

// LibTorch's sampler throws for invalid rates. They are checked even if they have been validated,
// because they may have been modified in place since.
Tensor Poisson::do_sample(IntArrayRef shape, std::optional<Generator> generator) const {
  const Tensor bad = undrawable(/*validated=*/false, {{rate_, constraints::nonnegative}});
  const Tensor rate = ops::expanded(with_stand_in(rate_, bad, 0), shape);
  return with_nan(ops::sample_poisson(rate, std::move(generator)), bad);
}

std::vector<Tensor> Poisson::do_natural_params() const { return {rate_.log()}; }

Tensor Poisson::do_log_normalizer(at::TensorList natural_params) const {
  return natural_params[0].exp();
}

}  // namespace torch::distributions
