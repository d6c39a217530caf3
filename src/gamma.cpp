#include <torch/distributions/gamma.h>

#include <torch/distributions/constraints/interval.h>

#include "core/drawable.h"
#include "core/scalar_family.h"
#include "ops/draws/gamma.h"
#include "ops/draws/noise.h"
#include "ops/engine/evaluate.h"
#include "ops/formulas/gamma.h"
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

std::vector<Tensor> Gamma::do_natural_params() const { return {concentration_ - 1, -rate_}; }

Tensor Gamma::do_log_normalizer(at::TensorList natural_params) const {
  const auto dtype = at::result_type(natural_params[0], natural_params[1]);
  const Tensor a = natural_params[0].to(at::kDouble) + 1, rate = -natural_params[1].to(at::kDouble);
  return (ops::special::lgamma(a) - a * rate.log()).to(dtype);
}

}  // namespace torch::distributions
