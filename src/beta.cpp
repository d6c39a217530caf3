#include <torch/distributions/beta.h>

#include <ostream>

#include <torch/distributions/constraints/interval.h>

#include "core/scalar_family.h"
#include "ops/draws/simplex.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/beta.h"
#include "ops/special/lbeta.h"
#include "ops/special/tensor_scalar.h"

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

Tensor Beta::do_rsample(IntArrayRef shape, std::optional<Generator> generator) const {
  return ops::sample_beta(concentration1_, concentration0_, shape, std::move(generator));
}

std::vector<Tensor> Beta::do_natural_params() const { return {concentration1_, concentration0_}; }

Tensor Beta::do_log_normalizer(at::TensorList natural_params) const {
  return ops::special::lbeta(natural_params[0], natural_params[1]);
}

}  // namespace torch::distributions
