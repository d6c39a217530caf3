#include <torch/distributions/exponential.h>

#include <torch/distributions/constraints/interval.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/few.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/exponential.h"

namespace torch::distributions {

template class core::ScalarFamily<Exponential, ExponentialFamily>;

const Signature<Exponential>& Exponential::signature() {
  static const Signature<Exponential> s{
      .name = "Exponential",
      .fields = {{"rate", &Exponential::rate_, constraints::positive}},
      .support = constraints::nonnegative,
      .has_rsample = true,
      .formulas = {ops::formula<Exponential, ops::formulas::Exponential>(&Exponential::rate_)}};
  return s;
}

Exponential::Exponential(Param rate, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(rate);
}

Tensor Exponential::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  Tensor draws = ops::exponential_noise(shape, rate_.options(), std::move(generator));
  if (!ops::combine_few(
          draws, [](auto x, auto rate) { return x / rate; }, rate_))
    draws = draws / rate_;
  return with_nan(draws, undrawable(validates(), {{rate_, constraints::nonnegative}}));
}

std::vector<Tensor> Exponential::do_natural_params() const { return {-rate_}; }

Tensor Exponential::do_log_normalizer(at::TensorList natural_params) const {
  return -(-natural_params[0]).log();
}

}  // namespace torch::distributions
