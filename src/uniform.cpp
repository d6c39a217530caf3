#include <torch/distributions/uniform.h>

#include <torch/distributions/constraints/interval.h>

#include "core/scalar_family.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/uniform.h"

namespace torch::distributions {

template class core::ScalarFamily<Uniform>;

const Signature<Uniform>& Uniform::signature() {
  static const Signature<Uniform> s{
      .name = "Uniform",
      .fields = {{"low", &Uniform::low_,
                  [](const Uniform& u) { return constraints::less_than(u.high_); }},
                 {"high", &Uniform::high_,
                  [](const Uniform& u) { return constraints::greater_than(u.low_); }}},
      .support = [](const Uniform& u) { return constraints::interval(u.low_, u.high_); },
      .has_rsample = true,
      .formulas = {ops::formula<Uniform, ops::formulas::Uniform>(&Uniform::low_, &Uniform::high_)}};
  return s;
}

Uniform::Uniform(Param low, Param high, Validate validate_args) : ScalarFamily(validate_args) {
  initialize(low, high);
}

Tensor Uniform::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return ops::sample_uniform(low_, high_, shape, std::move(generator));
}

}  // namespace torch::distributions
